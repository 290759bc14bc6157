"""What the figures of a customer are made of: the balance down to journal lines, and how it pays."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from arap.core.forms import ClocksForm
from arap.core.http import CompanyRequest
from arap.core.paging import Row, read_number, read_row
from arap.core.permissions import get_for, requires
from arap.desk.queries.makeup import controls, journal, parts
from arap.desk.queries.paying import paid_invoices, paying
from arap.desk.views.customers import customer_rows, head
from arap.ledger.models import Account
from arap.ledger.queries import position_at
from customers.queries import ids_standing_for

PAGE = 50


@requires("customer.view")
@require_safe
def customer_balance(request: CompanyRequest, pk: int) -> HttpResponse:
    """The balance: by kind of document, and once more from the journal of the general ledger; whether the two tie."""
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    form = ClocksForm(request.GET, today=timezone.localdate())
    form.is_valid()
    ids = ids_standing_for(found)
    position = position_at(request.company, known_at=form.known_at_instant)
    accounts = controls(request.company, ids, as_of=form.as_of_on, position=position)
    context = {
        **head(found, ids),
        "form": form,
        "as_of": form.as_of_on,
        "clocks": urlencode({name: request.GET[name] for name in ("as_of", "known_at") if request.GET.get(name)}),
        "parts": parts(request.company, ids, as_of=form.as_of_on, position=position),
        "controls": accounts,
        "ties": all(account.difference == 0 for account in accounts),
        "tab": "balance",
    }
    return render(request, "desk/customer_balance.html", context)


@requires("ledger.view")
@require_safe
def customer_journal(request: CompanyRequest, pk: int) -> HttpResponse:
    """The journal lines behind the balance, of one control account and currency or of all, newest first, in pages."""
    found = get_for(request.user, "ledger.view", customer_rows(), pk, request.company)
    form = ClocksForm(request.GET, today=timezone.localdate())
    form.is_valid()
    ids = ids_standing_for(found)
    account = Account.objects.filter(
        company=request.company, pk=read_number(request.GET.get("account")) or 0, is_control=True
    ).first()
    currency = request.GET.get("currency", "").replace("\x00", "")[:3]
    after = read_row(request.GET.get("after"))
    position = position_at(request.company, known_at=form.known_at_instant)
    rows, more = journal(
        request.company,
        ids,
        as_of=form.as_of_on,
        position=position,
        account_id=account.pk if account else None,
        currency=currency,
        after=after,
        limit=PAGE,
    )
    kept = {name: request.GET[name] for name in ("account", "currency", "as_of", "known_at") if request.GET.get(name)}
    context = {
        **head(found, ids),
        "rows": rows,
        "totals": [
            each
            for each in controls(request.company, ids, as_of=form.as_of_on, position=position)
            if (account is None or each.account_id == account.pk) and currency in ("", each.currency)
        ],
        "account": account,
        "currency": currency,
        "as_of": form.as_of_on,
        "next_query": urlencode({**kept, "after": str(Row(rows[-1].posted_on, rows[-1].line_id))}) if more else "",
        "first_query": urlencode(kept),
        "is_first": after is None,
        "tab": "balance",
    }
    return render(request, "desk/customer_journal.html", context)


@requires("customer.view")
@require_safe
def customer_paying(request: CompanyRequest, pk: int) -> HttpResponse:
    """The invoices by which the customer is said to pay late or on time, latest paid first, in pages."""
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    ids = ids_standing_for(found)
    today = timezone.localdate()
    after = read_row(request.GET.get("after"))
    rows, more = paid_invoices(request.company, ids, as_of=today, after=after, limit=PAGE)
    context = {
        **head(found, ids),
        "paying": paying(request.company, ids, as_of=today),
        "rows": rows,
        "is_mixed": len({row.currency for row in rows}) > 1,
        "next_query": urlencode({"after": str(Row(rows[-1].settled_on, rows[-1].item_id))}) if more else "",
        "is_first": after is None,
        "tab": "paying",
    }
    return render(request, "desk/customer_paying.html", context)

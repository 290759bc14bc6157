"""The list of customers, and the page of one."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from arap.core import wording
from arap.core.forms import ClocksForm
from arap.core.http import CompanyRequest
from arap.core.models import Company
from arap.core.paging import SEPARATOR, Row, read_number, read_row
from arap.core.permissions import get_for, requires
from arap.desk.queries.balances import BalanceQuery, BalanceRow, Sort, View, balances
from arap.desk.queries.customers import documents, events, proof, strips
from arap.ledger.queries import OpenItem, open_items, position_at
from cases.queries import holds_in_force
from customers.models import Customer
from customers.queries import group_of
from dunning.queries.runs import latest_reminders
from statements.queries.runs import latest_rows

PAGE = 20
EVENTS_SHOWN = 10
REMINDERS_SHOWN = 5
ITEMS_SHOWN = 200


@requires("customer.view")
@require_safe
def customers(request: CompanyRequest) -> HttpResponse:
    """Customers with what they owe today: views as tabs, search, three orders, pages by keyset."""
    view: View = _choice(request.GET.get("view"), get_args(View), "all")
    sort: Sort = _choice(request.GET.get("sort"), get_args(Sort), "overdue")
    text = request.GET.get("q", "").strip()[:100]
    query = BalanceQuery(
        as_of=timezone.localdate(),
        position=position_at(request.company, known_at=None),
        text=text,
        view=view,
        owner_id=request.user.pk,
        sort=sort,
        after=_key(request.GET.get("after")),
        before=_key(request.GET.get("before")),
        limit=PAGE,
    )
    page = balances(request.company, query)
    first = _first(request.GET.get("from"), page.total)
    context = {
        "page": page,
        "as_of": query.as_of,
        "text": text,
        "view": view,
        "sort": sort,
        "first": first,
        "last": first + len(page.rows) - 1,
        "next_query": _page_query(request, page.rows[-1:], "after", sort, first + PAGE) if page.has_next else "",
        "previous_query": (
            _page_query(request, page.rows[:1], "before", sort, max(first - PAGE, 1)) if page.has_previous else ""
        ),
        "filters": {"view": view, "sort": sort, "q": text},
    }
    template = "desk/_customer_table.html" if request.htmx else "desk/customers.html"
    return render(request, template, context)


@requires("customer.view")
@require_safe
def customer(request: CompanyRequest, pk: int) -> HttpResponse:
    """One customer: facts, ages, open items as of a day and as known at an instant, and the proof."""
    found = get_for(request.user, "customer.view", _customers(), pk, request.company)
    form = ClocksForm(request.GET, today=timezone.localdate())
    form.is_valid()
    as_of = form.as_of_on
    position = position_at(request.company, known_at=form.known_at_instant)
    items = open_items(request.company, as_of=as_of, position=position, customer_id=found.pk)
    debits, credit_items = _split(items)
    proofs = proof(request.company, found.pk, as_of=as_of, position=position)
    is_now = as_of == timezone.localdate() and form.known_at_instant is None
    context = {
        **_head(found),
        "form": form,
        "as_of": as_of,
        "is_now": is_now,
        "now": timezone.now(),
        "strips": strips(items, as_of, found.currency),
        "is_mixed": len({item.currency for item in items}) > 1,
        "debits": debits[:ITEMS_SHOWN],
        "debit_count": len(debits),
        "debit_totals": _totals(debits),
        "credits": credit_items[:ITEMS_SHOWN],
        "credit_count": len(credit_items),
        "proofs": proofs,
        "ties": all(each.difference == 0 for each in proofs),
        **_reminding(request.company, found, as_of),
        "events": events(request.company, found.pk, as_of=as_of, position=position, limit=EVENTS_SHOWN),
        "tab": "items",
    }
    return render(request, "desk/customer.html", context)


@requires("customer.view")
@require_safe
def customer_documents(request: CompanyRequest, pk: int) -> HttpResponse:
    """All documents of a customer, newest first, in pages."""
    found = get_for(request.user, "customer.view", _customers(), pk, request.company)
    after = read_row(request.GET.get("after"))
    rows, more = documents(request.company, found.pk, after=after, limit=PAGE)
    last = rows[-1] if rows else None
    next_query = urlencode({"after": str(Row(last.posted_on, last.document_id))}) if last and more else ""
    context = {
        **_head(found),
        "rows": rows,
        "is_mixed": len({row.currency for row in rows}) > 1,
        "next_query": next_query,
        "is_first": not after,
        "tab": "documents",
    }
    return render(request, "desk/customer_documents.html", context)


@requires("statement.view")
@require_safe
def customer_statements(request: CompanyRequest, pk: int) -> HttpResponse:
    """All statements made for a customer and what became of each, newest first, in pages."""
    found = get_for(request.user, "statement.view", _customers(), pk, request.company)
    before = read_number(request.GET.get("before"))
    rows, more = latest_rows(request.company, customer_id=found.pk, before=before, limit=PAGE)
    context = {
        **_head(found),
        "rows": rows,
        "next_query": urlencode({"before": rows[-1].statement_id}) if more else "",
        "is_first": not before,
        "is_now": True,
        "tab": "statements",
    }
    return render(request, "desk/customer_statements.html", context)


def _customers() -> QuerySet[Customer]:
    return Customer.objects.select_related("owner", "terms", "parent", "root")


def _head(found: Customer) -> dict[str, object]:
    """What stands on top of every page of a customer."""
    first, second = wording.names(found.name, found.name_local)
    return {
        "customer": found,
        "name": first,
        "name2": second,
        "group_size": group_of(found).count(),
        "contacts": list(found.contacts.all()[:5]),
    }


def _reminding(company: Company, found: Customer, as_of: date) -> dict[str, object]:
    """The latest reminders of a customer, and what holds them back on a day."""
    holds = list(holds_in_force(company, as_of=as_of).filter(customer=found.pk))
    return {
        "reminders": latest_reminders(company, found.pk, limit=REMINDERS_SHOWN),
        "holds": holds,
        "held_items": {hold.item_id for hold in holds},
    }


def _split(items: Sequence[OpenItem]) -> tuple[list[OpenItem], list[OpenItem]]:
    """Debits and credits. The credits are not aged among the debits: negatives would hide old debt."""
    return [item for item in items if item.amount > 0], [item for item in items if item.amount < 0]


def _totals(items: Sequence[OpenItem]) -> list[tuple[str, Decimal]]:
    """(currency, open amount) of the items, in alphabetical order."""
    sums: dict[str, Decimal] = {}
    for item in items:
        sums[item.currency] = sums.get(item.currency, Decimal(0)) + item.open_amount
    return sorted(sums.items())


def _choice(given: str | None, choices: tuple[Any, ...], default: Any) -> Any:
    return next((choice for choice in choices if choice == given), default)


def _key(text: str | None) -> list[str]:
    """The row a page starts from: sorted value, code, currency. Anything else is the first page."""
    parts = (text or "").split(SEPARATOR)
    if len(parts) != 3 or "\x00" in (text or ""):
        return []
    whole, _point, cents = parts[0].removeprefix("-").partition(".")
    return parts if whole.isdecimal() and (cents or "0").isdecimal() and parts[0].isascii() else []


def _first(text: str | None, total: int) -> int:
    """The number of the first row shown. It is only printed, so a wrong one harms nothing."""
    return min(max(read_number(text) or 1, 1), max(total, 1))


def _page_query(request: CompanyRequest, rows: list[BalanceRow], side: str, sort: Sort, first: int) -> str:
    kept = {name: request.GET[name] for name in ("view", "sort", "q") if request.GET.get(name)}
    return urlencode({**kept, side: SEPARATOR.join(rows[0].key(sort)), "from": first})

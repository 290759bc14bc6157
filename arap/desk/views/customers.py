"""The page of a customer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
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
from arap.core.paging import Row, read_number, read_row
from arap.core.permissions import get_for, requires
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
        "contacts": list(found.contacts.filter(is_active=True)[:10]),
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

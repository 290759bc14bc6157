"""The page of a customer, and the tabs beside its open items."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from aging.rules import buckets_at
from arap.core import wording
from arap.core.forms import ClocksForm
from arap.core.http import CompanyRequest
from arap.core.models import Company
from arap.core.paging import Row, read_number, read_row
from arap.core.permissions import allows, get_for, requires
from arap.desk.queries.customers import Strip, documents, proof, strips
from arap.desk.queries.paying import last_payments, paying
from arap.desk.queries.timeline import SOURCES, read_place, timeline
from arap.ledger.models import Document
from arap.ledger.queries import OpenItem, open_items, position_at
from arap.outbox.about import state_code
from arap.outbox.models import Message
from cases.queries import holds_in_force
from customers.models import Contact, Customer
from customers.queries import group_of, ids_standing_for
from dunning.queries.runs import latest_reminders
from statements.queries.runs import latest_rows

PAGE = 20
EVENTS_SHOWN = 10
REMINDERS_SHOWN = 5
PAYMENTS_SHOWN = 3
ITEMS_SHOWN = 200
CONTACTS_SHOWN = 10
# Of the timeline, what a role may not see elsewhere is not shown here either.
SEEN_BY = {"messages": "message.view", "holds": "hold.view"}


@requires("customer.view")
@require_safe
def customer(request: CompanyRequest, pk: int) -> HttpResponse:
    """One customer: facts, ages, open items as of a day and as known at an instant, and the proof."""
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    if found.merged_into_id:
        return redirect("desk:customer", found.merged_into_id)
    form = ClocksForm(request.GET, today=timezone.localdate())
    form.is_valid()
    as_of = form.as_of_on
    position = position_at(request.company, known_at=form.known_at_instant)
    ids = ids_standing_for(found)
    items = open_items(request.company, as_of=as_of, position=position, customer_id=found.pk)
    shown = strips(items, as_of, found.currency)
    wanted = _part_wanted(request, shown)
    debits, credit_items = _split(_of_part(items, wanted, as_of))
    proofs = proof(request.company, ids, as_of=as_of, position=position)
    is_now = as_of == timezone.localdate() and form.known_at_instant is None
    events, _more = timeline(
        request.company, ids, as_of=as_of, position=position, limit=EVENTS_SHOWN, sources=sources_for(request)
    )
    context = {
        **head(found, ids),
        "form": form,
        "as_of": as_of,
        "is_now": is_now,
        "now": timezone.now(),
        "clocks": urlencode({name: request.GET[name] for name in ("as_of", "known_at") if request.GET.get(name)}),
        "strips": shown,
        "part": wanted,
        "is_mixed": len({item.currency for item in items}) > 1,
        "debits": debits[:ITEMS_SHOWN],
        "debit_count": len(debits),
        "debit_totals": _totals(debits),
        "credits": credit_items[:ITEMS_SHOWN],
        "credit_count": len(credit_items),
        "proofs": proofs,
        "ties": all(each.difference == 0 for each in proofs),
        **_reminding(request.company, ids, as_of),
        "paying": paying(request.company, ids, as_of=as_of) if is_now else None,
        "payments": last_payments(request.company, ids, as_of=as_of, limit=PAYMENTS_SHOWN) if is_now else [],
        "events": events,
        "tab": "items",
    }
    return render(request, "desk/customer.html", context)


@requires("customer.view")
@require_safe
def customer_documents(request: CompanyRequest, pk: int) -> HttpResponse:
    """All documents of a customer, newest first, in pages; of one kind where the address says so."""
    kind = request.GET.get("kind", "")
    return _documents(request, pk, [kind] if kind in Document.Kind.values else [], "documents")


@requires("receipt.view")
@require_safe
def customer_receipts(request: CompanyRequest, pk: int) -> HttpResponse:
    """The money that came in from a customer and what is left of it, newest first, in pages."""
    return _documents(request, pk, [Document.Kind.RECEIPT, Document.Kind.REFUND], "receipts")


def _documents(request: CompanyRequest, pk: int, kinds: Sequence[str], tab: str) -> HttpResponse:
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    ids = ids_standing_for(found)
    after = read_row(request.GET.get("after"))
    rows, more = documents(request.company, ids, after=after, limit=PAGE, kinds=kinds)
    last = rows[-1] if rows else None
    kept = {"kind": kinds[0]} if tab == "documents" and kinds else {}
    context = {
        **head(found, ids),
        "rows": rows,
        "kind": kept.get("kind", ""),
        "is_mixed": len({row.currency for row in rows}) > 1,
        "next_query": urlencode({**kept, "after": str(Row(last.posted_on, last.document_id))}) if last and more else "",
        "is_first": not after,
        "first_query": urlencode(kept),
        "tab": tab,
    }
    return render(request, "desk/customer_documents.html", context)


@requires("customer.view")
@require_safe
def customer_applications(request: CompanyRequest, pk: int) -> HttpResponse:
    """Which credit met which debit of a customer, and what was undone of it; newest first, in pages."""
    return _events(request, pk, ["applications"], "applications", "desk/customer_applications.html")


@requires("customer.view")
@require_safe
def customer_timeline(request: CompanyRequest, pk: int) -> HttpResponse:
    """Everything that happened with a customer, or one kind of it; newest first, in pages."""
    wanted = request.GET.get("source", "")
    seen = sources_for(request)
    sources = [wanted] if wanted in seen else seen
    return _events(request, pk, sources, "timeline", "desk/customer_timeline.html")


def _events(request: CompanyRequest, pk: int, sources: Sequence[str], tab: str, template: str) -> HttpResponse:
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    ids = ids_standing_for(found)
    after = read_place(request.GET.get("after"))
    events, more = timeline(
        request.company,
        ids,
        as_of=date.max,
        position=position_at(request.company, known_at=None),
        limit=PAGE,
        after=after,
        sources=sources,
    )
    kept = {"source": sources[0]} if tab == "timeline" and len(sources) == 1 else {}
    context = {
        **head(found, ids),
        "events": events,
        "source": kept.get("source", ""),
        "sources": sources_for(request),
        "is_mixed": len({event.currency for event in events}) > 1,
        "next_query": urlencode({**kept, "after": events[-1].place}) if more else "",
        "is_first": not after,
        "first_query": urlencode(kept),
        "tab": tab,
    }
    return render(request, template, context)


@requires("statement.view")
@require_safe
def customer_statements(request: CompanyRequest, pk: int) -> HttpResponse:
    """All statements made for a customer and what became of each, newest first, in pages."""
    found = get_for(request.user, "statement.view", customer_rows(), pk, request.company)
    before = read_number(request.GET.get("before"))
    rows, more = latest_rows(request.company, customer_id=found.pk, before=before, limit=PAGE)
    context = {
        **head(found, ids_standing_for(found)),
        "rows": rows,
        "next_query": urlencode({"before": rows[-1].statement_id}) if more else "",
        "is_first": not before,
        "tab": "statements",
    }
    return render(request, "desk/customer_statements.html", context)


@requires("message.view")
@require_safe
def customer_messages(request: CompanyRequest, pk: int) -> HttpResponse:
    """Every message to a customer and what became of it, newest first, in pages."""
    found = get_for(request.user, "message.view", customer_rows(), pk, request.company)
    ids = ids_standing_for(found)
    after = read_number(request.GET.get("after"))
    messages = Message.objects.filter(company=request.company, customer_id__in=ids).order_by("-id")
    messages = messages.defer("body_text", "body_html")
    rows = list((messages.filter(pk__lt=after) if after else messages)[: PAGE + 1])
    context = {
        **head(found, ids),
        "rows": [(message, state_code(message.state)) for message in rows[:PAGE]],
        "next_query": urlencode({"after": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "is_first": not after,
        "tab": "messages",
    }
    return render(request, "desk/customer_messages.html", context)


def customer_rows() -> QuerySet[Customer]:
    """Customers with what stands on top of their pages."""
    return Customer.objects.select_related("owner", "terms", "parent", "root", "merged_into", "company")


def head(found: Customer, ids: Sequence[int]) -> dict[str, object]:
    """What stands on top of every page of a customer; `ids` are its own and those of merged duplicates."""
    first, second = wording.names(found.name, found.name_local)
    people = Contact.objects.filter(customer__in=ids, is_active=True)
    return {
        "customer": found,
        "name": first,
        "name2": second,
        "is_now": True,
        "group_size": group_of(found).filter(merged_into=None).count(),
        "contacts": list(people.order_by("name", "pk")[:CONTACTS_SHOWN]),
        "duplicates": list(Customer.objects.filter(company=found.company_id, pk__in=ids[1:])) if len(ids) > 1 else [],
    }


def sources_for(request: CompanyRequest) -> list[str]:
    """The sources of the timeline that this person may see."""
    return [source for source in SOURCES if allows(request.roles, SEEN_BY.get(source, "customer.view"))]


def _part_wanted(request: CompanyRequest, shown: Sequence[Strip]) -> dict[str, str] | None:
    """Which figure of a strip was opened: its bucket or "credit", and its currency. None: all of them."""
    bucket, currency = request.GET.get("bucket", ""), request.GET.get("currency", "")
    strip = next((strip for strip in shown if strip.currency == currency), None)
    if strip is None:
        return None
    if bucket == "credit":
        return {"bucket": bucket, "currency": currency, "label": ""}
    if not bucket.isdecimal() or int(bucket[:2]) >= len(strip.cells):
        return None
    return {"bucket": bucket, "currency": currency, "label": strip.cells[int(bucket)].label}


def _of_part(items: Sequence[OpenItem], wanted: dict[str, str] | None, as_of: date) -> Sequence[OpenItem]:
    """The items behind one figure: the same rule of buckets as the strip's own."""
    if wanted is None:
        return items
    ours = [item for item in items if item.currency == wanted["currency"]]
    if wanted["bucket"] == "credit":
        return [item for item in ours if item.open_amount < 0]
    bucket = buckets_at(as_of, basis="due")[int(wanted["bucket"])]
    return [item for item in ours if item.open_amount > 0 and bucket.first_on <= item.aged_from_on <= bucket.last_on]


def _reminding(company: Company, ids: Sequence[int], as_of: date) -> dict[str, object]:
    """The latest reminders of a customer, and what holds them back on a day."""
    holds = list(holds_in_force(company, as_of=as_of).filter(customer__in=ids))
    return {
        "reminders": latest_reminders(company, ids[0], today=as_of, limit=REMINDERS_SHOWN),
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

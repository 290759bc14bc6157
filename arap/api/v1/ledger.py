"""The book: documents in the order they were recorded, items, and what was applied to what."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of, read_cursor, write_cursor
from arap.api.records import Many, Record
from arap.api.shapes import ID_MAX, Choice, Day, Figure, Flag, Id, Text, Whole
from arap.core.money import format_amount
from arap.ledger.models import Account, Application, Document, Entry, Item

M = TypeVar("M", bound=Model)

ENTRIES_MAX = 100_000
POSITION = Whole(0, ID_MAX, about=_("Its place in the book: gap-free, in the order of recording."))
AFTER = Whole(0, ID_MAX, default=0, about=_("Only what was recorded after this position, to follow the book."))

DOCUMENT = Record(
    "Document",
    {
        "id": Id(),
        "position": POSITION,
        "kind": Choice(Document.Kind.values),
        "number": Text(60),
        "customer_id": Id(null=True),
        "customer": Text(60, null=True),
        "currency": Text(3),
        "rate": Figure(about=_("Base units for one unit of the currency.")),
        "total": Figure(about=_("Above zero: the customer owes more.")),
        "base_total": Figure(),
        "document_on": Day(),
        "posted_on": Day(),
        "reverses_id": Id(null=True),
    },
)
ITEM = Record(
    "Item",
    {
        "id": Id(),
        "position": POSITION,
        "document_id": Id(),
        "document": Text(60),
        "kind": Choice(Document.Kind.values),
        "line": Whole(0, 32_767),
        "account": Choice(Account.Role.values),
        "customer_id": Id(null=True),
        "customer": Text(60, null=True),
        "currency": Text(3),
        "amount": Figure(about=_("Above zero: the customer owes; below: we do.")),
        "open_amount": Figure(),
        "base_amount": Figure(),
        "open_base_amount": Figure(),
        "posted_on": Day(),
        "document_on": Day(),
        "due_on": Day(),
        "settled_on": Day(null=True),
    },
)
APPLICATION = Record(
    "Application",
    {
        "id": Id(),
        "position": POSITION,
        "effective_on": Day(),
        "policy": Text(40),
        "reason": Text(200),
        "undoes_id": Id(null=True),
    },
)
APPLICATION_WHOLE = Record(
    "ApplicationWithEntries",
    {
        **APPLICATION.fields,
        "entries": Many(
            Record(
                "Entry",
                {
                    "id": Id(),
                    "item_id": Id(),
                    "counter_item_id": Id(null=True),
                    "customer_id": Id(null=True),
                    "currency": Text(3),
                    "amount": Figure(),
                    "base_amount": Figure(),
                    "effective_on": Day(),
                    "reverses_id": Id(null=True),
                },
            ),
            ENTRIES_MAX,
        ),
    },
)


@operation(
    "GET",
    "documents/",
    "ledger.view",
    summary=_("Everything posted, in the order it was recorded"),
    query=Record(
        "DocumentFilters",
        {
            **PAGING,
            "after_position": AFTER,
            "customer": Text(60, default=""),
            "kind": Choice(Document.Kind.values, default=""),
            "number": Text(60, default="", about=_("Exactly this number.")),
        },
    ),
    answer=page_of(DOCUMENT),
)
def documents_list(call: Call) -> Answer:
    query = call.query
    found = Document.objects.filter(company=call.company).select_related("customer")
    for name, lookup in (("customer", "customer__code"), ("kind", "kind"), ("number", "number")):
        if query[name]:
            found = found.filter(**{lookup: query[name]})
    return _by_position(call, found, _documents)


@operation("GET", "documents/{id}/", "ledger.view", summary=_("One document of the book"), answer=DOCUMENT)
def documents_read(call: Call) -> Answer:
    return Answer(_documents([call.row(Document.objects.select_related("customer"))])[0])


@operation(
    "GET",
    "items/",
    "ledger.view",
    summary=_("Items, last recorded first"),
    query=Record(
        "ItemFilters",
        {
            **PAGING,
            "customer": Text(60, default=""),
            "document_id": Id(default=None),
            "open": Flag(default=None, about=_("Only what is open now, or only what is settled.")),
        },
    ),
    answer=page_of(ITEM),
)
def items_list(call: Call) -> Answer:
    query = call.query
    found = Item.objects.filter(company=call.company)
    if query["customer"]:
        found = found.filter(customer__code=query["customer"])
    if query["document_id"]:
        found = found.filter(document=query["document_id"])
    if query["open"] is not None:
        is_settled = Q(open_amount=0)
        found = found.filter(~is_settled if query["open"] else is_settled)
    return page(call, found.select_related("customer", "document", "account"), _items)


@operation("GET", "items/{id}/", "ledger.view", summary=_("One item"), answer=ITEM)
def items_read(call: Call) -> Answer:
    return Answer(_items([call.row(Item.objects.select_related("customer", "document", "account"))])[0])


@operation(
    "GET",
    "applications/",
    "ledger.view",
    summary=_("What was applied and undone, in the order it was recorded"),
    query=Record("ApplicationFilters", {**PAGING, "after_position": AFTER}),
    answer=page_of(APPLICATION),
)
def applications_list(call: Call) -> Answer:
    return _by_position(call, Application.objects.filter(company=call.company), _applications)


@operation(
    "GET",
    "applications/{id}/",
    "ledger.view",
    summary=_("One application with its entries"),
    answer=APPLICATION_WHOLE,
)
def applications_read(call: Call) -> Answer:
    application = call.row(Application)
    entries = Entry.objects.filter(application=application).order_by("pk")[:ENTRIES_MAX]
    return Answer({**_applications([application])[0], "entries": [_entry(entry) for entry in entries]})


def _by_position(call: Call, rows: QuerySet[M], show: Callable[[Sequence[M]], list[dict[str, Any]]]) -> Answer:
    """One page in the order of recording: the cursor is the position and, within it, the id."""
    place = read_cursor(call)
    if place is not None:
        position, pk = place
        rows = rows.filter(Q(position__gt=position) | Q(position=position, pk__gt=pk), position__gte=position)
    elif call.query["after_position"]:
        rows = rows.filter(position__gt=call.query["after_position"])
    limit = call.query["limit"]
    found = list(rows.order_by("position", "pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    last: Any = found[-1] if found else None
    return Answer({"data": show(found), "next": write_cursor(call, [last.position, last.pk]) if more else None})


def _documents(documents: Sequence[Document]) -> list[dict[str, Any]]:
    plain = ("id", "position", "kind", "number", "customer_id", "currency")
    return [
        {
            **{name: getattr(document, name) for name in plain},
            "customer": document.customer.code if document.customer else None,
            "rate": f"{document.rate:f}",
            "total": format_amount(Decimal(document.total), document.currency),
            "base_total": f"{document.base_total:f}",
            "document_on": document.document_on,
            "posted_on": document.posted_on,
            "reverses_id": document.reverses_id,
        }
        for document in documents
    ]


def _items(items: Sequence[Item]) -> list[dict[str, Any]]:
    plain = ("id", "position", "document_id", "line", "customer_id", "currency", "posted_on", "document_on", "due_on")
    return [
        {
            **{name: getattr(item, name) for name in plain},
            "document": item.document.number,
            "kind": item.document.kind,
            "account": item.account.role,
            "customer": item.customer.code if item.customer else None,
            "amount": format_amount(Decimal(item.amount), item.currency),
            "open_amount": format_amount(Decimal(item.open_amount), item.currency),
            "base_amount": f"{item.base_amount:f}",
            "open_base_amount": f"{item.open_base_amount:f}",
            "settled_on": None if item.open_amount else item.settled_on,
        }
        for item in items
    ]


def _applications(applications: Sequence[Application]) -> list[dict[str, Any]]:
    return [{name: getattr(application, name) for name in APPLICATION.fields} for application in applications]


def _entry(entry: Entry) -> dict[str, Any]:
    plain = ("id", "item_id", "counter_item_id", "customer_id", "currency", "effective_on", "reverses_id")
    return {
        **{name: getattr(entry, name) for name in plain},
        "amount": format_amount(Decimal(entry.amount), entry.currency),
        "base_amount": f"{entry.base_amount:f}",
    }

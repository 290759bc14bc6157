"""Who owes what, by age, at any date and as known at any instant; and the open items behind it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aging.queries import GROUPS, AgingReport, AgingRow, aging, proofs
from aging.rules import BASES, Bucket, parse_edges
from arap.api.errors import invalid
from arap.api.operations import Answer, Call, operation
from arap.api.paging import CURSOR_LENGTH_MAX, read_cursor, write_cursor
from arap.api.records import Many, Problem, Record
from arap.api.shapes import ID_MAX, Choice, Day, Figure, Flag, Id, Instant, Shape, Text, Whole
from arap.api.v1.customers import customer_of
from arap.core.money import CURRENCIES, format_amount
from arap.ledger.models import Account, Document
from arap.ledger.queries import OpenItem, open_items, position_at
from customers.models import Customer

ROWS, ROWS_MAX = 1_000, 5_000
BUCKETS_MAX = 12
ITEMS_MAX = 100_000

BUCKET = Record(
    "AgingBucket",
    {
        "from_days": Whole(0, 100_000, null=True, about=gettext_lazy("Days late or old; null is without limit.")),
        "to_days": Whole(0, 100_000, null=True),
        "label": Text(40),
    },
)
ROW = Record(
    "AgingRow",
    {
        "key": Text(200, null=True, about=gettext_lazy("Id or name of what the row stands for.")),
        "currency": Text(3),
        "buckets": Many(Figure(), BUCKETS_MAX),
        "unapplied": Figure(about=gettext_lazy("Credits that nothing was applied to; zero or below.")),
        "total": Figure(),
    },
)
REPORT = Record(
    "Aging",
    {
        "as_of": Day(),
        "position": Whole(0, ID_MAX, about=gettext_lazy("How far the book was read.")),
        "basis": Choice(BASES),
        "by": Choice(list(GROUPS)),
        "buckets": Many(BUCKET, BUCKETS_MAX),
        "totals": Many(ROW, len(CURRENCIES)),
        "ties": Flag(null=True, about=gettext_lazy("Whether it equals the control accounts; null for a part.")),
        "data": Many(ROW, ROWS_MAX),
        "next": Text(CURSOR_LENGTH_MAX, null=True),
    },
)
CLOCKS: dict[str, Shape] = {
    "as_of": Day(default=None, about=gettext_lazy("Else today.")),
    "known_at": Instant(default=None, about=gettext_lazy("As known then; else now.")),
}
ASKED = Record(
    "AgingQuery",
    {
        **CLOCKS,
        "basis": Choice(BASES, default="due", about=gettext_lazy("Which date ages count from.")),
        "by": Choice(list(GROUPS), default="customer"),
        "buckets": Text(60, default="30,60,90", about=gettext_lazy("Rising days, at most ten.")),
        "currency": Text(3, default=""),
        "customer": Text(60, default="", about=gettext_lazy("Only the customer with this code.")),
        "cursor": Text(CURSOR_LENGTH_MAX, default=""),
        "limit": Whole(1, ROWS_MAX, default=ROWS),
    },
)
OPEN_ITEMS = Record(
    "OpenItems",
    {
        "as_of": Day(),
        "position": Whole(0, ID_MAX),
        "data": Many(
            Record(
                "OpenItem",
                {
                    "item_id": Id(),
                    "document_id": Id(),
                    "kind": Choice(Document.Kind.values),
                    "number": Text(60),
                    "line": Whole(0, 32_767),
                    "reference": Text(140),
                    "account": Choice(Account.Role.values),
                    "currency": Text(3),
                    "amount": Figure(),
                    "open_amount": Figure(),
                    "open_base_amount": Figure(),
                    "document_on": Day(),
                    "posted_on": Day(),
                    "due_on": Day(),
                },
            ),
            ITEMS_MAX,
        ),
    },
)


@operation(
    "GET",
    "aging/",
    "aging.view",
    summary=gettext_lazy("Who owes what, by age"),
    about=gettext_lazy("Later pages are read at the position of the first one, so that they agree."),
    query=ASKED,
    answer=REPORT,
)
def aging_report(call: Call) -> Answer:
    query = call.query
    place = read_cursor(call)
    first, position = place or (0, position_at(call.company, known_at=_known_at(call)))
    report = aging(
        call.company,
        as_of=query["as_of"] or call.today,
        position=position,
        basis=query["basis"],
        edges=_edges(query["buckets"]),
        by=query["by"],
        currency=query["currency"] or None,
        customer_id=customer_of(call, query["customer"]).pk if query["customer"] else None,
    )
    last = first + query["limit"]
    more = len(report.rows) > last
    return Answer(
        {
            "as_of": report.as_of,
            "position": report.position,
            "basis": report.basis,
            "by": report.by,
            "buckets": [_bucket(bucket) for bucket in report.buckets],
            "totals": [_row(row) for row in report.totals],
            "ties": _ties(call, report),
            "data": [_row(row) for row in report.rows[first:last]],
            "next": write_cursor(call, [last, position]) if more else None,
        }
    )


@operation(
    "GET",
    "customers/{id}/open-items/",
    "aging.view",
    summary=gettext_lazy("What a customer owed at a date, item by item"),
    query=Record("OpenItemsQuery", CLOCKS),
    answer=OPEN_ITEMS,
)
def open_items_list(call: Call) -> Answer:
    customer = call.row(Customer)
    as_of, position = call.query["as_of"] or call.today, position_at(call.company, known_at=_known_at(call))
    found = open_items(call.company, as_of=as_of, position=position, customer_id=customer.pk)
    return Answer({"as_of": as_of, "position": position, "data": [_open_item(item) for item in found[:ITEMS_MAX]]})


def _known_at(call: Call) -> datetime | None:
    at: datetime | None = call.query["known_at"]
    return at


def _edges(text: str) -> tuple[int, ...]:
    try:
        return parse_edges(text)
    except ValueError:
        told = _("Type rising days such as 30,60,90; at most ten.")
        raise invalid([Problem(told, "buckets")]) from None


def _ties(call: Call, report: AgingReport) -> bool | None:
    if call.query["currency"] or call.query["customer"]:
        return None
    return all(proof.difference == 0 for proof in proofs(call.company, report))


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"from_days": bucket.from_days, "to_days": bucket.to_days, "label": bucket.label}


def _row(row: AgingRow) -> dict[str, Any]:
    return {
        "key": None if row.key is None else str(row.key),
        "currency": row.currency,
        "buckets": [format_amount(amount, row.currency) for amount in row.buckets],
        "unapplied": format_amount(row.unapplied, row.currency),
        "total": format_amount(row.total, row.currency),
    }


def _open_item(item: OpenItem) -> dict[str, Any]:
    plain = ("item_id", "document_id", "kind", "number", "line", "reference", "account", "currency")
    return {
        **{name: getattr(item, name) for name in plain},
        "amount": format_amount(item.amount, item.currency),
        "open_amount": format_amount(item.open_amount, item.currency),
        "open_base_amount": f"{item.open_base_amount:f}",
        "document_on": item.document_on,
        "posted_on": item.posted_on,
        "due_on": item.due_on,
    }

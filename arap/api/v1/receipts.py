"""Receipts as they are read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import Choice, Day, Figure, Flag, Id, Instant, Text
from arap.core.money import ZERO, format_amount
from arap.ledger.models import Entry, Item
from receipts.models import Receipt
from receipts.queries import credit_items

APPLIED_MAX = 10_000

RECEIPT = Record(
    "Receipt",
    {
        "id": Id(),
        "state": Choice(Receipt.State.values),
        "number": Text(60, null=True, about=_("None while it waits for confirmation.")),
        "document_id": Id(null=True),
        "customer_id": Id(null=True),
        "customer": Text(60, null=True, about=_("The payer's code; null while nobody knows who paid.")),
        "currency": Text(3),
        "amount": Figure(),
        "unapplied": Figure(about=_("What is left of it in the book.")),
        "received_on": Day(),
        "posted_on": Day(null=True),
        "method": Choice(Receipt.Method.values),
        "bank_account_id": Id(null=True),
        "payer_name": Text(200),
        "payer_account": Text(60),
        "remittance": Text(500),
        "needs_confirmation": Flag(),
        "recorded_at": Instant(),
        "confirmed_at": Instant(null=True),
    },
)
FILTERS = Record(
    "ReceiptFilters",
    {
        **PAGING,
        "customer": Text(60, default="", about=_("The payer's code.")),
        "state": Choice(Receipt.State.values, default=""),
        "number": Text(60, default="", about=_("Exactly this number.")),
        "received_from": Day(default=None),
        "received_to": Day(default=None),
    },
)
APPLIED = Record(
    "ReceiptApplications",
    {
        "data": Many(
            Record(
                "ReceiptApplication",
                {
                    "entry_id": Id(),
                    "application_id": Id(),
                    "item_id": Id(),
                    "document": Text(60, about=_("Number of the document that was paid.")),
                    "amount": Figure(about=_("Below zero where it was undone.")),
                    "effective_on": Day(),
                    "is_undone": Flag(),
                },
            ),
            APPLIED_MAX,
        )
    },
)


@operation(
    "GET",
    "receipts/",
    "receipt.view",
    summary=_("Receipts, last recorded first"),
    query=FILTERS,
    answer=page_of(RECEIPT),
)
def receipts_list(call: Call) -> Answer:
    query = call.query
    found = Receipt.objects.filter(company=call.company)
    for name, lookup in (
        ("customer", "customer__code"),
        ("state", "state"),
        ("number", "document__number"),
        ("received_from", "received_on__gte"),
        ("received_to", "received_on__lte"),
    ):
        if query[name]:
            found = found.filter(**{lookup: query[name]})
    return page(call, found.select_related("customer", "document"), shown)


@operation("GET", "receipts/{id}/", "receipt.view", summary=_("One receipt"), answer=RECEIPT)
def receipts_read(call: Call) -> Answer:
    return Answer(shown([call.row(Receipt.objects.select_related("customer", "document"))])[0])


@operation(
    "GET",
    "receipts/{id}/applications/",
    "receipt.view",
    summary=_("What a receipt was applied to"),
    answer=APPLIED,
)
def receipts_applications(call: Call) -> Answer:
    receipt = call.row(Receipt)
    items = [item.pk for item in credit_items(receipt)]
    entries = Entry.objects.filter(counter_item__in=items).select_related("item__document", "reversed_by")
    rows = entries.order_by("position", "pk")[:APPLIED_MAX]
    return Answer(
        {
            "data": [
                {
                    "entry_id": entry.pk,
                    "application_id": entry.application_id,
                    "item_id": entry.item_id,
                    "document": entry.item.document.number,
                    "amount": format_amount(-entry.amount, entry.currency),
                    "effective_on": entry.effective_on,
                    "is_undone": getattr(entry, "reversed_by", None) is not None,
                }
                for entry in rows
            ]
        }
    )


def shown(receipts: Sequence[Receipt]) -> list[dict[str, Any]]:
    """The receipts of a page, each with what is left of it. Two queries at most."""
    left = _left(receipts)
    plain = ("received_on", "posted_on", "method", "bank_account_id", "payer_name", "payer_account", "remittance")
    return [
        {
            "id": receipt.pk,
            "state": receipt.state,
            "number": receipt.document.number if receipt.document else None,
            "document_id": receipt.document_id,
            "customer_id": receipt.customer_id,
            "customer": receipt.customer.code if receipt.customer else None,
            "currency": receipt.currency,
            "amount": format_amount(Decimal(receipt.amount), receipt.currency),
            "unapplied": format_amount(left.get(receipt.pk, ZERO), receipt.currency),
            **{name: getattr(receipt, name) for name in plain},
            "needs_confirmation": receipt.needs_confirmation,
            "recorded_at": receipt.recorded_at,
            "confirmed_at": receipt.confirmed_at,
        }
        for receipt in receipts
    ]


def _left(receipts: Sequence[Receipt]) -> dict[int, Decimal]:
    """Receipt id -> what is left of it; money that was identified since stands in other documents."""
    owner = {receipt.document_id: receipt.pk for receipt in receipts if receipt.document_id}
    unknown = [receipt.pk for receipt in receipts if receipt.document_id and receipt.customer_id is None]
    if unknown:
        moved = Receipt.objects.filter(pk__in=unknown, identifications__isnull=False)
        owner |= dict(moved.values_list("identifications__document_id", "pk"))
    rows = Item.objects.filter(document__in=owner, amount__lt=0).values("document_id").order_by()
    left: dict[int, Decimal] = {}
    for row in rows.annotate(open_sum=Sum("open_amount")):
        receipt_id = owner[row["document_id"]]
        left[receipt_id] = left.get(receipt_id, ZERO) - row["open_sum"]
    return left

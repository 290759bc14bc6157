"""Money whose payer was not known (待认领) turns out to be a customer's, or not to be that customer's after all:
transfers in the book, never edits.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, is_exact
from arap.ledger.actions import Closing, NewDocument, NewItem, book_transaction, lock, replace
from arap.ledger.models import Item
from customers.models import Customer
from receipts.actions.applying import lock_receipt
from receipts.models import Receipt, ReceiptIdentification


@book_transaction
def identify_receipt(
    company: Company,
    receipt_id: int,
    customer_id: int,
    *,
    on: date,
    by: User | None,
    amount: Decimal | None = None,
    key: str | None = None,
) -> ReceiptIdentification:
    """Give the unidentified money of a receipt, or `amount` of it, to a customer, as of `on`.

    The new item keeps the day the money came in as the date its age counts from, and its base amount. Raises NotFound,
    Invalid (amount), Refused (not_confirmed, already_identified, over_identified, before_posting, period_closed,
    idempotency_conflict).
    """
    request: dict[str, Any] = {
        "verb": "receipt.identify",
        "receipt": receipt_id,
        "customer": customer_id,
        "on": on,
        "amount": amount,
    }
    outcome = idempotent(
        company, key, request, lambda: {"id": _identify(company, receipt_id, customer_id, on, by, amount, key).pk}
    )
    return ReceiptIdentification.objects.get(pk=outcome.response["id"])


def _identify(
    company: Company,
    receipt_id: int,
    customer_id: int,
    on: date,
    by: User | None,
    amount: Decimal | None,
    key: str | None,
) -> ReceiptIdentification:
    receipt, items = lock_receipt(company, receipt_id)
    customer = Customer.objects.filter(company=company, pk=customer_id).first()
    if customer is None:
        raise NotFound("unknown_customer", _("There is no such customer."))
    lock(company, dates=[on], customers=[customer.pk], items=[item.pk for item in items])
    found = Item.objects.filter(pk__in=[item.pk for item in items], customer=None).exclude(open_amount=0)
    unknown = list(found.order_by("pk"))
    if not unknown:
        raise Refused("already_identified", _("All of this receipt is identified."))
    amount = _amount(receipt, unknown, amount)
    if on < max(item.posted_on for item in unknown):
        raise Refused("before_posting", _("Money cannot be identified before it came in."))
    posted = replace(
        company, _transfer(receipt, _parts(unknown, amount), customer, on), by=by, verb="receipt.identify", key=key
    )
    identification = ReceiptIdentification.objects.create(
        company=company,
        receipt=receipt,
        customer=customer,
        document_id=posted.document_id,
        amount=amount,
        identified_on=on,
        identified_by=by,
    )
    after = {"customer": customer.code, "amount": amount, "transfer": posted.number}
    audit.record(by=by, verb="receipt.identify", obj=receipt, after=after)
    return identification


@book_transaction
def unidentify_receipt(
    company: Company,
    receipt_id: int,
    identification_id: int,
    *,
    on: date,
    by: User | None,
    reason: str,
    key: str | None = None,
) -> ReceiptIdentification:
    """Take identified money back from its customer, as of `on`: its payer is unknown again, and both acts stay.

    Returns the row that undoes the identification. Raises NotFound, Refused (not_confirmed, not_identified when it was
    undone before, applied while any of it is applied or was refunded, before_posting, period_closed,
    idempotency_conflict).
    """
    request = {"verb": "receipt.unidentify", "receipt": receipt_id, "identification": identification_id, "on": on}
    outcome = idempotent(
        company,
        key,
        request,
        lambda: {"id": _unidentify(company, receipt_id, identification_id, on, by, reason, key).pk},
    )
    return ReceiptIdentification.objects.get(pk=outcome.response["id"])


def _unidentify(
    company: Company, receipt_id: int, identification_id: int, on: date, by: User | None, reason: str, key: str | None
) -> ReceiptIdentification:
    receipt, items = lock_receipt(company, receipt_id)
    made = receipt.identifications.filter(pk=identification_id, undoes=None).select_related("customer").first()
    if made is None:
        raise NotFound("not_found", _("There is no such identification."))
    moved = [item.pk for item in items if item.document_id == made.document_id]
    lock(company, dates=[on], items=moved)
    if ReceiptIdentification.objects.filter(undoes=made).exists():
        raise Refused("not_identified", _("This was taken back before."))
    standing = list(Item.objects.filter(pk__in=moved).order_by("pk"))
    if any(item.open_amount != item.amount for item in standing):
        raise Refused("applied", _("Part of this money is applied or was refunded. Undo that first."))
    if on < max(item.posted_on for item in standing):
        raise Refused("before_posting", _("Money cannot be taken back before it was identified."))
    document = _transfer(receipt, [(item, -item.amount) for item in standing], None, on, reason)
    posted = replace(company, document, by=by, verb="receipt.unidentify", key=key)
    undoing = ReceiptIdentification.objects.create(
        company=company,
        receipt=receipt,
        customer=None,
        undoes=made,
        document_id=posted.document_id,
        amount=made.amount,
        identified_on=on,
        identified_by=by,
    )
    after = {"customer": made.customer.code if made.customer else "", "transfer": posted.number, "reason": reason}
    audit.record(by=by, verb="receipt.unidentify", obj=receipt, after=after)
    return undoing


def _amount(receipt: Receipt, unknown: Sequence[Item], amount: Decimal | None) -> Decimal:
    still = sum((-item.open_amount for item in unknown), ZERO)
    if amount is None:
        return still
    if amount <= 0 or not is_exact(amount, receipt.currency):
        raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amount")
    if amount > still:
        raise Refused(
            "over_identified",
            _("Only %(open)s of this receipt is unidentified.") % {"open": format_amount(still, receipt.currency)},
            open=str(still),
        )
    return amount


def _parts(unknown: Sequence[Item], amount: Decimal) -> list[tuple[Item, Decimal]]:
    """What is taken from each item (above zero), the oldest first."""
    parts = []
    for item in unknown:
        part = min(amount, -item.open_amount)
        if part:
            parts.append((item, part))
        amount -= part
    return parts


def _transfer(
    receipt: Receipt, parts: Sequence[tuple[Item, Decimal]], customer: Customer | None, on: date, memo: str = ""
) -> NewDocument:
    """The parts (above zero) of the items move to `customer`, or to the account of unidentified money. Each keeps the
    dates from which its age counts.
    """
    assert receipt.document is not None, "a confirmed receipt is in the book"
    whose = customer.pk if customer else next((item.customer_id for item, _part in parts), None)
    return NewDocument(
        kind="transfer",
        customer_id=whose,
        currency=receipt.currency,
        rate=receipt.rate,
        document_on=on,
        posted_on=on,
        items=[
            NewItem(
                account="receivable" if customer else "unidentified",
                amount=-part,
                customer_id=customer.pk if customer else None,
                due_on=item.due_on,
                original_due_on=item.original_due_on,
                aged_from_on=item.aged_from_on,
                origin_item_id=item.pk,
            )
            for item, part in parts
        ],
        closings=[Closing(item_id=item.pk, amount=-part) for item, part in parts],
        reference=receipt.document.number,
        memo=memo,
    )

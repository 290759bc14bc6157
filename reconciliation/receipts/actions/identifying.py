"""Money whose payer was not known (待认领) turns out to be a customer's: a transfer in the book, never an edit."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import format_amount, is_exact
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
    unknown = Item.objects.filter(pk__in=[item.pk for item in items], customer=None).exclude(open_amount=0).first()
    if unknown is None:
        raise Refused("already_identified", _("All of this receipt is identified."))
    amount = _amount(receipt, unknown, amount)
    if on < unknown.posted_on:
        raise Refused("before_posting", _("Money cannot be identified before it came in."))
    posted = replace(
        company, _transfer(receipt, unknown, customer, amount, on), by=by, verb="receipt.identify", key=key
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


def _amount(receipt: Receipt, unknown: Item, amount: Decimal | None) -> Decimal:
    still = -unknown.open_amount
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


def _transfer(receipt: Receipt, unknown: Item, customer: Customer, amount: Decimal, on: date) -> NewDocument:
    assert receipt.document is not None, "a confirmed receipt is in the book"
    return NewDocument(
        kind="transfer",
        customer_id=customer.pk,
        currency=receipt.currency,
        rate=receipt.rate,
        document_on=on,
        posted_on=on,
        items=[
            NewItem(
                account="receivable",
                amount=-amount,
                customer_id=customer.pk,
                due_on=unknown.due_on,
                original_due_on=unknown.original_due_on,
                aged_from_on=unknown.aged_from_on,
                origin_item_id=unknown.pk,
            )
        ],
        closings=[Closing(item_id=unknown.pk, amount=-amount)],
        reference=receipt.document.number,
    )

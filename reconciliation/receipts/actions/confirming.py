"""The second pair of eyes: a receipt above the company's limit enters the book when somebody else confirms it."""

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.queries import first_open_day
from arap.ledger.actions import NewDocument, NewItem, NewLine, book_transaction, post_documents
from receipts.actions.recording import Recorded
from receipts.models import Receipt


@book_transaction
def confirm_receipt(company: Company, receipt_id: int, *, by: User, key: str | None = None) -> Recorded:
    """Confirm a recorded receipt, which posts it on the day it was received, or on the first open day after it.

    Raises NotFound, Refused (not_recorded, same_person, period_closed, idempotency_conflict).
    """
    request = {"verb": "receipt.confirm", "receipt": receipt_id}
    outcome = idempotent(company, key, request, lambda: asdict(_confirm(company, receipt_id, by, key)))
    return Recorded(**outcome.response)


@transaction.atomic
def reject_receipt(company: Company, receipt_id: int, *, by: User, reason: str) -> None:
    """Refuse to confirm a recorded receipt: it never enters the book. Raises NotFound, Refused("not_recorded")."""
    receipt = _lock_recorded(company, receipt_id)
    receipt.state = Receipt.State.REJECTED
    receipt.save(update_fields=["state"])
    audit.record(by=by, verb="receipt.reject", obj=receipt, after={"state": receipt.state, "reason": reason})


def _lock_recorded(company: Company, receipt_id: int) -> Receipt:
    receipt = Receipt.objects.select_for_update().filter(company=company, pk=receipt_id).first()
    if receipt is None:
        raise NotFound("not_found", _("There is no such receipt."))
    if receipt.state != Receipt.State.RECORDED:
        raise Refused("not_recorded", _("This receipt does not wait for confirmation any more."))
    return receipt


def _confirm(company: Company, receipt_id: int, by: User, key: str | None) -> Recorded:
    receipt = _lock_recorded(company, receipt_id)
    if receipt.recorded_by_id == by.pk:
        raise Refused("same_person", _("Who recorded a receipt cannot confirm it."))
    receipt.posted_on = first_open_day(company, receipt.received_on, by=by) or receipt.received_on
    posted = post_documents(company, [document_of(receipt, receipt.posted_on)], by=by, verb="receipt.confirm", key=key)[
        0
    ]
    receipt.state, receipt.document_id = Receipt.State.CONFIRMED, posted.document_id
    receipt.confirmed_by, receipt.confirmed_at = by, Now()
    receipt.save(update_fields=["state", "document", "posted_on", "confirmed_by", "confirmed_at"])
    audit.record(by=by, verb="receipt.confirm", obj=receipt, after={"state": receipt.state, "number": posted.number})
    return Recorded(receipt_id=receipt.pk, document_id=posted.document_id, number=posted.number, state=receipt.state)


def document_of(receipt: Receipt, posted_on: date) -> NewDocument:
    account = "receivable" if receipt.customer_id else "unidentified"
    return NewDocument(
        kind="receipt",
        customer_id=receipt.customer_id,
        currency=receipt.currency,
        rate=receipt.rate,
        document_on=receipt.received_on,
        posted_on=posted_on,
        items=[NewItem(account=account, amount=-receipt.amount, due_on=receipt.received_on)],
        lines=[NewLine(account="bank", amount=receipt.amount)],
        reference=receipt.remittance[:140],
    )

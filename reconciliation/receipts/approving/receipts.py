"""Receipts above the company's limit among what needs a second person."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.approvals import Line, Waiting
from arap.core.models import Company, User
from arap.core.wording import names
from receipts.actions import confirm_receipt, reject_receipt
from receipts.actions.confirming import document_of
from receipts.approving.words import lines_of
from receipts.models import Receipt
from receipts.queries.waiting import to_confirm

TITLE = gettext_lazy("Receipt")
VERB = "receipt.confirm"


def waiting(company: Company, limit: int) -> Sequence[Waiting]:
    """Those recorded, the oldest first."""
    return [_told(receipt) for receipt in _rows(company)[:limit]]


def one(company: Company, pk: int) -> Waiting | None:
    """The one with this id, while it waits."""
    receipt = _rows(company).filter(pk=pk).first()
    return _told(receipt) if receipt else None


def effect(company: Company, pk: int, on: date) -> Sequence[Line]:
    """What confirming it would post: on the day it was received, or on the first open day after it."""
    receipt = _rows(company).get(pk=pk)
    return lines_of(company, document_of(receipt, receipt.received_on))


def approve(company: Company, pk: int, *, on: date, by: User) -> object:
    """Say yes."""
    return confirm_receipt(company, pk, by=by)


def reject(company: Company, pk: int, *, by: User, reason: str) -> None:
    """Say no."""
    reject_receipt(company, pk, by=by, reason=reason)


def _rows(company: Company) -> QuerySet[Receipt]:
    rows = to_confirm(company).select_related("customer", "recorded_by")
    return rows.order_by("pk")


def _told(receipt: Receipt) -> Waiting:
    return Waiting(
        kind="receipt",
        pk=receipt.pk,
        title=receipt.payer_name or receipt.remittance or _("Receipt"),
        about=names(receipt.customer.name, receipt.customer.name_local)[0] if receipt.customer else _("payer unknown"),
        url=reverse("receipts:detail", args=[receipt.pk]),
        asked_by_id=receipt.recorded_by_id,
        asked_by=receipt.recorded_by.get_full_name() if receipt.recorded_by else "",
        asked_at=receipt.recorded_at,
        amount=receipt.amount,
        currency=receipt.currency,
    )

"""Refunds among what needs a second person."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.approvals import Line, Waiting
from arap.core.models import Company, User
from arap.core.wording import names
from receipts.actions.refunding import approve_refund, reject_refund
from receipts.models import Refund
from receipts.queries.refunds import refunds

TITLE = gettext_lazy("Customer refund")
VERB = "refund.approve"


def waiting(company: Company, limit: int) -> Sequence[Waiting]:
    """Those asked for, the oldest first."""
    return [_told(made) for made in _rows(company)[:limit]]


def one(company: Company, pk: int) -> Waiting | None:
    """The one with this id, while it waits."""
    made = _rows(company).filter(pk=pk).first()
    return _told(made) if made else None


def effect(company: Company, pk: int, on: date) -> Sequence[Line]:
    """Where the money would go, out of what, and why. Nothing is posted before it is paid."""
    made = _rows(company).get(pk=pk)
    told = {"bank": made.account.bank, "account": made.account.account_no, "holder": made.account.holder}
    left = -made.item.open_amount - made.amount
    return [
        Line(text=_("It may be paid to %(account)s at %(bank)s, held by %(holder)s.") % told),
        Line(text=made.reason),
        Line(text=_("Open of the credit now"), amount=made.item.open_amount, currency=made.item.currency),
        Line(text=_("Open of it when this is paid"), amount=-left, currency=made.item.currency),
    ]


def approve(company: Company, pk: int, *, on: date, by: User) -> Refund:
    """Say yes."""
    return approve_refund(company, pk, by=by)


def reject(company: Company, pk: int, *, by: User, reason: str) -> Refund:
    """Say no."""
    return reject_refund(company, pk, by=by, note=reason)


def _rows(company: Company) -> QuerySet[Refund]:
    return refunds(company).filter(state=Refund.State.REQUESTED).order_by("pk")


def _told(made: Refund) -> Waiting:
    assert made.item.customer is not None, "only a customer's credit is refunded"
    return Waiting(
        kind="refund",
        pk=made.pk,
        title=made.item.document.number,
        about=names(made.item.customer.name, made.item.customer.name_local)[0],
        url=reverse("receipts:refund", args=[made.pk]),
        asked_by_id=made.requested_by_id,
        asked_by=made.requested_by.get_full_name(),
        asked_at=made.requested_at,
        amount=made.amount,
        currency=made.item.currency,
        role=made.required_role,
    )

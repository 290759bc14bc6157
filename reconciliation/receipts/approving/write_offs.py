"""Write-offs among what needs a second person."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.approvals import Line, Waiting
from arap.core.models import Company, User
from arap.core.wording import names
from receipts.actions.writing_off import approve_write_off, document_of, reject_write_off
from receipts.approving.words import lines_of
from receipts.models import WriteOff
from receipts.queries.write_offs import write_offs

TITLE = gettext_lazy("Write-off")
VERB = "write_off.approve"


def waiting(company: Company, limit: int) -> Sequence[Waiting]:
    """Those asked for, the oldest first."""
    return [_told(made) for made in _rows(company)[:limit]]


def one(company: Company, pk: int) -> Waiting | None:
    """The one with this id, while it waits."""
    made = _rows(company).filter(pk=pk).first()
    return _told(made) if made else None


def effect(company: Company, pk: int, on: date) -> Sequence[Line]:
    """What approving it on that day would post."""
    made = _rows(company).get(pk=pk)
    if made.amount > made.item.open_amount:
        return [Line(text=_("Less than this amount is open by now, so it cannot be approved."))]
    return [Line(text=made.explanation), *lines_of(company, document_of(made, made.item, on))]


def approve(company: Company, pk: int, *, on: date, by: User) -> WriteOff:
    """Say yes."""
    return approve_write_off(company, pk, on=on, by=by)


def reject(company: Company, pk: int, *, by: User, reason: str) -> WriteOff:
    """Say no."""
    return reject_write_off(company, pk, by=by, note=reason)


def _rows(company: Company) -> QuerySet[WriteOff]:
    return write_offs(company).filter(state=WriteOff.State.REQUESTED).order_by("pk")


def _told(made: WriteOff) -> Waiting:
    assert made.item.customer is not None, "only what a customer owes is written off"
    return Waiting(
        kind="write-off",
        pk=made.pk,
        title=made.item.document.number,
        about=names(made.item.customer.name, made.item.customer.name_local)[0],
        url=reverse("receipts:write_off", args=[made.pk]),
        asked_by_id=made.requested_by_id,
        asked_by=made.requested_by.get_full_name(),
        asked_at=made.requested_at,
        amount=made.amount,
        currency=made.item.currency,
        role=made.required_role,
    )

"""Arrangements among what needs a second person."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.approvals import Line, Waiting
from arap.core.models import Company, User
from arap.core.wording import amount_text, names, prose_day
from receipts.actions.arranging import approve_arrangement, reject_arrangement
from receipts.models import Arrangement
from receipts.queries.arrangements import arrangements, effect_of, parts_of, settled_items

TITLE = gettext_lazy("Arrangement")
VERB = "arrangement.approve"


def waiting(company: Company, limit: int) -> Sequence[Waiting]:
    """Those asked for, the oldest first."""
    return [_told(made) for made in _rows(company)[:limit]]


def one(company: Company, pk: int) -> Waiting | None:
    """The one with this id, while it waits."""
    made = _rows(company).filter(pk=pk).first()
    return _told(made) if made else None


def effect(company: Company, pk: int, on: date) -> Sequence[Line]:
    """What approving it on that day would post, and what would fall due when."""
    made = _rows(company).get(pk=pk)
    debits = settled_items(made)
    if any(part > abs(item.open_amount) for item, part in parts_of(made, debits)):
        return [Line(text=_("Less than this amount is open by now, so it cannot be approved."))]
    told = effect_of(made, on, debits)
    lines = [Line(text=text) for text in (made.reference, made.explanation) if text]
    for each in told.opened:
        amount = f"{each.currency} {amount_text(each.after, each.currency)}"
        lines.append(Line(text=f"{prose_day(each.due_on)} · {amount}"))
    for posting in told.postings:
        account = f"{posting.account.code} {names(posting.account.name, posting.account.name_local)[0]}"
        is_money = bool(posting.amount)
        lines.append(
            Line(
                text=account,
                amount=posting.amount if is_money else posting.base_amount,
                currency=posting.currency if is_money else company.base_currency,
            )
        )
    return lines


def approve(company: Company, pk: int, *, on: date, by: User) -> Arrangement:
    """Say yes."""
    return approve_arrangement(company, pk, on=on, by=by)


def reject(company: Company, pk: int, *, by: User, reason: str) -> Arrangement:
    """Say no."""
    return reject_arrangement(company, pk, by=by, note=reason)


def _rows(company: Company) -> QuerySet[Arrangement]:
    return arrangements(company).filter(state=Arrangement.State.REQUESTED).order_by("pk")


def _told(made: Arrangement) -> Waiting:
    assert made.item.customer is not None, "only what has a customer is arranged"
    return Waiting(
        kind="arrangement",
        pk=made.pk,
        title=f"{made.get_kind_display()} {made.item.document.number}",
        about=names(made.item.customer.name, made.item.customer.name_local)[0],
        url=reverse("receipts:arrangement", args=[made.pk]),
        asked_by_id=made.requested_by_id,
        asked_by=made.requested_by.get_full_name(),
        asked_at=made.requested_at,
        amount=made.amount,
        currency=made.item.currency,
        role=made.required_role,
    )

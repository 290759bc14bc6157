"""Opening, closing (for all but some roles, or for all) and reopening periods, and exceptions to a close.

Whoever posts holds the period's row FOR SHARE until the commit; closing takes it FOR NO KEY UPDATE.
So a close waits for postings under way, and a posting that comes later sees the period closed.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.dates import months_of
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import Company, Period, PeriodException, Role, User

State = Period.State
# Who can be let into a period that is soft closed: those who post at all.
MAY_POST_LATE = frozenset({Role.CLERK, Role.CREDIT_MANAGER, Role.CONTROLLER})


@transaction.atomic
def open_periods(company: Company, year: int, *, by: User | None) -> list[Period]:
    """Open the twelve months of `year`, as far as they are missing. Returns those of the year.

    A month whose days belong to a period of another shape already is left to that one.
    """
    months = [Period(company=company, starts_on=first, ends_on=last) for first, last in months_of(year)]
    of_year = Period.objects.filter(company=company, starts_on__year=year)
    before = of_year.count()
    Period.objects.bulk_create(months, ignore_conflicts=True)
    periods = list(of_year.order_by("starts_on"))
    if opened := len(periods) - before:
        after = {"year": year, "opened": opened}
        audit.record(by=by, verb="period.open", obj=company, after=after)
    return periods


@transaction.atomic
def soft_close_period(company: Company, period: Period, *, by: User, open_to: Collection[Role]) -> Period:
    """Close an open period for all but people of the roles `open_to`. Waits for postings under way.

    Raises Invalid("roles") for none and for roles that post nothing, Refused("period_closed") unless it is open.
    """
    if not open_to or not MAY_POST_LATE.issuperset(open_to):
        raise Invalid("roles", _("Say which roles may still post."), field="open_to")
    if _lock(company, period).state != State.OPEN:
        raise Refused("period_closed", _("This period is closed already."))
    return _move(company, period, State.SOFT, by=by, verb="period.soft_close", open_to=sorted(open_to))


@transaction.atomic
def close_period(company: Company, period: Period, *, by: User) -> Period:
    """Close a period for everybody. Waits for postings under way; raises Refused("period_closed") if it is."""
    return _move(company, period, State.CLOSED, by=by, verb="period.close")


@transaction.atomic
def reopen_period(company: Company, period: Period, *, by: User, reason: str) -> Period:
    """Open a closed or soft closed period again. A reason is required; raises Refused("period_open") if it is."""
    return _move(company, period, State.OPEN, by=by, verb="period.reopen", reason=_reason(reason))


@transaction.atomic
def grant_exception(
    company: Company,
    period: Period,
    *,
    by: User,
    reason: str,
    valid_until: datetime,
    granted_to: User | None = None,
) -> PeriodException:
    """Let `granted_to` (None: everybody) post into a closed period until an instant.

    Raises Invalid for a missing reason, Refused("period_open") when nothing needs an exception and
    Refused("own_exception") when people grant one to themselves.
    """
    reason = _reason(reason)
    locked = _lock(company, period)
    if locked.state == State.OPEN:
        raise Refused("period_open", _("This period is open."))
    if granted_to == by:
        raise Refused("own_exception", _("Nobody grants an exception to themselves."))
    exception = PeriodException.objects.create(
        company=company,
        period=locked,
        reason=reason,
        granted_by=by,
        granted_to=granted_to,
        valid_until=valid_until,
    )
    audit.record(
        by=by,
        verb="period.except",
        obj=exception,
        after={"period": str(locked), "reason": reason, "valid_until": valid_until},
    )
    return exception


@transaction.atomic
def revoke_exception(exception: PeriodException, *, by: User) -> None:
    """End an exception now. Waits for postings under way that use it."""
    _lock(exception.company, exception.period)
    live = PeriodException.objects.filter(pk=exception.pk, revoked_at__isnull=True)
    if not live.update(revoked_at=Now()):
        raise Refused("exception_ended", _("This exception was revoked already."))
    audit.record(by=by, verb="period.except.revoke", obj=exception)


def _lock(company: Company, period: Period) -> Period:
    rows = Period.objects.select_for_update(no_key=True, of=("self",))
    locked = rows.filter(company=company, pk=period.pk).first()
    if locked is None:
        raise NotFound("not_found", _("There is no such period."))
    return locked


def _move(
    company: Company,
    period: Period,
    to: Period.State,
    *,
    by: User,
    verb: str,
    reason: str = "",
    open_to: Collection[str] = (),
) -> Period:
    locked = _lock(company, period)
    if locked.state == to:
        if to == State.CLOSED:
            raise Refused("period_closed", _("This period is closed already."))
        raise Refused("period_open", _("This period is open."))
    closing = to != State.OPEN
    before = {"state": locked.state}
    Period.objects.filter(pk=locked.pk).update(
        state=to,
        open_to=list(open_to),
        closed_at=Now() if closing else None,
        closed_by=by if closing else None,
    )
    after = {"state": to} | ({"reason": reason} if reason else {}) | ({"open_to": list(open_to)} if open_to else {})
    audit.record(by=by, verb=verb, obj=locked, before=before, after=after)
    locked.refresh_from_db()
    return locked


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid("reason_missing", _("Give a reason."), field="reason")
    return text.strip()

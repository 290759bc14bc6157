"""Handing one's approvals to a colleague for a while, and taking them back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Forbidden, Invalid, Refused
from arap.core.models import Company, Delegation, User
from arap.core.permissions import may

DAYS_MAX = 92
REASON_MAX = 200
DECIDES = "approval.decide"


@transaction.atomic
def delegate(
    company: Company, *, giver: User, taker: User, first_on: date, last_on: date, reason: str, today: date, by: User
) -> Delegation:
    """`taker` approves for `giver` on these days, both included, by the company's clock.

    The giver does it, or a controller or administrator for somebody who is away. Both must be people who approve at
    all: approvals are lent, not the right to approve. Raises Invalid (taker, first_on, last_on, reason), Forbidden.
    """
    if by.pk != giver.pk and not may(by, "approval.delegate", company):
        raise Forbidden("forbidden", _("Only a controller hands over the approvals of others."))
    if not may(giver, DECIDES, company):
        raise Invalid("no_giver", _("This person approves nothing here."), field="giver")
    if taker.pk == giver.pk or not may(taker, DECIDES, company):
        raise Invalid("no_taker", _("Choose a colleague who approves here."), field="taker")
    if first_on < today:
        raise Invalid("past", _("This day lies in the past."), field="first_on")
    if last_on < first_on:
        raise Invalid("order", _("The last day is before the first."), field="last_on")
    if (last_on - first_on).days >= DAYS_MAX:
        message = _("Approvals are handed over for at most %(most)s days.") % {"most": DAYS_MAX}
        raise Invalid("long", message, field="last_on")
    if not reason.strip() or len(reason) > REASON_MAX:
        raise Invalid("reason", _("Say in a few words why."), field="reason")
    zone = ZoneInfo(str(company.time_zone))
    made = Delegation.objects.create(
        company=company,
        giver=giver,
        taker=taker,
        starts_at=datetime.combine(first_on, time(), zone),
        ends_at=datetime.combine(last_on + timedelta(days=1), time(), zone),
        reason=reason.strip(),
        created_by=by,
    )
    after = {"giver": giver.username, "taker": taker.username, "first_on": first_on, "last_on": last_on}
    audit.record(by=by, verb="approval.delegate", obj=made, after={**after, "reason": made.reason})
    return made


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User, now: datetime) -> None:
    """Take the approvals back from now on. Raises Forbidden, Refused("delegation_ended")."""
    if by.pk not in (delegation.giver_id, delegation.taker_id) and not may(by, "approval.delegate", delegation.company):
        raise Forbidden("forbidden", _("Only a controller hands over the approvals of others."))
    found = Delegation.objects.select_for_update(no_key=True).get(pk=delegation.pk)
    if found.ends_at <= now:
        raise Refused("delegation_ended", _("This has ended already."))
    before = {"ends_at": found.ends_at.isoformat()}
    # One that has not begun never begins.
    found.starts_at, found.ends_at = min(found.starts_at, now), now
    found.save(update_fields=["starts_at", "ends_at"])
    audit.record(by=by, verb="approval.undelegate", obj=found, before=before, after={"ends_at": now.isoformat()})

"""What waits for whose approval, by e-mail, in the morning of each business day."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext, override

from arap.core import approvals
from arap.core.actions.delegations import DECIDES
from arap.core.models import Company, User
from arap.core.permissions import holders_of
from arap.core.queries import calendar_of
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message

GUARD = "arap.desk.guards.still_waits"
# From seven on by the company's clock; what was missed until ten is not news any more.
FIRST_HOUR, LAST_HOUR = 7, 9
LISTED = 30


def send_digest(company: Company, *, now: datetime) -> int:
    """Tell everybody in the company what waits for them, once each business day; how many were told."""
    local = now.astimezone(ZoneInfo(str(company.time_zone)))
    if not FIRST_HOUR <= local.hour <= LAST_HOUR or not calendar_of(company).is_business_day(local.date()):
        return 0
    key = f"approvals:{local.date().isoformat()}"
    people = holders_of(DECIDES, company).filter(gets_digest=True).exclude(email="")
    told = Message.objects.filter(company=company, dedupe_key__in=[f"{key}:{user.pk}" for user in people])
    known = set(told.values_list("dedupe_key", flat=True))
    return sum(_tell(company, user, key, now) for user in people if f"{key}:{user.pk}" not in known)


@transaction.atomic
def _tell(company: Company, user: User, key: str, now: datetime) -> bool:
    waits = approvals.waiting_for(company, user)
    if not waits:
        return False
    titles = {kind: room.TITLE for kind, room in approvals.kinds().items()}
    with override(user.language):
        kinds = Counter(str(titles[row.kind]) for row in waits)
        context = {
            "company": company,
            "count": len(waits),
            "kinds": sorted(kinds.items()),
            "rows": [(titles[row.kind], row) for row in waits[:LISTED]],
            "at": now,
            "url": settings.SITE_URL + reverse("desk:approvals"),
        }
        subject = ngettext(
            "%(count)s act waits for your approval", "%(count)s acts wait for your approval", len(waits)
        ) % {"count": len(waits)}
        message = NewMessage(
            kind=Message.Kind.DIGEST,
            dedupe_key=f"{key}:{user.pk}",
            to_address=user.email,
            to_name=user.get_full_name(),
            subject=subject,
            body_text=render_to_string("email/approvals.txt", context).strip() + "\n",
            language=user.language,
            guard=GUARD,
            not_after=now + timedelta(hours=12),
        )
        queue(company, [message], by=None)
    return True

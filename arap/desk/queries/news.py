"""What happened that is somebody's: asked of the facts, so nothing is told twice and nothing told that is not so.

Only up to when somebody has looked is kept (NewsSeen). What waits for a person stays until it is done, seen or not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core import wording
from arap.core.job_kinds import title_of, troubles_of
from arap.core.models import Company, Job, Role, User
from arap.core.permissions import allows
from arap.desk.models import NewsSeen
from arap.outbox.models import Message
from customers.models import Customer
from dunning.models import DunningRun, Notice
from receipts.queries.waiting import to_confirm
from statements.models import StatementRun

# What ended longer ago is history: it stands in the list of jobs.
LASTS = timedelta(days=30)
EACH_MAX = 50
MESSAGES_READ_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing: since when, what, about whom or what besides, where it is dealt with, and its state (of STATES)."""

    at: datetime
    text: str
    about: str = ""
    url: str
    state: str
    word: str = ""
    waits: bool = False
    is_new: bool = False


def seen_until(company: Company, user: User) -> datetime | None:
    """Up to when `user` has seen what happened; None: never looked."""
    return NewsSeen.objects.filter(company=company, user=user).values_list("seen_at", flat=True).first()


def news(company: Company, user: User, roles: frozenset[Role], *, now: datetime) -> list[News]:
    """What waits for `user`, then what happened, each the latest first. A constant number of queries."""
    seen = seen_until(company, user)
    found = [
        *(_receipts(company, user) if allows(roles, "receipt.confirm") else []),
        *(_statement_runs(company) if allows(roles, "statement.run") else []),
        *(_reminder_run(company) if allows(roles, "reminder.run") else []),
        *_messages(company, user),
        *_jobs(company, user, now - LASTS),
    ]
    marked = [_marked(each, seen) for each in found]
    return sorted(marked, key=lambda each: (not each.waits, -each.at.timestamp()))


def _marked(each: News, seen: datetime | None) -> News:
    values: dict[str, Any] = {name: getattr(each, name) for name in News.__slots__}
    return News(**{**values, "is_new": seen is None or each.at > seen})


def _receipts(company: Company, user: User) -> list[News]:
    """Receipts that a second person has to confirm, and this one may: all in one line."""
    waiting = to_confirm(company).exclude(recorded_by=user).order_by()
    found = waiting.aggregate(count=Count("pk"), last=Max("recorded_at"))
    if not found["count"]:
        return []
    text = ngettext(
        "%(count)s receipt waits for your confirmation", "%(count)s receipts wait for your confirmation", found["count"]
    )
    return [
        News(
            at=found["last"],
            text=text % {"count": f"{found['count']:,}"},
            url=f"{reverse('receipts:list')}?{urlencode({'view': 'to_confirm'})}",
            state="to_confirm",
            waits=True,
        )
    ]


def _statement_runs(company: Company) -> list[News]:
    ready = StatementRun.objects.filter(company=company, state=StatementRun.State.READY, releases_itself=False)
    return [
        News(
            at=run.created_at,
            text=_("Statements of %(day)s wait for release") % {"day": wording.prose_day(run.as_of)},
            about=run.segment,
            url=reverse("statements:run", args=[run.pk]),
            state="to_release",
            waits=True,
        )
        for run in ready.order_by("-pk")[:EACH_MAX]
    ]


def _reminder_run(company: Company) -> list[News]:
    """The latest run alone: each day's decides anew what an earlier one left."""
    run = DunningRun.objects.filter(company=company).order_by("-as_of").first()
    if run is None or run.state != DunningRun.State.PROPOSED or run.decided_at is None:
        return []
    count = Notice.objects.filter(run=run, state=Notice.State.PROPOSED).count()
    if not count:
        return []
    text = ngettext("%(count)s reminder waits for release", "%(count)s reminders wait for release", count)
    return [
        News(
            at=run.decided_at,
            text=text % {"count": f"{count:,}"},
            about=wording.prose_day(run.as_of),
            url=reverse("dunning:run", args=[run.pk]),
            state="to_release",
            waits=True,
        )
    ]


def _messages(company: Company, user: User) -> list[News]:
    """Mail to one's own customers, or sent by oneself, that came back, failed, or of which nobody knows.

    They stay until somebody decides. Few are in these states; the latest of them are looked at.
    """
    states = [Message.State.BOUNCED, Message.State.FAILED, Message.State.UNKNOWN]
    troubled = Message.objects.filter(company=company, state__in=states).order_by("-pk")
    latest = list(troubled.values_list("pk", "customer_id", "created_by_id")[:MESSAGES_READ_MAX])
    asked = {customer for _pk, customer, _by in latest if customer}
    owned = Customer.objects.filter(company=company, pk__in=asked, owner=user).order_by()
    mine = set(owned.values_list("pk", flat=True))
    ids = [pk for pk, customer, by in latest if customer in mine or by == user.pk][:EACH_MAX]
    ended = Max("tries__finished_at", filter=Q(tries__finished_at__isnull=False))
    rows = Message.objects.filter(company=company, pk__in=ids).annotate(ended_at=ended)
    return [
        News(
            at=message.ended_at or message.created_at,
            text=message.subject,
            about=message.to_address,
            url=reverse("outbox:detail", args=[message.pk]),
            state=message.state,
            waits=True,
        )
        for message in rows.defer("body_text", "body_html")
    ]


def _jobs(company: Company, user: User, since: datetime) -> list[News]:
    ended = Job.objects.filter(company=company, created_by=user, finished_at__gt=since)
    rows = list(ended.exclude(state=Job.State.CANCELLED).order_by("-finished_at")[:EACH_MAX])
    troubles = troubles_of(rows)
    return [
        News(
            at=job.finished_at,
            text=title_of(job.kind),
            about=job.message if job.state == Job.State.FAILED else "",
            url=troubles[job.pk].url if job.pk in troubles else reverse("desk:job", args=[job.pk]),
            state="incomplete" if job.pk in troubles else job.state,
            word=troubles[job.pk].words if job.pk in troubles else "",
        )
        for job in rows
        if job.finished_at
    ]

"""What the nights have left undone: each company's day ends at its own hour, so each is asked by its own clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from aging.models import SnapshotRun
from arap.core.models import Company
from arap.ledger.models import Posting
from dunning.models import DunningPolicy, DunningRun
from statements.models import StatementRun

# How long after its hour a night's work may be under way.
GRACE = timedelta(hours=6)
SNAPSHOTS, REMINDERS = "aging.tasks.take_snapshots", "dunning.tasks.remind_today"
ONE_DAY = timedelta(days=1)


def newest() -> dict[str, Any]:
    """The last date of each kind of work over all companies, as ISO dates; None where there was none."""
    last = {
        "snapshot": SnapshotRun.objects.aggregate(last=Max("as_of"))["last"],
        "reminders": DunningRun.objects.aggregate(last=Max("as_of"))["last"],
        "statements": StatementRun.objects.aggregate(last=Max("as_of"))["last"],
    }
    return {name: day.isoformat() if day else None for name, day in last.items()}


def late(at: datetime) -> list[str]:
    """A sentence for each piece of work that should be done at the moment `at` and is not. Half a dozen queries.

    What an administrator has switched off is not missed, nor is a company that has only just begun.
    """
    companies = Company.objects.filter(is_active=True).order_by("code")
    begun = _first_days()
    by_now = at - GRACE
    switched_on = set(PeriodicTask.objects.filter(enabled=True).values_list("task", flat=True))
    found: list[str] = []
    if SNAPSHOTS in switched_on:
        found += _snapshots(companies, begun, by_now)
    if REMINDERS in switched_on:
        found += _reminders(begun, by_now)
    return [*found, *_runs(by_now)]


def _first_days() -> dict[int, datetime]:
    """When each company recorded its first posting."""
    first = Posting.objects.filter(company=OuterRef("pk")).order_by("position").values("recorded_at")[:1]
    rows = Company.objects.annotate(begun=Subquery(first)).filter(begun__isnull=False)
    return dict(rows.values_list("pk", "begun"))


def _snapshots(companies: Any, begun: dict[int, datetime], by_now: datetime) -> Iterator[str]:
    last = dict(SnapshotRun.objects.order_by().values_list("company").annotate(Max("as_of")))
    for company in companies:
        wanted = _day(company, by_now) - ONE_DAY
        if _is_missed(company, wanted, last.get(company.pk), begun.get(company.pk)):
            yield _("%(company)s has no aging snapshot of %(day)s.") % {"company": company.code, "day": wanted}


def _reminders(begun: dict[int, datetime], by_now: datetime) -> Iterator[str]:
    decided = DunningRun.objects.exclude(state=DunningRun.State.DECIDING)
    last = dict(decided.order_by().values_list("company").annotate(Max("as_of")))
    policies = DunningPolicy.objects.filter(is_default=True, is_active=True, company__is_active=True)
    for policy in policies.select_related("company").order_by("company__code"):
        company = policy.company
        # Before its hour the day's reminders are not expected yet.
        wanted = _day(company, by_now - timedelta(hours=policy.from_hour))
        if _is_missed(company, wanted, last.get(company.pk), begun.get(company.pk)):
            yield _("The reminders of %(company)s of %(day)s are not decided.") % {
                "company": company.code,
                "day": wanted,
            }


def _runs(by_now: datetime) -> Iterator[str]:
    making = (StatementRun.State.MAKING, StatementRun.State.RENDERING)
    stuck = StatementRun.objects.filter(state__in=making, created_at__lt=by_now).select_related("company")
    for run in stuck.order_by("pk"):
        yield _("The statements of %(company)s of %(day)s are not made.") % {
            "company": run.company.code,
            "day": run.as_of,
        }


def _day(company: Company, at: datetime) -> date:
    return at.astimezone(ZoneInfo(str(company.time_zone))).date()


def _is_missed(company: Company, wanted: date, last: date | None, begun: datetime | None) -> bool:
    """A company that has had none is asked for it only when its book was there on that day."""
    if last is not None:
        return last < wanted
    return begun is not None and _day(company, begun) < wanted

"""Saved reports that are sent by e-mail regularly: set up, paused, removed. What the clock does is in sending.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Forbidden, Invalid, Refused
from arap.core.jobs import enqueue
from arap.core.models import Company, User
from arap.core.permissions import may
from arap.core.queries import calendar_of
from arap.desk.models import ReportReader, ReportSchedule, ReportSending, SavedView
from arap.desk.queries.schedules import about, may_read
from arap.desk.reports.rhythm import Kind, Rhythm, next_due

SCHEDULES_MAX = 20  # of one view
READERS_MAX = 50  # of one schedule
SEND_TASK = "arap.desk.tasks.send_reports"
# Pressed twice, it is sent once.
AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """What somebody wants: when, as which file, and for whom."""

    rhythm: Rhythm
    file_kind: str
    readers: Sequence[User]


@transaction.atomic
def add_schedule(view: SavedView, new: NewSchedule, *, by: User, now: datetime) -> ReportSchedule:
    """Send the report from now on. Raises Invalid (readers, hour ...), Refused("too_many_schedules")."""
    _lock(view)
    if view.schedules.count() >= SCHEDULES_MAX:
        told = {"most": SCHEDULES_MAX}
        raise Refused("too_many_schedules", _("A view is sent in at most %(most)s ways. Remove one first.") % told)
    _check(view, new, by)
    values = _values(new)
    schedule = ReportSchedule.objects.create(
        company=view.company, view=view, created_by=by, next_at=due_after(view.company, new.rhythm, now), **values
    )
    _read_by(schedule, new.readers)
    audit.record(by=by, verb="report.schedule", obj=schedule, after=_told(schedule, values, new.readers))
    return schedule


@transaction.atomic
def change_schedule(schedule: ReportSchedule, new: NewSchedule, *, by: User, now: datetime) -> None:
    """Another day, file or circle of readers from now on. Raises as add_schedule."""
    _lock(schedule.view)
    _check(schedule.view, new, by, kept=people_of(schedule))
    before = _told(schedule, _values_of(schedule), people_of(schedule))
    values = _values(new)
    for name, value in values.items():
        setattr(schedule, name, value)
    schedule.next_at = None if schedule.is_paused else due_after(schedule.company, new.rhythm, now)
    schedule.save(update_fields=[*values, "next_at"])
    ReportReader.objects.filter(schedule=schedule).exclude(user__in=[each.pk for each in new.readers]).delete()
    _read_by(schedule, new.readers)
    audit.record(
        by=by, verb="report.reschedule", obj=schedule, before=before, after=_told(schedule, values, new.readers)
    )


@transaction.atomic
def pause_schedule(schedule: ReportSchedule, *, by: User) -> None:
    """Send nothing until somebody resumes it."""
    _set_paused(schedule, None, by, is_paused=True)


@transaction.atomic
def resume_schedule(schedule: ReportSchedule, *, by: User, now: datetime) -> None:
    """Send it again, the next time it falls due; what was missed meanwhile is not made up."""
    _set_paused(schedule, due_after(schedule.company, rhythm_of(schedule), now), by, is_paused=False)


@transaction.atomic
def remove_schedule(schedule: ReportSchedule, *, by: User) -> None:
    """Never again. What was sent stays in the outbox."""
    audit.record(
        by=by,
        verb="report.unschedule",
        obj=schedule,
        before=_told(schedule, _values_of(schedule), people_of(schedule)),
    )
    schedule.delete()


@transaction.atomic
def ask_now(schedule: ReportSchedule, *, by: User, now: datetime) -> None:
    """Send it now, besides the times at which it is due. Raises Refused("just_sent") where that was done just now."""
    schedule = ReportSchedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    recent = ReportSending.objects.filter(schedule=schedule, made_at__gt=now - AGAIN_AFTER)
    if (schedule.next_at is not None and schedule.next_at <= now) or recent.exists():
        raise Refused("just_sent", _("This report is being sent just now."))
    schedule.next_at = now
    schedule.save(update_fields=["next_at"])
    audit.record(by=by, verb="report.send_now", obj=schedule, after={"view": schedule.view_id})
    enqueue(SEND_TASK)


def rhythm_of(schedule: ReportSchedule) -> Rhythm:
    """Its rhythm, for the rules."""
    return Rhythm(
        kind=cast(Kind, schedule.rhythm),
        hour=schedule.hour,
        weekday=schedule.weekday,
        month_day=schedule.month_day,
    )


def due_after(company: Company, rhythm: Rhythm, now: datetime) -> datetime:
    """When it falls due next by the company's clock and calendar. Two queries at most."""
    return next_due(rhythm, now.astimezone(UTC), ZoneInfo(str(company.time_zone)), calendar_of(company))


def people_of(schedule: ReportSchedule) -> list[User]:
    """Its readers, by name."""
    rows = ReportReader.objects.filter(schedule=schedule).select_related("user")
    return [row.user for row in rows.order_by("user__full_name", "user_id")]


def _check(view: SavedView, new: NewSchedule, by: User, kept: Sequence[User] = ()) -> None:
    if not new.readers:
        raise Invalid("no_readers", _("Choose at least one reader."), field="readers")
    if len(new.readers) > READERS_MAX:
        raise Invalid("many_readers", _("At most %(most)s readers.") % {"most": READERS_MAX}, field="readers")
    others = [each for each in new.readers if each.pk != by.pk and each not in kept]
    if others and not may(by, "report.share", view.company):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb="report.share")
    for reader in new.readers:
        why = may_read(reader, view)
        if why:
            raise Invalid("no_reader", about(reader, why), field="readers")


def _set_paused(schedule: ReportSchedule, next_at: datetime | None, by: User, *, is_paused: bool) -> None:
    schedule = ReportSchedule.objects.select_for_update(no_key=True).get(pk=schedule.pk)
    if schedule.is_paused == is_paused:
        return
    schedule.is_paused, schedule.next_at = is_paused, next_at
    schedule.save(update_fields=["is_paused", "next_at"])
    verb = "report.rest" if is_paused else "report.resume"
    audit.record(by=by, verb=verb, obj=schedule, after={"is_paused": is_paused})


def _lock(view: SavedView) -> None:
    """Two changes at once wait for each other."""
    SavedView.objects.select_for_update(no_key=True).get(pk=view.pk)


def _read_by(schedule: ReportSchedule, readers: Sequence[User]) -> None:
    rows = [ReportReader(company=schedule.company, schedule=schedule, user=each) for each in readers]
    ReportReader.objects.bulk_create(rows, ignore_conflicts=True)


def _values(new: NewSchedule) -> dict[str, Any]:
    rhythm = new.rhythm
    return {
        "rhythm": rhythm.kind,
        "hour": rhythm.hour,
        "weekday": rhythm.weekday,
        "month_day": rhythm.month_day,
        "file_kind": new.file_kind,
    }


def _values_of(schedule: ReportSchedule) -> dict[str, Any]:
    return audit.snapshot(schedule, ["rhythm", "hour", "weekday", "month_day", "file_kind"])


def _told(schedule: ReportSchedule, values: dict[str, Any], readers: Sequence[User]) -> dict[str, Any]:
    return {"view": schedule.view_id, **values, "readers": [each.username for each in readers]}

"""Whether everything that runs by itself does: what a person is to be woken for."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Min, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from arap.core.errors import Refused
from arap.core.models import Job
from arap.core.probes import missing
from arap.outbox.mailboxes import opened
from arap.outbox.models import Message
from arap.upkeep import disks, nights, seals
from arap.upkeep.backups import making
from arap.upkeep.backups.restoring import SWITCHED_OFF
from arap.upkeep.models import Backup

# The jobs' sweeper runs every minute, and what has run is written down every three: a clock silent for so long stands.
BEAT_SILENT = timedelta(minutes=10)
WORK_WAITS = timedelta(minutes=10)
# The outbox's sweeper takes such messages back twice a minute.
LEASE_OVER = timedelta(minutes=5)
DOUBT_STANDS = timedelta(hours=1)
BACKUP_OLD = timedelta(hours=26)
FAILURES_COUNT = timedelta(hours=24)
WORKERS_ANSWER_SECONDS = 1
PARTS = ("database", "migrations", "broker", "static")


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at; `reason` is empty when it is well, else a sentence. `facts` are figures, for
    programs and for people who watch them grow; None where there is nothing to count.
    """

    name: str
    reason: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return not self.reason


def signs(*, at: datetime) -> list[Sign]:
    """Everything that is looked at, at the moment `at`. Without a database that is all there is to say."""
    absent = missing()
    found = [Sign(name, _("It is missing.") if name in absent else "") for name in PARTS]
    if "broker" not in absent:
        found.append(workers())
    if {"database", "migrations"} & set(absent):
        return [*found, disk()]
    rest = (beat, schedules, jobs, messages, leases, doubts, night, sealing, backups)
    found += [look(at) for look in rest]
    return [*found, *([mailbox()] if settings.BOUNCES_URL else []), disk()]


def workers() -> Sign:
    """Each queue has a worker that hears the broker. One that works hears it too."""
    found = worker_queues()
    absent = sorted({"celery", "backup"} - set(found))
    sentence = _("No worker answers for the queue: %(queues)s.") % {"queues": ", ".join(absent)}
    return Sign("workers", sentence if absent else "", {name: found[name] for name in ("celery", "backup")})


def worker_queues() -> Counter[str]:
    """How many workers listen to each queue, of those that answer within a second."""
    app = import_string(settings.CELERY_APP)
    try:
        answers = app.control.inspect(timeout=WORKERS_ANSWER_SECONDS).active_queues() or {}
    except (KombuError, RedisError, OSError):
        return Counter()
    return Counter(queue["name"] for queues in answers.values() for queue in queues)


def beat(at: datetime) -> Sign:
    """The clock has started something lately."""
    last = PeriodicTask.objects.filter(enabled=True).aggregate(last=Max("last_run_at"))["last"]
    if last is None:
        return Sign("beat", _("It has not started anything yet."), {"minutes": None})
    sentence = _age(at, last, BEAT_SILENT, _("It last started something %(minutes)s minutes ago."))
    return Sign("beat", sentence, {"minutes": _minutes(at, last)})


def schedules(at: datetime) -> Sign:
    """Nothing is still switched off since the database was restored."""
    off = PeriodicTask.objects.filter(enabled=False, description__startswith=SWITCHED_OFF).order_by("name")
    names = ", ".join(off.values_list("name", flat=True))
    sentence = _("Switched off since the database was restored: %(names)s.") % {"names": names}
    return Sign("schedules", sentence if names else "")


def jobs(at: datetime) -> Sign:
    """No job waits for a worker, or was left by a dead one, for long; and none that nobody asked for has failed."""
    waiting = Q(state=Job.State.QUEUED, created_at__lt=at - WORK_WAITS)
    dead = Q(state=Job.State.RUNNING, lease_until__lt=at - WORK_WAITS)
    oldest = Job.objects.filter(waiting | dead).aggregate(oldest=Min("created_at"))["oldest"]
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gt=at - FAILURES_COUNT, finished_at__lte=at)
    alone = failed.filter(created_by__isnull=True).count()
    sentence = _age(at, oldest, WORK_WAITS, _("A job has waited for %(minutes)s minutes."))
    if alone and not sentence:
        sentence = _("Jobs of the night that failed since yesterday: %(count)s.") % {"count": alone}
    return Sign("jobs", sentence, {"oldest_minutes": _minutes(at, oldest), "failed": failed.count()})


def messages(at: datetime) -> Sign:
    """No message that is due waits for long."""
    due = Message.objects.filter(state=Message.State.PENDING, next_attempt_at__lte=at)
    oldest = _oldest(due, "next_attempt_at")
    sentence = _age(at, oldest, WORK_WAITS, _("A message has been due for %(minutes)s minutes."))
    return Sign("messages", sentence, {"due": due.count(), "oldest_minutes": _minutes(at, oldest)})


def leases(at: datetime) -> Sign:
    """No message is stuck in the hands of a worker that died."""
    stuck = Message.objects.filter(state=Message.State.SENDING, lease_until__lt=at - LEASE_OVER)
    oldest, count = _oldest(stuck, "lease_until"), stuck.count()
    sentence = _("Messages that are stuck with a dead worker: %(count)s, and nobody takes them back.")
    facts = {"stuck": count, "oldest_minutes": _minutes(at, oldest)}
    return Sign("sending", sentence % {"count": count} if count else "", facts)


def doubts(at: datetime) -> Sign:
    """No message of which nobody knows whether it was sent waits for a person for long."""
    count = Message.objects.filter(state=Message.State.UNKNOWN, next_attempt_at__lt=at - DOUBT_STANDS).count()
    sentence = _("Messages that a person has to decide about: %(count)s.") % {"count": count}
    return Sign("doubts", sentence if count else "", {"count": count})


def night(at: datetime) -> Sign:
    """Aging snapshots, reminders and statements of every company are made."""
    return Sign("night", " ".join(nights.late(at)), nights.newest())


def sealing(at: datetime) -> Sign:
    """What was posted is sealed by the next night."""
    return Sign("seals", " ".join(seals.unsealed(at)), seals.facts(at))


def mailbox() -> Sign:
    """The mailbox in which messages come back lets us in."""
    try:
        with opened(settings.BOUNCES_URL):
            return Sign("mailbox", "")
    except Refused as error:
        return Sign("mailbox", str(error))


def backups(at: datetime) -> Sign:
    """The last backup that was made is of last night, and the last try did not fail."""
    last = Backup.objects.finished().order_by("-made_at").first()
    if last is None:
        return Sign("backups", _backup_reason(at, None), {"hours": None, "bytes": None})
    facts = {"hours": (at - last.made_at) // timedelta(hours=1), "bytes": last.byte_count}
    return Sign("backups", _backup_reason(at, last.made_at), facts)


def _backup_reason(at: datetime, last: datetime | None) -> str:
    tried = Backup.objects.order_by("-made_at", "-pk").first()
    if tried and tried.message:
        return tried.message
    if tried and not tried.file_name and not making.is_running():
        return _("The last one was begun and never ended: it was killed.")
    if last is None:
        return _("None was made yet.")
    return _age(at, last, BACKUP_OLD, _("The last one is %(hours)s hours old."))


def disk() -> Sign:
    """There is room where we write."""
    found = disks.fullest()
    if found is None:
        return Sign("disk", "")
    sentence = _("The disk of %(folder)s is %(percent)s %% full.") % {"folder": found.folder, "percent": found.percent}
    is_full = found.percent >= disks.FULL_PERCENT
    return Sign("disk", sentence if is_full else "", {"percent": found.percent, "free_bytes": found.free_bytes})


def _oldest(rows: QuerySet[Message], name: str) -> datetime | None:
    found: datetime | None = rows.aggregate(oldest=Min(name))["oldest"]
    return found


def _minutes(at: datetime, since: datetime | None) -> int | None:
    return None if since is None else (at - since) // timedelta(minutes=1)


def _age(at: datetime, since: datetime | None, limit: timedelta, sentence: str) -> str:
    if since is None or at - since <= limit:
        return ""
    age = at - since
    return sentence % {"minutes": age // timedelta(minutes=1), "hours": age // timedelta(hours=1)}

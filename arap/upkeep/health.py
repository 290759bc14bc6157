"""Whether everything that runs by itself does: what a person is to be woken for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from arap.core.models import Job
from arap.core.probes import missing
from arap.outbox.models import Message
from arap.upkeep.models import Backup

# The jobs' sweeper runs every minute, and what has run is written down every three: a clock silent for so long stands.
BEAT_SILENT = timedelta(minutes=10)
WORK_WAITS = timedelta(minutes=10)
DOUBT_STANDS = timedelta(hours=1)
BACKUP_OLD = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at; `reason` is empty when it is well, else a sentence."""

    name: str
    reason: str

    @property
    def is_well(self) -> bool:
        return not self.reason


def signs(*, at: datetime) -> list[Sign]:
    """Everything that is looked at, at the moment `at`. Without a database that is all there is to say."""
    absent = missing()
    found = [Sign(name, _("It is missing.") if name in absent else "") for name in PARTS]
    if {"database", "migrations"} & set(absent):
        return found
    return [*found, beat(at), jobs(at), messages(at), doubts(at), backups(at)]


PARTS = ("database", "migrations", "broker", "static")


def beat(at: datetime) -> Sign:
    """The clock has started something lately."""
    last = PeriodicTask.objects.filter(enabled=True).aggregate(last=Max("last_run_at"))["last"]
    if last is None:
        return Sign("beat", _("It has not started anything yet."))
    return Sign("beat", _age(at, last, BEAT_SILENT, _("It last started something %(minutes)s minutes ago.")))


def jobs(at: datetime) -> Sign:
    """No job waits for a worker, or was left by a dead one, for long."""
    waiting = Q(state=Job.State.QUEUED, created_at__lt=at - WORK_WAITS)
    dead = Q(state=Job.State.RUNNING, lease_until__lt=at - WORK_WAITS)
    oldest = Job.objects.filter(waiting | dead).aggregate(oldest=Min("created_at"))["oldest"]
    return Sign("jobs", _age(at, oldest, WORK_WAITS, _("A job has waited for %(minutes)s minutes.")))


def messages(at: datetime) -> Sign:
    """No message that is due waits for long."""
    due = Message.objects.filter(state=Message.State.PENDING, next_attempt_at__lt=at - WORK_WAITS)
    oldest = due.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return Sign("messages", _age(at, oldest, WORK_WAITS, _("A message has been due for %(minutes)s minutes.")))


def doubts(at: datetime) -> Sign:
    """No message of which nobody knows whether it was sent waits for a person for long."""
    count = Message.objects.filter(state=Message.State.UNKNOWN, next_attempt_at__lt=at - DOUBT_STANDS).count()
    sentence = _("Messages that a person has to decide about: %(count)s.") % {"count": count}
    return Sign("doubts", sentence if count else "")


def backups(at: datetime) -> Sign:
    """The last backup that was made is of last night, and the last try did not fail."""
    last = Backup.objects.filter(message="").aggregate(last=Max("made_at"))["last"]
    tried = Backup.objects.order_by("-made_at").first()
    if tried and tried.message:
        return Sign("backups", tried.message)
    if last is None:
        return Sign("backups", _("None was made yet."))
    return Sign("backups", _age(at, last, BACKUP_OLD, _("The last one is %(hours)s hours old.")))


def _age(at: datetime, since: datetime | None, limit: timedelta, sentence: str) -> str:
    if since is None or at - since <= limit:
        return ""
    age = int((at - since).total_seconds())
    return sentence % {"minutes": age // 60, "hours": age // 3600}

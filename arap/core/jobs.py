"""Long work: a Job row is the queue of record, Celery only wakes a worker.

A worker claims the row with a lease and renews it with every report of progress. If it dies, the
lease runs out and `sweep` wakes another; the work must therefore be safe to run again.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import DomainError, Refused
from arap.core.models import Company, Job, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
ATTEMPTS_MAX = 3

State = Job.State
TRANSITIONS = frozenset(
    {
        (State.QUEUED, State.RUNNING),
        (State.QUEUED, State.CANCELLED),
        (State.RUNNING, State.RUNNING),  # another worker takes over after the lease ran out
        (State.RUNNING, State.DONE),
        (State.RUNNING, State.FAILED),
        (State.RUNNING, State.CANCELLED),
    }
)


class JobCancelled(Exception):
    """Raised inside the work when a person cancelled the job, or another worker took it over."""


class JobContinues(Exception):
    """Raised by the work between transactions, when its time is nearly out: another task goes on with it.

    `kept` is put into the job's parameters for it.
    """

    def __init__(self, **kept: Any) -> None:
        super().__init__()
        self.kept = kept


def enqueue(name: str, *ids: int | str) -> None:
    """Wake the task called `name` with `ids` once the current transaction has committed.

    A broker that does not answer must not break a request whose work is safely stored, so a
    failure is logged and the sweeper finds the work later.
    """
    transaction.on_commit(lambda: _send(name, ids))


def _send(name: str, ids: tuple[int | str, ...]) -> None:
    # The Celery application belongs to the composition above; it is named, not imported.
    try:
        import_string(settings.CELERY_APP).send_task(name, args=ids, retry=False)
    except Exception:
        logger.warning("could not wake %s%s; the sweeper will", name, ids, exc_info=True)


@transaction.atomic
def create(company: Company, kind: str, *, task: str, by: User | None, params: dict[str, Any] | None = None) -> Job:
    """Store a job of `kind` and wake `task` with its id on commit."""
    job = Job.objects.create(company=company, kind=kind, task=task, created_by=by, params=params or {})
    audit.record(by=by, verb="job.create", obj=job, after={"kind": kind, "params": job.params})
    enqueue(task, job.pk)
    return job


CLAIM = """
update core_job set
    state = 'running',
    attempts = attempts + 1,
    started_at = coalesce(started_at, clock_timestamp()),
    lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where id = (
    select id from core_job
    where id = %(id)s
        and (state = 'queued' or (state = 'running' and lease_until < clock_timestamp()))
    for update skip locked
)
returning attempts
"""


def claim(job_id: int) -> Job | None:
    """Take the job for this worker for the length of a lease, or None when it is not to be had.

    A job that was tried ATTEMPTS_MAX times and never ended is marked failed instead: it kills its
    workers.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"id": job_id, "lease_seconds": LEASE.total_seconds()})
        row = cursor.fetchone()
    if row is None:
        return None
    job = Job.objects.select_related("company", "created_by").get(pk=job_id)
    if row[0] > ATTEMPTS_MAX + rounds(job):
        fail(job, str(_("Gave up: the work was interrupted too many times.")))
        return None
    return job


def run(job_id: int, work: Callable[[Job], Any]) -> None:
    """What a task does: claim the job, do `work`, and store its result or why it failed.

    `work` reports progress and may be called again for the same job after its worker died. A
    refusal is the person's to read; any other exception is ours, is stored as such and goes on up.
    """
    job = claim(job_id)
    if job is None:
        return
    # What the work says is for the person who asked for it.
    with translation.override(job.created_by.language if job.created_by else job.company.language):
        _do(job, work)


def _do(job: Job, work: Callable[[Job], Any]) -> None:
    try:
        finish(job, work(job))
    except JobContinues as more:
        _hand_over(job, more.kept)
    except JobCancelled:
        logger.info("job %s was cancelled", job.pk)
    except DomainError as error:
        with suppress(JobCancelled):
            fail(job, str(error))
    except (SystemExit, KeyboardInterrupt):
        # This worker is being stopped: the next one need not wait for the lease to run out.
        with suppress(DatabaseError):
            _mine(job).update(lease_until=Now())
        raise
    except Exception:
        with suppress(JobCancelled):
            fail(job, str(_("Something went wrong on our side; it was noted.")))
        raise


def rounds(job: Job) -> int:
    """How many tasks have worked on the job and handed it over."""
    return int(job.params.get("rounds", 0))


@transaction.atomic
def _hand_over(job: Job, kept: dict[str, Any]) -> None:
    """Let the lease run out now and wake the next task. A stopped job stays stopped."""
    params = {**job.params, **kept, "rounds": rounds(job) + 1}
    if _mine(job).update(params=params, lease_until=Now()):
        enqueue(job.task, job.pk)


def keep(job: Job, **kept: Any) -> None:
    """Put what the next worker must know into the job's parameters. Raises JobCancelled."""
    job.params = {**job.params, **kept}
    if not _mine(job).update(params=job.params):
        raise JobCancelled(job.pk)


def progress(job: Job, done: int, total: int | None = None, message: str = "") -> None:
    """Say how far the work is and renew the lease. Call it between transactions, not inside one.

    Raises JobCancelled when a person cancelled the job or another worker holds it now.
    """
    changed = _mine(
        job
    ).update(
        progress_done=done,
        progress_total=None if total is None else max(total, done),  # never more than all of it
        message=message[:500],
        lease_until=Now() + LEASE,
    )
    if not changed:
        raise JobCancelled(job.pk)


def finish(job: Job, result: Any) -> None:
    """Mark the work done with its result (anything JSON can hold). Raises JobCancelled."""
    if not _mine(job).update(state=State.DONE, result=result, finished_at=Now(), lease_until=None):
        raise JobCancelled(job.pk)


def fail(job: Job, message: str) -> None:
    """Mark the work failed, with one sentence for the person who waits. Raises JobCancelled."""
    if not _mine(job).update(state=State.FAILED, message=message[:500], finished_at=Now(), lease_until=None):
        raise JobCancelled(job.pk)


@transaction.atomic
def cancel(job: Job, *, by: User) -> None:
    """Stop a job that waits or runs. A running worker notices at its next report of progress.

    Raises Refused("job_ended") when it has ended already.
    """
    changed = Job.objects.filter(pk=job.pk, state__in=[State.QUEUED, State.RUNNING]).update(
        state=State.CANCELLED, finished_at=Now(), lease_until=None
    )
    if not changed:
        raise Refused("job_ended", _("This job has ended already."))
    job.refresh_from_db()
    audit.record(by=by, verb="job.cancel", obj=job)


def sweep(*, older_than: timedelta = timedelta(seconds=30)) -> int:
    """Wake again what a lost message or a dead worker left lying; returns how many."""
    waiting = Job.objects.filter(state=State.QUEUED, created_at__lt=Now() - older_than)
    dead = Job.objects.filter(state=State.RUNNING, lease_until__lt=Now())
    lying = [*waiting.values_list("task", "pk"), *dead.values_list("task", "pk")]
    for task, pk in lying:
        enqueue(task, pk)
    return len(lying)


def _mine(job: Job) -> Any:
    # The number of attempts names the holder: a worker that was given up for dead must not write.
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)

"""The jobs that make and release runs: never two of a sort at once for one run, and not one after another for ever."""

from django.db import transaction
from django.db.models import QuerySet

from arap.core import jobs
from arap.core.models import Job, User
from statements.models import Statement, StatementRun
from statements.queries.releasing import RELEASE_KIND

JOB_KIND = "statement_run"
TASKS = {JOB_KIND: "statements.tasks.make_run", RELEASE_KIND: "statements.tasks.release"}
ACTIVE = (Job.State.QUEUED, Job.State.RUNNING)
JOBS_MAX = 5


def start_job(run: StatementRun, *, by: User | None) -> Job:
    """Let a worker make the run's statements; the job that does so already, where there is one."""
    return _start(run, JOB_KIND, by)


def start_release(run: StatementRun, *, by: User | None, expected: str | None = None, shown: int | None = None) -> Job:
    """Let a worker release the run; the job that does so already, where there is one. `expected` is the digest of the
    plan that whoever asked for it saw, `shown` how many messages it had."""
    return _start(run, RELEASE_KIND, by, expected=expected, shown=shown, since=sent_count(run))


def sent_count(run: StatementRun) -> int:
    """How many of the run's statements have been released and have a PDF to go with."""
    return Statement.objects.filter(run=run, pdf_state=Statement.Pdf.MADE).exclude(released_at=None).count()


def is_at_work(run: StatementRun) -> bool:
    """Whether a job that makes the run's statements waits or works."""
    return _jobs(run, JOB_KIND).filter(state__in=ACTIVE).exists()


@transaction.atomic
def take_up(run: StatementRun) -> Job | None:
    """A job for what the run waits for and nobody does: its making, or the release of one that releases itself.

    None where there is nothing of the kind: a job waits or works, a person stopped one, or JOBS_MAX have been tried.
    Somebody who holds the run at this moment is at work on it.
    """
    locked = _rows(skip_locked=True).filter(pk=run.pk).first()
    if locked is None:
        return None
    if locked.state == StatementRun.State.MAKING:
        kind, by = JOB_KIND, locked.created_by
    elif locked.state == StatementRun.State.READY and locked.releases_itself:
        kind, by = RELEASE_KIND, None
    else:
        return None
    states = list(_jobs(locked, kind).values_list("state", flat=True))
    if len(states) >= JOBS_MAX or {*ACTIVE, Job.State.CANCELLED} & set(states):
        return None
    return start_job(locked, by=by) if kind == JOB_KIND else start_release(locked, by=by)


@transaction.atomic
def _start(run: StatementRun, kind: str, by: User | None, **more: int | str | None) -> Job:
    _rows().get(pk=run.pk)  # whoever else would start one waits
    at_work = _jobs(run, kind).filter(state__in=ACTIVE).first()
    return at_work or jobs.create(run.company, kind, task=TASKS[kind], by=by, params={"run": run.pk, **more})


def _rows(*, skip_locked: bool = False) -> QuerySet[StatementRun]:
    rows = StatementRun.objects.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)
    return rows.select_related("company", "created_by")


def _jobs(run: StatementRun, kind: str) -> QuerySet[Job]:
    return Job.objects.filter(company=run.company_id, kind=kind, params__run=run.pk)

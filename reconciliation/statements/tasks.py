"""What Celery wakes. The rows decide; these only start the work."""

import logging
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job
from statements.actions import due_plans, make_records, release_run, render_waiting, run_plan
from statements.actions.plans import is_abandoned, start_job
from statements.actions.rendering import RENDER_TASK, settle
from statements.models import Statement, StatementRun

logger = logging.getLogger(__name__)

# A task ends well before the time limit of workers; what is left goes on in another.
RENDER_SECONDS = 120
RUNS = StatementRun.objects.select_related("company")


def today_of(company: Company) -> date:
    """What day it is for the company."""
    return timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()


@shared_task(name="statements.tasks.make_run", ignore_result=True)  # type: ignore[untyped-decorator]
def make_run(job_id: int) -> None:
    """Make the statements of the run in the job's parameters; their PDFs are made by `render`."""

    def work(job: Job) -> dict[str, Any]:
        run = RUNS.get(company=job.company, pk=job.params["run"])
        make_records(run, today=today_of(job.company), progress=lambda done, total: jobs.progress(job, done, total))
        return {"run": run.pk, "statements": Statement.objects.filter(run=run).count()}

    jobs.run(job_id, work)


@shared_task(name=RENDER_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def render(run_id: int | None = None) -> int:
    """Make PDFs for a while; when there are more, the next task goes on."""
    made = render_waiting(run_id=run_id, seconds=RENDER_SECONDS)
    if made and waiting(run_id):
        jobs.enqueue(RENDER_TASK, *([run_id] if run_id else []))
    return made


@shared_task(name="statements.tasks.render_one", ignore_result=True)  # type: ignore[untyped-decorator]
def render_one(statement_id: int) -> int:
    """Make the PDF of one statement and so send it."""
    return render_waiting(statement_id=statement_id)


@shared_task(name="statements.tasks.release", ignore_result=True)  # type: ignore[untyped-decorator]
def release(job_id: int) -> None:
    """Release the run in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = RUNS.get(company=job.company, pk=job.params["run"])
        count = release_run(run, by=job.created_by, progress=lambda done, total: jobs.progress(job, done, total))
        return {"run": run.pk, "released": count}

    jobs.run(job_id, work)


@shared_task(name="statements.tasks.release_by_itself", ignore_result=True)  # type: ignore[untyped-decorator]
def release_by_itself(run_id: int) -> int:
    """Release a run whose plan says so."""
    run = RUNS.get(pk=run_id)
    return release_run(run, by=None) if run.releases_itself and run.state == StatementRun.State.READY else 0


@shared_task(name="statements.tasks.run_plans", ignore_result=True)  # type: ignore[untyped-decorator]
def run_plans() -> int:
    """Begin the monthly runs whose day has come, once for each company; returns how many."""
    begun = 0
    for company in Company.objects.filter(is_active=True).order_by("code"):
        try:
            for plan in due_plans(company, today_of(company)):
                run = run_plan(plan, today=today_of(company), at=timezone.now())
                begun += run is not None
        except Exception:
            # One company's trouble is not the next one's.
            logger.exception("the statements of %s could not be begun", company.code)
    return begun


@shared_task(name="statements.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Wake what a lost message or a dead worker left lying: PDFs that nobody holds, runs that release themselves."""
    for pk in StatementRun.objects.filter(state="ready", releases_itself=True).values_list("pk", flat=True):
        jobs.enqueue("statements.tasks.release_by_itself", pk)
    # What a kill left between two commits: a run without a job, and a run whose last PDF nobody counted.
    for run in RUNS.filter(state=StatementRun.State.MAKING):
        if is_abandoned(run):
            start_job(run, by=run.created_by)
    for pk in StatementRun.objects.filter(state=StatementRun.State.RENDERING).values_list("pk", flat=True):
        settle(pk)
    lying = waiting(None)
    if lying:
        jobs.enqueue(RENDER_TASK)
    return lying


def waiting(run_id: int | None) -> int:
    """How many PDFs wait that no worker holds."""
    rows = Statement.objects.filter(pdf_state=Statement.Pdf.WAITING).exclude(claimed_until__gte=timezone.now())
    return (rows.filter(run_id=run_id) if run_id else rows).count()

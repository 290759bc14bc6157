"""What Celery wakes. The rows decide; these only start the work."""

import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job
from statements.actions import (
    due_plans,
    make_records,
    release_run,
    render_round,
    render_waiting,
    run_plan,
    take_up,
    wake_renderers,
)
from statements.actions.rendering import RENDER_TASK, settle
from statements.actions.starting import JOB_KIND, TASKS, sent_count
from statements.models import Statement, StatementRun
from statements.queries.releasing import RELEASE_KIND

logger = logging.getLogger(__name__)

# A job's task ends well before the time limit of workers, between two chunks; what is left goes on in another.
ROUND_SECONDS = 150
RUNS = StatementRun.objects.select_related("company")


def today_of(company: Company) -> date:
    """What day it is for the company."""
    return timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()


def rounds(job: Job) -> Callable[[int, int], None]:
    """Progress of a job that hands over to another task when this one has worked for ROUND_SECONDS."""
    ends_at = time.monotonic() + ROUND_SECONDS

    def report(done: int, total: int) -> None:
        jobs.progress(job, done, total)
        if done < total and time.monotonic() >= ends_at:
            raise jobs.JobContinues

    return report


@shared_task(name=TASKS[JOB_KIND], ignore_result=True)  # type: ignore[untyped-decorator]
def make_run(job_id: int) -> None:
    """Make the statements of the run in the job's parameters; their PDFs are made by `render`."""

    def work(job: Job) -> dict[str, Any]:
        run = RUNS.get(company=job.company, pk=job.params["run"])
        make_records(run, today=today_of(job.company), progress=rounds(job))
        return {"run": run.pk, "statements": Statement.objects.filter(run=run).count()}

    jobs.run(job_id, work)


@shared_task(name=TASKS[RELEASE_KIND], ignore_result=True)  # type: ignore[untyped-decorator]
def release(job_id: int) -> None:
    """Release the run in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = RUNS.get(company=job.company, pk=job.params["run"])
        # What was seen is compared before the first statement goes; whoever goes on behind that finds fewer.
        expected = None if job.params.get("begun") else job.params.get("expected")
        release_run(
            run, by=job.created_by, expected=expected, begins=lambda: jobs.keep(job, begun=True), progress=rounds(job)
        )
        return {"run": run.pk, "released": sent_count(run) - job.params.get("since", 0)}

    jobs.run(job_id, work)


@shared_task(name=RENDER_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def render() -> int:
    """Make PDFs for a short while; when there are more, the next task goes on."""
    return render_round()


@shared_task(name="statements.tasks.render_one", ignore_result=True)  # type: ignore[untyped-decorator]
def render_one(statement_id: int) -> int:
    """Make the PDF of one statement and so send it."""
    return render_waiting(statement_id=statement_id)


@shared_task(name="statements.tasks.run_plans", ignore_result=True)  # type: ignore[untyped-decorator]
def run_plans() -> int:
    """Begin the monthly runs whose day has come, once for each company; returns how many."""
    begun, failed = 0, []
    for company in Company.objects.filter(is_active=True).order_by("code"):
        try:
            for plan in due_plans(company, today_of(company)):
                run = run_plan(plan, today=today_of(company), at=timezone.now())
                begun += run is not None
        except Exception:
            # One company's trouble is not the next one's; the next hour tries again.
            logger.exception("the statements of %s could not be begun", company.code)
            failed.append(company.code)
    if failed:
        raise RuntimeError(f"the statements of {', '.join(failed)} could not be begun")
    return begun


@shared_task(name="statements.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Wake what a lost message or a dead worker left lying, what a kill left between two commits, and runs that release
    themselves; returns how many PDFs wait that nobody holds."""
    failed = []
    for run in RUNS.filter(state__in=["making", "rendering", "ready"]):
        try:
            if run.state == StatementRun.State.RENDERING:
                settle(run.pk)
            else:
                take_up(run)
        except Exception:
            # One run's trouble is not the next one's; the next minute tries again.
            logger.exception("run %s could not be taken up", run.pk)
            failed.append(str(run.pk))
    lying = wake_renderers()
    if failed:
        raise RuntimeError(f"the runs {', '.join(failed)} could not be taken up")
    return lying

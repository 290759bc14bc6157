"""The day's reminders: every company in its own time zone, and what a person asked for."""

import logging
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job
from dunning.actions import decide_run, ensure_policy, release_run, remind
from dunning.models import DunningPolicy, DunningRun

logger = logging.getLogger(__name__)


@shared_task(name="dunning.tasks.remind_today", ignore_result=True)  # type: ignore[untyped-decorator]
def remind_today() -> int:
    """Decide today's reminders of each company whose hour has come, and release what releases by itself.

    Running often costs little: a date keeps its run. A company whose default policy is switched off is left alone.
    Returns how many companies had their turn.
    """
    turns = 0
    for company in Company.objects.filter(is_active=True).order_by("code"):
        ensure_policy(company)
        policy = DunningPolicy.objects.filter(company=company, is_default=True, is_active=True).first()
        now = timezone.now().astimezone(ZoneInfo(str(company.time_zone)))
        if policy is None or now.hour < policy.from_hour:
            continue
        try:
            run = remind(company, as_of=now.date(), by=None, only_automatic=True)
        except Exception:
            # One company's trouble is not the next one's; the next hour tries again.
            logger.exception("the reminders of %s could not be decided", company.code)
            continue
        logger.info("reminders of %s at %s: %s", company.code, run.as_of, run.state)
        turns += 1
    return turns


@shared_task(name="dunning.tasks.decide", ignore_result=True)  # type: ignore[untyped-decorator]
def decide(job_id: int) -> None:
    """Decide the reminders of the date in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = decide_run(
            job.company,
            as_of=date.fromisoformat(job.params["as_of"]),
            by=job.created_by,
            progress=lambda done, total: jobs.progress(job, done, total),
        )
        return {"run": run.pk}

    jobs.run(job_id, work)


@shared_task(name="dunning.tasks.release", ignore_result=True)  # type: ignore[untyped-decorator]
def release(job_id: int) -> None:
    """Release the run in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = DunningRun.objects.select_related("company").get(company=job.company, pk=job.params["run"])
        released = release_run(run, by=job.created_by, progress=lambda done, total: jobs.progress(job, done, total))
        return {"run": run.pk, "released": released}

    jobs.run(job_id, work)

"""The day's reminders: every company in its own time zone, and what a person asked for."""

import logging
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job
from arap.core.nights import each_company
from dunning.actions import decide_run, ensure_policy, release_run, remind
from dunning.models import DunningPolicy, DunningRun, Notice

logger = logging.getLogger(__name__)

# Well within a task's time limit: a chunk of customers or of letters comes after the last look at the clock.
ROUND_SECONDS = 150
NIGHT_TASK = "dunning.tasks.remind_today"

Progress = Callable[[int, int], None]


def now_at(company: Company) -> datetime:
    """What time it is for the company."""
    return timezone.now().astimezone(ZoneInfo(str(company.time_zone)))


@shared_task(name=NIGHT_TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def remind_today() -> int:
    """Decide today's reminders of each company whose hour has come, and release what releases by itself.

    Running often costs little: a date keeps its run. A company whose default policy is switched off is left alone. When
    its time is nearly out another task goes on. Returns how many companies had their turn; raises NightFailed, after
    the last one, when one of them failed.
    """
    pause = _until_the_round_ends(lambda done, total: None)

    def work(company: Company) -> bool:
        ensure_policy(company)
        policy = DunningPolicy.objects.filter(company=company, is_default=True, is_active=True).first()
        now = now_at(company)
        if policy is None or now.hour < policy.from_hour:
            return False
        run = remind(company, as_of=now.date(), today=now.date(), by=None, only_automatic=True, progress=pause)
        logger.info("reminders of %s at %s: %s", company.code, run.as_of, run.state)
        return True

    try:
        return each_company(Company.objects.filter(is_active=True).order_by("code"), work)
    except jobs.JobContinues:
        jobs.enqueue(NIGHT_TASK)
        return 0


@shared_task(name="dunning.tasks.decide", ignore_result=True)  # type: ignore[untyped-decorator]
def decide(job_id: int) -> None:
    """Decide the reminders of the date in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = decide_run(
            job.company,
            as_of=date.fromisoformat(job.params["as_of"]),
            today=now_at(job.company).date(),
            by=job.created_by,
            progress=_reporting(job),
        )
        return {"run": run.pk}

    jobs.run(job_id, work)


@shared_task(name="dunning.tasks.release", ignore_result=True)  # type: ignore[untyped-decorator]
def release(job_id: int) -> None:
    """Release the run in the job's parameters."""

    def work(job: Job) -> dict[str, Any]:
        run = DunningRun.objects.select_related("company").get(company=job.company, pk=job.params["run"])
        release_run(run, by=job.created_by, as_of=now_at(job.company).date(), progress=_reporting(job))
        # over all rounds, and whoever worked on it before
        return {"run": run.pk, "released": run.notices.filter(state=Notice.State.RELEASED).count()}

    jobs.run(job_id, work)


def _reporting(job: Job) -> Progress:
    return _until_the_round_ends(lambda done, total: jobs.progress(job, done, total))


def _until_the_round_ends(report: Progress) -> Progress:
    """Report, and raise JobContinues between transactions once the round's time is over and there is more."""
    ends_at = time.monotonic() + ROUND_SECONDS

    def report_or_hand_over(done: int, total: int) -> None:
        report(done, total)
        if done < total and time.monotonic() >= ends_at:
            raise jobs.JobContinues

    return report_or_hand_over

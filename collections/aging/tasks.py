"""The night's work of aging."""

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from aging import actions
from aging.actions import refresh_standings, run_aging_snapshot
from arap.core import jobs
from arap.core.models import Company
from arap.core.nights import each_company

logger = logging.getLogger(__name__)

LIMITS = {"soft_time_limit": 400, "time_limit": 430}


@shared_task(name="aging.tasks.take_snapshots")  # type: ignore[untyped-decorator]
def take_snapshots() -> int:
    """Snapshot yesterday, in each company's own time zone. Running often costs nothing: a date keeps its snapshot.

    Raises NightFailed, after the last company, when one of them failed.
    """

    def snapshot(company: Company) -> bool:
        yesterday = timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date() - timedelta(days=1)
        run = run_aging_snapshot(company, as_of=yesterday)
        logger.info("aging snapshot of %s at %s: %s rows", company.code, yesterday, run.row_count)
        return True

    return each_company(Company.objects.order_by("code"), snapshot)


@shared_task(name="aging.tasks.refresh_standings")  # type: ignore[untyped-decorator]
def refresh_all_standings() -> int:
    """Keep today's standing, in each company's own time zone, near enough to the book that pages may read from it.

    Raises NightFailed, after the last company, when one of them failed.
    """

    def refresh(company: Company) -> bool:
        today = timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()
        return refresh_standings(company, as_of=today) > 0

    return each_company(Company.objects.order_by("code"), refresh)


@shared_task(name="aging.tasks.keep_report", **LIMITS)  # type: ignore[untyped-decorator]
def keep_report(job_id: int) -> None:
    """A report that somebody waits for."""
    jobs.run(job_id, actions.keep_report)

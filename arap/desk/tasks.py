"""Work of the desk in a worker: taking files on, and what the night does."""

import logging
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job
from arap.core.nights import each_company
from arap.desk.actions import imports, practice, report_files, revaluing
from arap.desk.actions.digests import send_digest
from arap.desk.actions.personal_data import run_erasure
from arap.desk.actions.sending import companies_due, send_due_reports
from arap.ledger.actions import closing

logger = logging.getLogger(__name__)

# A file of the largest size is posted in a few minutes; always less than half the broker's visibility timeout.
LIMITS = {"soft_time_limit": 400, "time_limit": 430}


@shared_task(name="arap.desk.tasks.try_import", **LIMITS)  # type: ignore[untyped-decorator]
def try_import(job_id: int) -> None:
    """A dry run of an import."""
    jobs.run(job_id, imports.try_import)


@shared_task(name="arap.desk.tasks.run_import", **LIMITS)  # type: ignore[untyped-decorator]
def run_import(job_id: int) -> None:
    """An import."""
    jobs.run(job_id, imports.run_import)


@shared_task(name="arap.desk.tasks.forget_trials")  # type: ignore[untyped-decorator]
def forget_trials() -> int:
    """Every night: the rows of dry runs that ended long ago."""
    forgotten = imports.forget_trials()
    logger.info("forgot %s rows of old dry runs", forgotten)
    return forgotten


@shared_task(name="arap.desk.tasks.make_report_file", **LIMITS)  # type: ignore[untyped-decorator]
def make_report_file(job_id: int) -> None:
    """The workbook of a long report."""
    jobs.run(job_id, report_files.make_report_file)


@shared_task(name="arap.desk.tasks.check_close", **LIMITS)  # type: ignore[untyped-decorator]
def check_close(job_id: int) -> None:
    """The checks before a month is closed."""
    jobs.run(job_id, closing.run_checks)


@shared_task(name="arap.desk.tasks.revalue_month", **LIMITS)  # type: ignore[untyped-decorator]
def revalue_month(job_id: int) -> None:
    """A revaluation."""
    jobs.run(job_id, revaluing.revalue_month)


@shared_task(name="arap.desk.tasks.make_practice", **LIMITS)  # type: ignore[untyped-decorator]
def make_practice(job_id: int) -> None:
    """A fresh practice company."""

    def make(job: Job) -> dict[str, Any]:
        today = timezone.now().astimezone(ZoneInfo(str(job.company.time_zone))).date()
        return practice.make_practice(job, until=today)

    jobs.run(job_id, make)


@shared_task(name="arap.desk.tasks.revalue_months")  # type: ignore[untyped-decorator]
def revalue_months() -> int:
    """Every night: what the ended months of each company lack, in its own time zone, where it wants that.

    Raises NightFailed, after the last company, when one of them failed.
    """

    def begin(company: Company) -> int:
        today = timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()
        return len(revaluing.run_revaluations(company, as_of=today))

    return each_company(Company.objects.filter(is_active=True, revalue_from__isnull=False).order_by("code"), begin)


@shared_task(name="arap.desk.tasks.send_reports", **LIMITS)  # type: ignore[untyped-decorator]
def send_reports() -> int:
    """Every few minutes: the regular reports that are due. Returns in how many companies something was.

    Raises NightFailed, after the last company, when one of them failed.
    """
    now = timezone.now()
    return each_company(
        Company.objects.filter(is_active=True, pk__in=companies_due(now)).order_by("code"),
        lambda company: send_due_reports(company, now=now),
    )


@shared_task(name="arap.desk.tasks.send_digests", **LIMITS)  # type: ignore[untyped-decorator]
def send_digests() -> int:
    """Twice an hour: in companies where the morning of a business day has begun, what waits for whom.

    Raises NightFailed, after the last company, when one of them failed.
    """
    now = timezone.now()
    return each_company(
        Company.objects.filter(is_active=True, practice_for=None).order_by("code"),
        lambda company: send_digest(company, now=now),
    )


@shared_task(name="arap.desk.tasks.erase_personal_data")  # type: ignore[untyped-decorator]
def erase_personal_data() -> int:
    """Every night, in each company's own time zone: personal data whose time is over. Running often costs nothing.

    Raises NightFailed, after the last company, when one of them failed.
    """

    def erase(company: Company) -> bool:
        today = timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()
        erased = run_erasure(company, as_of=today)
        logger.info("erased of %s: %s", company.code, erased)
        return True

    return each_company(Company.objects.order_by("code"), erase)

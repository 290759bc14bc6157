"""Taking files on, in a worker."""

import logging

from celery import shared_task

from arap.core import jobs
from arap.desk.actions import imports

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

"""Work that the clock begins, company by company."""

import logging
from collections.abc import Callable, Iterable

from celery.exceptions import SoftTimeLimitExceeded

from arap.core.jobs import JobContinues
from arap.core.models import Company

logger = logging.getLogger(__name__)


class NightFailed(Exception):
    """Some companies' work failed; each was logged. The task ends failed, so that whoever watches sees it."""


def each_company(companies: Iterable[Company], work: Callable[[Company], object]) -> int:
    """Do `work` for each of the companies; returns for how many it answered something true.

    One company's trouble is not the next one's: only after the last one NightFailed is raised, with their codes. A task
    whose time is over, and JobContinues, end the round at once.
    """
    turns, failed = 0, []
    for company in companies:
        try:
            turns += bool(work(company))
        except (SoftTimeLimitExceeded, JobContinues):
            raise
        except Exception:
            logger.exception("the work for %s failed", company.code)
            failed.append(company.code)
    if failed:
        raise NightFailed(", ".join(failed))
    return turns

"""A day's reminders from beginning to end, and the same without leaving a trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import transaction

from arap.core.models import Company, User
from dunning.actions.deciding import decide_run
from dunning.actions.releasing import release_run
from dunning.models import DunningRun


def remind(
    company: Company,
    *,
    as_of: date,
    by: User | None,
    only_automatic: bool,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DunningRun:
    """Decide the day's reminders and release them: all, or only those of policies that release by themselves."""
    run = decide_run(company, as_of=as_of, by=by, progress=progress)
    release_run(run, by=by, only_automatic=only_automatic)
    return run


@contextmanager
def rehearsed(company: Company, *, as_of: date) -> Iterator[DunningRun]:
    """The run of that day as it is stored, or as it would be decided now, to be read within the block.

    Afterwards nothing of it is left: what was written is rolled back.
    """
    with transaction.atomic():
        mark = transaction.savepoint()
        try:
            yield decide_run(company, as_of=as_of, by=None)
        finally:
            transaction.savepoint_rollback(mark)

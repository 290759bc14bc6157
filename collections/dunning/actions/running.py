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
    today: date,
    by: User | None,
    only_automatic: bool,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DunningRun:
    """Decide the day's reminders and release them: all, or only those of policies that release by themselves.

    What is released is judged as of its own day. A run that somebody stopped stays as it is. Raises Invalid("future").
    """
    run = decide_run(company, as_of=as_of, today=today, by=by, progress=progress)
    if run.state != DunningRun.State.STOPPED:
        release_run(run, by=by, as_of=as_of, only_automatic=only_automatic, progress=progress)
    return run


@contextmanager
def rehearsed(company: Company, *, as_of: date) -> Iterator[DunningRun]:
    """The run of that day as it is stored, or as it would be decided now, to be read within the block.

    The day may lie ahead. Afterwards nothing of it is left: what was written is rolled back. Until then it holds the
    lock that the night's run needs, so read and leave; render outside.
    """
    with transaction.atomic():
        mark = transaction.savepoint()
        try:
            yield decide_run(company, as_of=as_of, today=as_of, by=None)
        finally:
            transaction.savepoint_rollback(mark)

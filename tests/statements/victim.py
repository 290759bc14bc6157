"""A process that works on a run until a point, says so, and waits there to be killed."""

import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import django

django.setup()

from arap.core.models import Job  # noqa: E402 - Django comes first
from statements import tasks  # noqa: E402
from statements.actions import make_records, release_run, render_waiting, rendering, running  # noqa: E402
from statements.models import StatementRun  # noqa: E402


def halt() -> None:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)


def second(act: Callable[..., Any]) -> Callable[..., Any]:
    """`act`, after whose second call the process waits."""
    calls = []

    def called(*given: Any, **named: Any) -> Any:
        done = act(*given, **named)
        calls.append(done)
        if len(calls) == 2:
            halt()
        return done

    return called


def pdf(html: str) -> bytes:
    return html.encode()


def main(run_pk: str, where: str, today: str) -> None:
    run = StatementRun.objects.select_related("company").get(pk=run_pk)
    running.CUSTOMERS_AT_ONCE, running.MESSAGES_AT_ONCE = 3, 2
    if where == "making":  # the statements of a chunk are written, not committed
        running.make_batch = second(running.make_batch)  # type: ignore[attr-defined]
        make_records(run, today=date.fromisoformat(today))
    if where == "between chunks":
        make_records(run, today=date.fromisoformat(today), progress=lambda done, total: halt())
    if where == "rendering":  # a PDF is made, not kept
        render_waiting(run_id=run.pk, render=second(pdf))
    if where == "keeping":  # the file is stored, not committed
        rendering.store = second(rendering.store)  # type: ignore[attr-defined]
        render_waiting(run_id=run.pk, render=pdf)
    if where == "releasing":  # the messages of a chunk are queued, not committed
        running.queue_statements = second(running.queue_statements)  # type: ignore[attr-defined]
        release_run(run, by=None)
    if where == "release job":
        first = partial(release_run, progress=lambda done, total: halt())
        tasks.release_run = lambda run, **_given: first(run, by=None)  # type: ignore[attr-defined]
        tasks.release(Job.objects.get(params__run=run.pk, kind="statement_run_release").pk)
    halt()


if __name__ == "__main__":
    main(*sys.argv[1:])

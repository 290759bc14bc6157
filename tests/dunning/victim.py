"""A process that does a day's reminders until a point, says so, and waits there to be killed."""

import sys
import time
from datetime import date
from typing import Any

import django

django.setup()

from arap.core.models import Company  # noqa: E402 - Django comes first
from dunning.actions import decide_run, deciding, release_run, releasing  # noqa: E402

CUSTOMERS_AT_ONCE = 5


def halt() -> None:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)


def main(code: str, day: str, where: str) -> None:
    company, as_of = Company.objects.get(code=code), date.fromisoformat(day)
    calls = {"count": 0}

    def second(*_given: Any) -> None:
        calls["count"] += 1
        if calls["count"] == 2:
            halt()

    if where == "between chunks":
        decide_run(company, as_of=as_of, today=as_of, by=None, progress=second, at_once=CUSTOMERS_AT_ONCE)
    if where == "within a chunk":
        write = deciding._Chunk._write

        def write_and_halt(self: Any, decided: Any) -> None:
            write(self, decided)
            second()

        deciding._Chunk._write = write_and_halt  # type: ignore[method-assign]
        decide_run(company, as_of=as_of, today=as_of, by=None, at_once=CUSTOMERS_AT_ONCE)
    run = decide_run(company, as_of=as_of, today=as_of, by=None)
    releasing.NOTICES_AT_ONCE = 1
    release_run(run, by=None, as_of=as_of, progress=lambda done, total: halt())
    halt()


if __name__ == "__main__":
    main(*sys.argv[1:])

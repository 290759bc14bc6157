"""Two runs at once, two days at once, two who release: one of everything."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import connection

from arap.core.errors import Refused
from arap.core.models import User
from arap.outbox.models import Message
from dunning.actions import decide_run, ensure_policy, release_run, releasing, stop_run
from dunning.models import Cycle, DunningPolicy, DunningRun, DunningStep, Notice
from tests.dunning.conftest import Desk

DUE = date(2026, 3, 10)


def at_once(*works: Callable[[], object]) -> None:
    barrier, errors = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it was, the test shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def prepared(desk: Desk, count: int = 12) -> None:
    for at in range(count):
        desk.invoice(desk.customer(f"C{at:02d}"), "100.00", DUE)


def test_one_day_decided_and_released_by_four(committed_db: Any, desk: Desk) -> None:
    prepared(desk)

    def work() -> None:
        day = date(2026, 3, 11)
        run = decide_run(desk.company, as_of=day, today=day, by=None, at_once=3)
        release_run(DunningRun.objects.select_related("company").get(pk=run.pk), by=None, as_of=day)

    at_once(*[work] * 4)
    assert (DunningRun.objects.count(), Notice.objects.count(), Message.objects.count()) == (1, 12, 12)
    assert DunningRun.objects.get().state == "released"
    assert set(Notice.objects.values_list("state", flat=True)) == {"released"}


def test_two_days_at_once_begin_one_cycle_and_say_each_step_once(committed_db: Any, desk: Desk) -> None:
    prepared(desk)
    at_once(
        *(
            lambda day=day: decide_run(desk.company, as_of=day, today=day, by=None, at_once=3)
            for day in (date(2026, 3, 11), date(2026, 3, 12), date(2026, 3, 13))
        )
    )
    assert Cycle.objects.count() == 12
    live = Notice.objects.exclude(state="cancelled")
    assert live.count() == 12
    assert live.values("cycle", "step").distinct().count() == 12


def test_released_and_stopped_at_once(
    committed_db: Any, desk: Desk, controller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes first: nothing waits any more, in the run or in the outbox, and each reminder says why."""
    prepared(desk)
    monkeypatch.setattr(releasing, "NOTICES_AT_ONCE", 2)
    day = date(2026, 3, 11)
    run = decide_run(desk.company, as_of=day, today=day, by=None)

    def release() -> None:
        with suppress(Refused):
            release_run(DunningRun.objects.select_related("company").get(pk=run.pk), by=None, as_of=day)

    at_once(
        release,
        release,
        lambda: stop_run(DunningRun.objects.select_related("company").get(pk=run.pk), by=controller),
    )
    assert DunningRun.objects.get().state == "stopped"
    assert set(Message.objects.values_list("state", flat=True)) <= {"cancelled"}
    assert set(Notice.objects.values_list("state", "reason")) == {("cancelled", "stopped")}


def test_the_policy_is_made_once(committed_db: Any, desk: Desk) -> None:
    DunningPolicy.objects.all().delete()
    at_once(*[lambda: ensure_policy(desk.company)] * 4)
    assert (DunningPolicy.objects.count(), DunningStep.objects.count()) == (1, 5)

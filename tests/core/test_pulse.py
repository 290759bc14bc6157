"""Signs of life of worker and beat, and the clock that only one of two keeps."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django_celery_beat.schedulers import DatabaseScheduler

from arap.celery import app
from arap.core import beat, pulse
from arap.core.beat import SingleScheduler
from tests.mail import wait_until


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARAP_PULSE", str(tmp_path))
    return tmp_path


def test_alive_while_the_file_is_young(capsys: pytest.CaptureFixture[str]) -> None:
    assert pulse.main(["worker"]) == 1
    assert "has not begun" in capsys.readouterr().out
    pulse.touch("worker")
    assert pulse.main(["worker"]) == 0
    old = time.time() - pulse.AGE_MAX_SECONDS - 60
    os.utime(pulse.file("worker"), (old, old))
    assert pulse.main(["worker"]) == 1
    assert "was last alive 150 seconds ago" in capsys.readouterr().out
    assert pulse.main(["beat"]) == 1, "each has a file of its own"


@pytest.mark.parametrize("arguments", [[], ["nobody"], ["worker", "beat"], ["../../etc/passwd"]])
def test_wrong_usage(arguments: list[str]) -> None:
    assert pulse.main(arguments) == 2


def test_a_web_process_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9")
    assert pulse.main(["web"]) == 1


def test_a_disk_that_is_full_does_not_stop_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARAP_PULSE", "/proc/nonexistent")
    pulse.touch("worker")
    assert "cannot be touched" in capsys.readouterr().err


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch, committed_db: Any) -> list[SingleScheduler]:
    """Which scheduler has started what was due."""
    ticked: list[SingleScheduler] = []

    def tick(self: SingleScheduler, *args: Any, **kwargs: Any) -> int:
        ticked.append(self)
        return 60

    monkeypatch.setattr(DatabaseScheduler, "tick", tick)
    return ticked


def test_of_two_clocks_one_stands_by_and_takes_over(ticks: list[SingleScheduler]) -> None:
    first, second = SingleScheduler(app=app, lazy=True), SingleScheduler(app=app, lazy=True)
    try:
        for _ in range(3):
            assert first.tick() == pulse.SECONDS_BETWEEN
            assert second.tick() == pulse.SECONDS_BETWEEN
        assert ticks == [first] * 3
        first.let_go()
        # The database takes a moment to notice that the connection has ended.
        wait_until(lambda: second.tick() and second in ticks)
        first.tick()
        assert ticks == [first] * 3 + [second]
        assert pulse.main(["beat"]) == 0, "who stands by lives too"
    finally:
        first.let_go()
        second.let_go()


def test_a_clock_whose_connection_breaks_takes_the_lock_again(
    ticks: list[SingleScheduler], superuser_connection: Any
) -> None:
    clock = SingleScheduler(app=app, lazy=True)
    try:
        clock.tick()
        cursor = superuser_connection.cursor()
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = %s", [beat.LOCK]
        )
        assert cursor.fetchall() == [(True,)]
        clock.tick()
        clock.tick()
        assert len(ticks) == 2, "one look was lost"
    finally:
        clock.let_go()

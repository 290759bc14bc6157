"""Web and worker are asked to stop: what is under way ends or is given back, nothing is lost, nothing keeps running."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from arap import ROOT, servers
from arap.celery import app
from arap.core import jobs, pulse
from arap.core.models import Company, Job
from arap.servers import postgres, processes
from tests.databases import Database, free_port

pytestmark = pytest.mark.slow


def until(what: Callable[[], Any], seconds: int = 30) -> Any:
    """Wait until `what` is true and give its value back."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
    return found


@pytest.fixture
def started(tmp_path: Path, committed_db: Database) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start a program on the test's database, in a group of its own; whatever is left of it ends with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str, **more: str) -> "subprocess.Popen[bytes]":
        environment = committed_db.environment(
            REMAP_SIGTERM="SIGQUIT", ARAP_PULSE=str(tmp_path), LOG_FORMAT="json", LOG_LEVEL="INFO", **more
        )
        with (tmp_path / "log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(child)
        return child

    yield start
    for child in running:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def group_of(child: "subprocess.Popen[bytes]") -> list[int]:
    """The living processes of its group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, group = int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[2])
        except OSError:
            continue
        if group == child.pid and processes.is_alive(pid):
            found.append(pid)
    return found


def lines(tmp_path: Path, logger: str) -> list[dict[str, Any]]:
    """What this logger has written so far."""
    found = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    return [line for line in found if line["logger"] == logger]


def answer(url: str, into: list[int]) -> None:
    with urllib.request.urlopen(url, timeout=20) as got:  # noqa: S310 - the test's own server
        into.append(got.status)


def is_up(port: int) -> bool:
    return pulse.sentence("web", port=port) == ""


def waiting_for(database: Database, table: str) -> bool:
    """Some session waits for a lock on `table`."""
    with closing(postgres.connect(servers.var_folder(), database=database.name)) as looking, looking.cursor() as cursor:
        cursor.execute("select exists (select from pg_locks where not granted and relation = %s::regclass)", [table])
        return bool(cursor.fetchone()[0])


def test_a_request_under_way_is_answered_before_the_web_process_ends(
    started: Callable[..., "subprocess.Popen[bytes]"], committed_db: Database, tmp_path: Path
) -> None:
    port = free_port()
    command = ["gunicorn", "--config", "docker/gunicorn.py", "arap.wsgi"]
    web = started(*command, PORT=str(port), WEB_CONCURRENCY="2", ARAP_BIND="127.0.0.1", ARAP_PROCESS="web")
    until(lambda: is_up(port))
    statuses: list[int] = []
    holding = postgres.connect(servers.var_folder(), user=postgres.OWNER, database=committed_db.name)
    holding.autocommit = False
    with closing(holding):
        holding.cursor().execute("lock table django_migrations in access exclusive mode")
        asking = threading.Thread(target=answer, args=(f"http://127.0.0.1:{port}/readyz", statuses))
        asking.start()
        until(lambda: waiting_for(committed_db, "django_migrations"))
        web.terminate()
        until(lambda: len(group_of(web)) == 2)
        assert web.poll() is None, "the idle process has ended, the busy one and their master wait for the request"
        holding.rollback()
    asking.join(20)
    assert statuses == [200]
    assert web.wait(30) == 0
    assert group_of(web) == []


@pytest.fixture
def job(committed_db: Database, company: Company, gate: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that ends when the gate opens; nothing wakes a worker yet."""
    monkeypatch.setattr(jobs, "_send", lambda name, ids: None)
    return jobs.create(company, "slow", task="tests.slow_job", by=None, params={"until": str(gate)})


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Opens by being made."""
    return tmp_path / "gate"


def is_stopping(tmp_path: Path) -> bool:
    """The worker has heard that it is to end."""
    return "Initiating Soft Shutdown" in (tmp_path / "log").read_text()


# A queue of the test's own: other tests have workers too.
QUEUE = f"slow-{os.getpid()}"
WORKER = ("celery", "--app", "tests.servers.slow", "worker", "--concurrency", "1", "--queues", QUEUE)


def wake(job: Job) -> None:
    """Send the message as a process of the application would."""
    app.send_task("tests.slow_job", args=[job.pk], queue=QUEUE, retry=False)


def state_of(job: Job) -> str:
    job.refresh_from_db()
    return str(job.state)


def test_a_task_that_can_end_in_time_ends(
    started: Callable[..., "subprocess.Popen[bytes]"], job: Job, gate: Path, tmp_path: Path
) -> None:
    worker = started(*WORKER, ARAP_PROCESS="job", SOFT_SHUTDOWN_SECONDS="5")
    wake(job)
    until(lambda: state_of(job) == Job.State.RUNNING)
    worker.terminate()
    until(lambda: is_stopping(tmp_path))
    gate.touch()
    assert worker.wait(30) == 0
    assert state_of(job) == Job.State.DONE
    assert group_of(worker) == []
    (line,) = lines(tmp_path, "arap.work")
    assert (line["task"], line["outcome"], line["level"]) == ("tests.slow_job", "success", "INFO")
    assert line["seconds"] > 0
    assert "args" not in line
    assert pulse.file("worker").name in {path.name for path in tmp_path.iterdir()}, "it showed that it lived"


def test_a_task_that_cannot_is_given_back_and_done_by_the_next_worker(
    started: Callable[..., "subprocess.Popen[bytes]"], job: Job, gate: Path, tmp_path: Path
) -> None:
    first = started(*WORKER, ARAP_PROCESS="job", SOFT_SHUTDOWN_SECONDS="1")
    wake(job)
    until(lambda: state_of(job) == Job.State.RUNNING)
    first.terminate()
    first.wait(30)
    assert not gate.exists(), "it did not wait for the end of the job, which nothing has ended"
    assert group_of(first) == []
    assert state_of(job) == Job.State.RUNNING
    # The lease was given up and the message given back: the next worker finds both.
    second = started(*WORKER, ARAP_PROCESS="job", SOFT_SHUTDOWN_SECONDS="1")
    until(lambda: state_of(job) == Job.State.RUNNING and job.attempts == 2)
    gate.touch()
    until(lambda: state_of(job) == Job.State.DONE)
    assert (job.attempts, job.result) == (2, {"ended": True})
    second.terminate()
    assert second.wait(30) == 0
    assert group_of(second) == []
    assert [line["outcome"] for line in lines(tmp_path, "arap.work")] == ["interrupted", "success"]

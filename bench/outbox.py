"""Messages through the outbox: a real worker with two children, a real broker, a real mail server on this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.db import transaction

from arap import ROOT, servers
from arap.core.actions.companies import create_company
from arap.core.files import NewFile, store
from arap.core.models import Company
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from bench.measure import Sheet
from bench.scratch import scratch_database

ATTACHMENT_BYTES = 25_000
SENDERS = 2
BROKER_DATABASE = 62  # of the private Valkey; nobody else's
LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 900


def run(size: int) -> Sheet:
    """Queue `size` messages with a file each, and send them."""
    sheet = Sheet(size)
    with scratch_database() as url, tempfile.TemporaryDirectory() as folder:
        company = create_company(code="OUTBOX", name="Bench", base_currency="CNY", by=None)
        with sheet.timed("queue messages", size):
            _queue(company, size)
        with programs(url, Path(folder)) as (worker, wake), sheet.timed("send, two workers", size) as line:
            for _nth in range(SENDERS):
                wake("arap.outbox.tasks.send_due")
            seen = _until_sent(worker)
        first, last, most = seen[0], seen[-1], max(seen)
        line.note = f"largest worker {first} MB at first, {last} MB at last, {most} MB at most"
        assert Message.objects.filter(state=Message.State.SENT).count() == size
        assert len(list((Path(folder) / "mail").glob("*.eml"))) == size
    return sheet


@transaction.atomic
def _queue(company: Company, size: int) -> None:
    content = os.urandom(ATTACHMENT_BYTES)
    files = [NewFile(name=f"Statement {n}.pdf", media_type="application/pdf", content=content) for n in range(size)]
    kept = [file for first in range(0, size, 500) for file in store(company, files[first : first + 500], by=None)]
    letters = [
        NewMessage(
            kind=Message.Kind.STATEMENT,
            dedupe_key=f"bench:{n}",
            to_address=f"ap{n}@customer.example",
            subject=f"Statement {n}",
            body_text="Dear customer,\n\nplease find your statement attached.\n",
            language="en",
            files=[file],
        )
        for n, file in enumerate(kept)
    ]
    queue(company, letters, by=None)


@contextmanager
def programs(url: str, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Callable[[str], None]]]:
    """A mail server that keeps its mail in `folder`/mail, and a worker of two children; yields it and how to wake it.

    `wake(task)` goes through the worker's broker, which is nobody else's.
    """
    smtp, web = free_port(), free_port()
    broker = servers.valkey_url().replace("db=0", f"db={BROKER_DATABASE}")
    with redis.Redis.from_url(broker) as emptied:
        emptied.flushdb()
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": broker,
        "ARAP_ENV": "dev",
        "ARAP_PROCESS": "job",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
    }
    python = [sys.executable, "-m"]
    catcher = [*python, "arap.mailcatcher", "--folder", str(folder / "mail"), "--smtp", str(smtp), "--web", str(web)]
    celery = [*python, "celery", "--app", "arap"]
    running = [
        subprocess.Popen(catcher, cwd=ROOT),
        subprocess.Popen(
            [*celery, "worker", "--concurrency", str(SENDERS), "--loglevel", "WARNING"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
        ),
    ]  # fmt: skip

    def wake(task: str) -> None:
        subprocess.run([*celery, "call", task], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    try:
        yield running[-1], wake
    finally:
        for program in reversed(running):
            program.terminate()
            program.wait()


def _until_sent(worker: "subprocess.Popen[bytes]") -> list[int]:
    """Wait until nothing is left; the memory in MB of the largest child each time we looked."""
    seen = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Message.objects.filter(state__in=["pending", "sending"]).exists() and time.monotonic() < deadline:
        if memory := _largest_child(worker.pid):
            seen.append(memory)
        time.sleep(LOOK_SECONDS)
    return seen or [0]


def _largest_child(pid: int) -> int:
    sizes = [0]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            status = Path(f"/proc/{child}/status").read_text()
            sizes.append(int(status.partition("VmRSS:")[2].split()[0]) // 1024)
    except (OSError, IndexError):
        return 0
    return max(sizes)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

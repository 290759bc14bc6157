"""Real mail servers with bad days, real Celery workers, and a broker that a test may kill.

`mail_server` listens in this process and keeps what it took; `mail_sink` is a process of its own that may be killed,
and keeps what it took in a file that outlives it. `celery_worker` works on `committed_db` with a broker of this test
process alone, and hands mail to `mail_server`.
"""

import asyncio
import email
import email.policy
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from kombu import pools

from arap import ROOT, servers
from arap.servers import valkey
from tests.databases import Database, free_port

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05
ANYONE = "*"
LAST_BROKER = 63  # the private Valkey has databases 0 to 63


def wait_until(seen: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """What `seen` gives as soon as it gives anything; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(PAUSE_SECONDS)
    return found


@dataclass(frozen=True, slots=True)
class Received:
    """A message that a server took: from whom, to whom, and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message parsed."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The words of the plain part."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> dict[str, bytes]:
        """Name and content of each attachment."""
        return {str(part.get_filename()): part.get_payload(decode=True) for part in self.message.iter_attachments()}  # type: ignore[misc]


@dataclass(slots=True)
class BadDay:
    """What goes wrong for an address, at `stage` ("mail", "rcpt", "data"), the next `times` times (None: always).

    `reply` is what the server says: "550 5.1.1 no such user", or "hang" for never a word. At "data" everything has been
    handed over already: there "hang" keeps the message, "drop" keeps it and cuts the line, "lose" cuts it and keeps
    nothing.
    """

    address: str
    stage: str
    reply: str
    times: int | None = 1


@dataclass
class MailHandler:
    """aiosmtpd's hooks: keeps mail, and plays the bad days in order."""

    keep: Callable[[Received], None]
    bad_days: list[BadDay] = field(default_factory=list)
    sessions: int = 0

    def _today(self, stage: str, *addresses: str) -> BadDay | None:
        for day in self.bad_days:
            if day.stage == stage and day.times != 0 and (day.address == ANYONE or day.address in addresses):
                if day.times is not None:
                    day.times -= 1
                return day
        return None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if day := self._today("mail"):
            return day.reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if day := self._today("rcpt", address):
            return await self._silence() if day.reply == "hang" else day.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def _silence(self) -> str:
        """Until the other side has had enough, and aiosmtpd ends the talk."""
        await asyncio.Event().wait()
        return ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        taken = Received(str(envelope.mail_from), tuple(envelope.rcpt_tos), content)
        day = self._today("data", *envelope.rcpt_tos)
        if day and day.reply[:1].isdigit():
            return day.reply
        if day is None or day.reply != "lose":
            self.keep(taken)
        if day and day.reply == "hang":
            await self._silence()
        if day and day.reply in ("drop", "lose"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 2.0.0 OK"


class MailServer:
    """A mail server of this process. `received` is what it took, in order. `options` are aiosmtpd's."""

    def __init__(self, **options: Any) -> None:
        self.received: list[Received] = []
        self.handler = MailHandler(self.received.append)
        self.port = free_port()
        self.options = options
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def sessions(self) -> int:
        """How often somebody connected and said hello."""
        return self.handler.sessions

    def bad_day(self, address: str, stage: str, reply: str, *, times: int | None = 1) -> None:
        """From now on things go wrong for `address` (ANYONE: for all); see BadDay."""
        self.handler.bad_days.append(BadDay(address, stage, reply, times))

    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(each.message_id for each in self.received)

    def start(self) -> None:
        """Listen (again)."""
        self._controller = Controller(
            self.handler,
            hostname="127.0.0.1",
            port=self.port,
            enable_SMTPUTF8=False,
            data_size_limit=50_000_000,
            **self.options,
        )
        self._controller.start()

    def stop(self) -> None:
        """Refuse connections; what was taken stays."""
        if self._controller:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server, and Django's own settings lead to it."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


class MailSink:
    """A mail server as a process of its own. It writes to a file what it takes before it says so."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "received.jsonl"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken, over all lives of the process."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return Counter(json.loads(line)["message_id"] for line in lines)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.mail", str(self.port), str(self.file)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
        wait_until(lambda: _listens(self.port))

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def mail_sink(tmp_path: Path) -> Iterator[MailSink]:
    """A mail server that a test may kill and start again."""
    sink = MailSink(tmp_path)
    sink.start()
    yield sink
    sink.kill()


def broker_url() -> str:
    """A database of the tests' Valkey for this test process alone, so that parallel ones do not take each other's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 1 + int(worker.removeprefix("gw")) if worker else 32 + os.getpid() % 32
    return servers.valkey_url().replace("db=0", f"db={min(number, LAST_BROKER)}")


@contextmanager
def sending_to(broker: str) -> Iterator[None]:
    """Lead the wake-ups of this process to `broker`."""
    from arap.celery import app

    def lead(url: str) -> None:
        app.conf.broker_url = url
        pools.reset()  # closed pools would be handed out again under the same address
        app._pool = None
        app.amqp._producer_pool = None
        app.amqp.__dict__.pop("producer_pool", None)

    before = app.conf.broker_url
    lead(broker.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1))
    try:
        yield
    finally:
        lead(before)


class CeleryWorker:
    """A real worker, with two children, in a process group of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, concurrency: int = 2) -> None:
        """Start it and wait until it takes tasks."""
        self.log.write_bytes(b"")
        command = [sys.executable, "-m", "celery", "--app", "arap", "worker", "--loglevel", "INFO", "--without-gossip"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--concurrency", str(concurrency)],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        wait_until(lambda: b" ready." in self.log.read_bytes() or self._process.poll() is not None)  # type: ignore[union-attr]
        assert self._process.poll() is None, self.log.read_text(errors="replace")[-3000:]

    @property
    def pids(self) -> list[int]:
        """The worker and its children."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [self._process.pid, *map(int, children)]

    def kill(self) -> None:
        """End the whole group as a power cut would."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end what it is at; its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(PATIENCE_SECONDS)


def worker_environment(database: Database, *, broker: str, mail: str, **more: str) -> dict[str, str]:
    """The environment of a worker on `database` that hands mail to `mail`, impatient so that tests are quick."""
    # What is between two tries, and how long a message may be in a worker's hands before somebody asks.
    quick = {"OUTBOX_LEASE_SECONDS": "5", "OUTBOX_RETRY_SECONDS": "1", "EMAIL_REPLY_SECONDS": "3"}
    given = {"REDIS_URL": broker, "EMAIL_URL": mail, "ARAP_PROCESS": "job", "LOG_LEVEL": "WARNING"}
    return database.environment(**{**quick, **given, **more})


@pytest.fixture
def celery_worker(committed_db: Database, mail_server: MailServer, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A running Celery worker on `committed_db` that hands mail to `mail_server`; wake-ups of the test reach it."""
    broker = broker_url()
    with redis.Redis.from_url(broker) as emptied:
        emptied.flushdb()
    environment = worker_environment(committed_db, broker=broker, mail=mail_server.url)
    worker = CeleryWorker(environment, tmp_path / "worker.log")
    with sending_to(broker):
        try:
            worker.start()
            yield worker
        finally:
            worker.kill()


class Broker:
    """A Valkey of one test's own, that it may kill or empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        options = {
            "port": "0", "unixsocket": str(self.socket), "dir": str(self.folder), "appendonly": "yes",
            "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction",
        }  # fmt: skip
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [valkey.program(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def empty(self) -> None:
        """Forget every message."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that a test may kill; wake-ups of the test reach it."""
    own = Broker(tmp_path_factory.mktemp("broker"))
    own.start()
    with sending_to(own.url):
        try:
            yield own
        finally:
            own.kill()


def _serve(port: int, file: Path) -> None:
    """What `MailSink` runs: each message's id is on the disk before the sender hears that it was taken."""
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def keep(taken: Received) -> None:
        os.write(out, (json.dumps({"message_id": taken.message_id, "to": taken.recipients}) + "\n").encode())

    Controller(MailHandler(keep), hostname="127.0.0.1", port=port, data_size_limit=50_000_000).start()
    threading.Event().wait()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]))

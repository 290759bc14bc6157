"""The tests' databases: a migrated template, clones of it, and servers that a test may kill."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from arap import ROOT, servers
from arap.servers import postgres, processes, users

PREFIX = "arap_template_"
TEMPLATES_KEPT = 3
PORTS_OF_A_PROCESS = 100
_TURNS = count()


@dataclass(frozen=True, slots=True)
class Database:
    """One database on the tests' server."""

    name: str
    url: str

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a child process that is to work on this database, as the application."""
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "REDIS_URL": servers.valkey_url(),
            "ARAP_ENV": "dev",
            **more,
        }


def _digest() -> str:
    """Changes with anything that can change the schema."""
    files = [path for path in ROOT.glob("**/migrations/**/*") if path.suffix in (".py", ".sql")]
    files = [path for path in files if not {".venv", "var", "__pycache__"} & set(path.relative_to(ROOT).parts)]
    digest = hashlib.sha256(" ".join(settings.INSTALLED_APPS).encode())
    for path in [ROOT / "requirements.txt", *sorted(files)]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _admin() -> Any:
    return postgres.connect(servers.var_folder())


def manage(*arguments: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a management command as its own process; its output is captured."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": servers.valkey_url(), "ARAP_ENV": "dev"}
    environment["ARAP_PROCESS"] = "owner"
    done = manage("migrate", "--no-input", "--verbosity=0", environment=environment)
    if done.returncode != 0:
        raise RuntimeError(f"The test database does not migrate:\n{done.stdout}\n{done.stderr}")


def template() -> str:
    """The name of a migrated database, made when missing. Workers wait for the one that makes it."""
    name = PREFIX + _digest()
    with users.turn(servers.var_folder(), "template"), closing(_admin()) as admin:
        cursor = admin.cursor()
        cursor.execute("select datname from pg_database where datname ~ %s order by oid desc", ["^" + PREFIX])
        found = [row[0] for row in cursor.fetchall()]
        if name not in found:
            # A run on older code may still be going on, so the newest ones stay.
            for old in found[TEMPLATES_KEPT:]:
                cursor.execute(f'drop database "{old}" with (force)')
            building = name + "_building"
            cursor.execute(f"drop database if exists {building} with (force)")
            cursor.execute(f"create database {building} owner {postgres.OWNER}")
            _migrate(servers.postgres_url(database=building))
            cursor.execute(f"alter database {building} rename to {name}")
    return name


def sweep() -> None:
    """Drop the clones of test processes that were killed, and wake-ups that nobody will ever hear.

    A clone's name carries the process that made it.
    """
    with closing(_admin()) as admin:
        cursor = admin.cursor()
        cursor.execute(
            "select datname, split_part(datname, '_', 3)::int from pg_database where datname ~ '^arap_test_[0-9]+'"
        )
        clones = cursor.fetchall()
        for name, pid in clones:
            if not processes.is_alive(pid):
                cursor.execute(f"drop database if exists {name} with (force)")
    if not any(processes.is_alive(pid) for _, pid in clones):
        with redis.Redis.from_url(servers.valkey_url()) as broker:
            broker.flushall()


@contextmanager
def clone(template: str, name: str) -> Iterator[Database]:
    """A copy of `template` called `name`, dropped at the end."""
    with closing(_admin()) as admin:
        cursor = admin.cursor()
        cursor.execute(f"drop database if exists {name} with (force)")
        cursor.execute(f"create database {name} template {template} owner {postgres.OWNER}")
        try:
            yield Database(name, servers.postgres_url(database=name))
        finally:
            cursor.execute(f"drop database if exists {name} with (force)")


def free_port() -> int:
    """A free port below the range from which the system takes the ports of outgoing connections.

    A process takes ports from a block of its own and none twice: between this answer and the server's start another
    test process could take the same one, and a client would talk to a foreign server.
    """
    block = 20_000 + os.getpid() * PORTS_OF_A_PROCESS % 12_000
    for turn in islice(_TURNS, PORTS_OF_A_PROCESS):
        port = block + turn % PORTS_OF_A_PROCESS
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {block} on")


@dataclass(frozen=True, slots=True)
class OwnServers:
    """A durable PostgreSQL of one test's own, in its own folder."""

    var: Path
    database: Database

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a child process that is to work on this server, as the application."""
        return self.database.environment(**more)

    def connect(self, user: str = postgres.OWNER) -> Any:
        """A bare psycopg2 connection in autocommit."""
        return postgres.connect(self.var, user=user, database=postgres.DATABASE)

    def kill(self) -> None:
        """End PostgreSQL as a power cut would: no process of it gets to say a word."""
        os.kill(int((self.var / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def start(self) -> None:
        """Start PostgreSQL again, which recovers."""
        with _durable():
            postgres.start(self.var)


@contextmanager
def _durable() -> Iterator[None]:
    before = os.environ.pop("ARAP_SERVERS_FSYNC", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["ARAP_SERVERS_FSYNC"] = before


def _copy(template: str, to: Path) -> None:
    """Copy a database of the tests' server into the one of the server in `to`: quicker than to migrate again."""
    programs = postgres.programs()
    source = ["--host", str(servers.folders.sockets(servers.var_folder())), "--username", postgres.SUPERUSER]
    target = ["--host", str(servers.folders.sockets(to)), "--username", postgres.SUPERUSER]
    dump = subprocess.run([str(programs / "pg_dump"), *source, template], check=True, capture_output=True)
    load = [
        str(programs / "psql"),
        *target,
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--dbname",
        postgres.DATABASE,
    ]
    subprocess.run(load, input=dump.stdout, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def own_servers(var: Path, template: str) -> Iterator[OwnServers]:
    """Start, fill from `template`, and in the end stop a durable PostgreSQL in `var`."""
    socket_folder = servers.folders.sockets(var)
    url = f"postgresql://{postgres.OWNER}@/{postgres.DATABASE}?host={socket_folder}"
    own = OwnServers(var, Database(postgres.DATABASE, url))
    own.start()
    try:
        _copy(template, var)
        yield own
    finally:
        postgres.stop(var)

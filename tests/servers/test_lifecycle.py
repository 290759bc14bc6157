"""Private servers come and go with the processes that use them, whatever way those end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arap import ROOT
from arap.servers import folders, postgres, processes, valkey
from arap.servers.commands import migration_digest

HOLD = """
import sys
sys.path.insert(0, sys.argv[1])
from arap import servers
servers.use()
print("up", flush=True)
sys.stdin.readline()
servers.leave()
print("gone", flush=True)
"""


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def hold(var: Path, **environment: str) -> "subprocess.Popen[str]":
    """A process that uses the servers in `var` until it is given a line."""
    user = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(ROOT)],
        env={**os.environ, "ARAP_VAR": str(var), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout
    assert user.stdout.readline() == "up\n"
    return user


def release(user: "subprocess.Popen[str]") -> None:
    assert user.communicate("\n")[0] == "gone\n"


def both_up(var: Path) -> tuple[bool, bool]:
    return postgres.is_up(var), valkey.is_up(var)


def test_the_last_user_stops_both_servers(var: Path) -> None:
    first, second = hold(var), hold(var)
    release(first)
    assert both_up(var) == (True, True)
    release(second)
    assert both_up(var) == (False, False)
    assert processes.working_in((var / "postgres").resolve()) == []


def test_a_killed_user_does_not_count(var: Path) -> None:
    killed, last = hold(var), hold(var)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    release(last)
    assert both_up(var) == (False, False)


def test_a_killed_server_starts_again_over_its_stale_lock(var: Path) -> None:
    first = hold(var)
    os.kill(int((var / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    second = hold(var)
    assert both_up(var) == (True, True)
    release(first)
    release(second)


def test_a_lock_that_names_a_living_stranger_is_stale_too(var: Path) -> None:
    release(hold(var))
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{var / 'postgres'}\n")
    (folders.sockets(var) / f".s.PGSQL.{postgres.PORT}.lock").write_text(f"{os.getpid()}\n{var / 'postgres'}\n")
    release(hold(var))


def test_a_first_start_that_was_killed_half_way_is_done_anew(var: Path) -> None:
    (var / "postgres.new" / "base").mkdir(parents=True)
    release(hold(var))


def test_a_folder_that_only_root_may_enter(var: Path) -> None:
    """A clone below /root, or in a private temporary folder."""
    var.parent.chmod(0o700)
    release(hold(var))


def test_a_long_path_gets_its_sockets_elsewhere(var: Path) -> None:
    deep = var / ("long" * 15) / ("path" * 15)
    assert not folders.sockets(deep).is_relative_to(deep)
    release(hold(deep))
    folders.sockets(deep).rmdir()


def test_the_owner_is_no_superuser_and_may_act_as_the_application(var: Path) -> None:
    user = hold(var)
    cursor = postgres.connect(var, user=postgres.OWNER, database=postgres.DATABASE).cursor()
    cursor.execute("select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user")
    assert cursor.fetchone() == (False, True, True)
    cursor.execute("set role arap_app")
    cursor.execute("select datcollate, datctype from pg_database where datname = current_database()")
    assert cursor.fetchone() == ("C.UTF-8", "C.UTF-8")
    release(user)


def manage(var: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {key: value for key, value in os.environ.items() if key != "ARAP_PROCESS"}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env={**environment, "ARAP_VAR": str(var)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


WHO = "from django.db import connection as c; k = c.cursor(); k.execute('select current_user'); print(k.fetchone()[0])"


@pytest.mark.slow
def test_two_commands_at_once_migrate_an_empty_database_once(var: Path) -> None:
    """Each prints only what it was asked for, and together they leave nothing running."""
    commands = [manage(var, "shell", "--no-imports", "--command", WHO) for _ in range(2)]
    answers = [command.communicate() for command in commands]
    assert [out for out, _ in answers] == ["arap_app\n", "arap_app\n"], answers
    assert sum("Migrating" in err for _, err in answers) == 1
    assert both_up(var) == (False, False)


def test_a_command_that_needs_no_database_starts_none(var: Path) -> None:
    command = manage(var, "check")
    assert command.wait() == 0
    command.communicate()
    assert not (var / "postgres").exists()


def test_a_command_ended_from_outside_leaves_nothing_behind(var: Path) -> None:
    code = "import sys; sys.stdout.write('ready\\n'); sys.stdout.flush(); import time; time.sleep(60)"
    release(hold(var))
    (var / "postgres" / "migrated").write_text(migration_digest())  # it reads no table
    command = manage(var, "shell", "--no-imports", "--command", code)
    assert command.stdout
    assert command.stdout.readline() == "ready\n"
    command.terminate()
    assert command.wait(30) == 128 + signal.SIGTERM
    command.communicate()
    assert both_up(var) == (False, False)

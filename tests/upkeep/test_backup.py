"""A backup is made, everything is destroyed, and what comes back is what was there."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from arap import servers
from arap.core.errors import NotFound, Refused
from arap.core.models import Company, User
from arap.ledger.actions import seal_ledger
from arap.servers import postgres
from arap.upkeep import health
from arap.upkeep.backups import files, making, programs, restoring
from arap.upkeep.models import Backup
from arap.upkeep.tasks import make_backup
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from tests import stories
from tests.databases import Database, OwnServers, manage

AT = datetime(2026, 3, 31, 1, 30, tzinfo=UTC)


@pytest.fixture
def told(committed_db: Database, company: Company, clerk: User) -> Database:
    """A database with a small story in its book, sealed."""
    stories.tell(company, clerk)
    seal_ledger(company)
    return committed_db


@pytest.fixture
def target(private_servers: None) -> Iterator[str]:
    """The name of a database that does not exist, gone after the test."""
    name = f"arap_test_{os.getpid()}_restored"
    yield name
    with closing(postgres.connect(servers.var_folder())) as admin:
        admin.cursor().execute(f"drop database if exists {name} with (force)")


def exists(name: str) -> bool:
    with closing(postgres.connect(servers.var_folder())) as admin, admin.cursor() as cursor:
        cursor.execute("select count(*) from pg_database where datname = %s", [name])
        return bool(cursor.fetchone()[0])


def run(*arguments: str, database: Database) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in database.environment().items() if name != "ARAP_PROCESS"}
    return manage(*arguments, environment=environment)


@pytest.mark.slow
def test_backup_destroy_restore_and_everything_is_equal(told: Database, tmp_path: Path, target: str) -> None:
    made = run("backup", str(tmp_path), database=told)
    assert (made.returncode, made.stderr) == (0, "")
    dump = Path(made.stdout.strip())
    assert dump.parent == tmp_path
    assert files.NAME.fullmatch(dump.name), "the name tells when, and nothing about whose it is"
    checked = subprocess.run(
        ["sha256sum", "--check", files.checksums_of(dump).name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout == f"{dump.name}: OK\n{files.manifest_of(dump).name}: OK\n"
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}
    written = Backup.objects.get()
    assert (written.file_name, written.byte_count, written.message) == (dump.name, dump.stat().st_size, "")

    with closing(postgres.connect(servers.var_folder())) as admin:
        admin.cursor().execute(f"drop database {told.name} with (force)")
    restored = run("restore", str(dump), "--database", target, database=told)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    lines = restored.stdout.splitlines()
    assert all(line.startswith("ok") for line in lines), restored.stdout
    (totals,) = [line for line in lines if "postings" in line]
    assert "acme  position 7, postings 7, documents 6, entries 2, open 2023.000 CNY, 300.000 USD" in totals
    assert "open in base 4123.000" in totals, "the balance of the story"
    assert any("ledger/0030" in line for line in lines), "the invariants were checked"
    assert lines[-1].split()[2].startswith("1-"), "and the seals"
    again = run("check_ledger", database=Database(target, servers.postgres_url(database=target)))
    assert again.returncode == 0, again.stdout
    acts = (
        "from django.db import connection as c; k = c.cursor(); k.execute('select current_user'); print(k.fetchone())"
    )
    who = run(
        "shell", "--no-imports", "--command", acts, database=Database(target, servers.postgres_url(database=target))
    )
    assert who.stdout == "('arap_app',)\n", "the application's role may use what was restored"


def test_what_is_posted_meanwhile_is_neither_in_the_dump_nor_in_its_totals(
    told: Database, tmp_path: Path, target: str, company: Company, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = programs.find

    def slow(name: str, *, server_major: int) -> Path:
        if name == "pg_dump":
            create_customers(company, [NewCustomer(code="LATE", name="Came meanwhile", currency="CNY")], by=clerk)
        return find(name, server_major=server_major)

    monkeypatch.setattr(programs, "find", slow)
    made = making.back_up(tmp_path, at=AT)
    assert all(each.holds for each in restoring.restore(made.dump, target))
    with restoring.working_on(target):
        assert Customer.objects.count() == 2
    assert Customer.objects.count() == 3


def test_a_row_lost_on_the_way_is_named(told: Database, tmp_path: Path, target: str) -> None:
    made = making.back_up(tmp_path, at=AT)
    manifest = json.loads(files.manifest_of(made.dump).read_text())
    manifest["companies"]["acme"]["postings"] += 1
    manifest["tables"]["customers_customer"] += 1
    files.manifest_of(made.dump).write_text(json.dumps(manifest))
    sums = f"{made.sha256}  {made.dump.name}\n{files.sha256_of(files.manifest_of(made.dump))}  "
    files.checksums_of(made.dump).write_text(sums + files.manifest_of(made.dump).name + "\n")
    done = run("restore", str(made.dump), "--database", target, database=told)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN")]
    assert [line.split()[1] for line in broken] == ["acme", "customers_customer", f"{len(manifest['tables'])}"]
    assert "not what was there" in done.stderr


@pytest.mark.parametrize("part", ["dump", "json"])
def test_a_changed_file_is_refused_before_anything_is_made(
    committed_db: Database, tmp_path: Path, target: str, part: str
) -> None:
    made = making.back_up(tmp_path, at=AT)
    path = made.dump.with_suffix(f".{part}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = run("restore", str(made.dump), "--database", target, database=committed_db)
    assert done.returncode == 1
    assert f"{path.name} is not what was written" in done.stderr
    assert not exists(target)


def test_a_dump_that_breaks_off_leaves_no_database(committed_db: Database, tmp_path: Path, target: str) -> None:
    """Even where its checksum is right, as of a file that was cut before it was summed."""
    made = making.back_up(tmp_path, at=AT)
    content = made.dump.read_bytes()
    made.dump.write_bytes(content[: len(content) * 2 // 3])
    manifest = files.manifest_of(made.dump)
    files.checksums_of(made.dump).write_text(
        f"{files.sha256_of(made.dump)}  {made.dump.name}\n{files.sha256_of(manifest)}  {manifest.name}\n"
    )
    with pytest.raises(Refused, match="could not be restored"):
        restoring.restore(made.dump, target)
    assert not exists(target)


def test_nothing_is_restored_over_anything(committed_db: Database, tmp_path: Path) -> None:
    made = making.back_up(tmp_path, at=AT)
    with pytest.raises(Refused) as refused:
        restoring.restore(made.dump, committed_db.name)
    assert refused.value.code == "not_empty"


def test_an_empty_database_of_that_name_is_filled(committed_db: Database, tmp_path: Path, target: str) -> None:
    with closing(postgres.connect(servers.var_folder())) as admin:
        admin.cursor().execute(f"create database {target} owner {postgres.OWNER}")
    made = making.back_up(tmp_path, at=AT)
    assert all(each.holds for each in restoring.restore(made.dump, target))


def test_a_backup_of_an_older_version_is_migrated_when_asked(
    committed_db: Database, tmp_path: Path, target: str, owner_connection: Any
) -> None:
    cursor = owner_connection.cursor()
    cursor.execute("delete from django_migrations where app = 'upkeep' and name like '0002%'")
    cursor.execute("delete from django_celery_beat_periodictask where queue = 'backup'")
    made = making.back_up(tmp_path, at=AT)
    refused = run("restore", str(made.dump), "--database", target, database=committed_db)
    assert refused.returncode == 1
    assert "add --migrate" in refused.stderr
    with closing(postgres.connect(servers.var_folder())) as admin:
        admin.cursor().execute(f"drop database {target}")
    done = run("restore", str(made.dump), "--database", target, "--migrate", database=committed_db)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_on_another_server_where_no_role_exists_yet(told: Database, tmp_path: Path, own_servers: OwnServers) -> None:
    made = making.back_up(tmp_path, at=AT)
    with closing(postgres.connect(own_servers.var)) as admin:
        cursor = admin.cursor()
        cursor.execute(f"drop database {postgres.DATABASE}")
        cursor.execute("drop role arap_app")
    done = run("restore", str(made.dump), "--database", "arap", database=own_servers.database)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["/nonexistent.dump", "--database", "x"], ["FILE"], ["FILE", "--database", "A b"]]
)
def test_wrong_usage_of_restore(committed_db: Database, arguments: list[str]) -> None:
    assert run("restore", *arguments, database=committed_db).returncode == 2


def test_a_folder_that_is_no_folder(committed_db: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("backup", str(tmp_path / "file"), database=committed_db)
    assert done.returncode == 1
    assert "Nothing can be written in" in done.stderr
    assert "Traceback" not in done.stderr
    assert Backup.objects.get().message in done.stderr


@pytest.mark.parametrize(
    "said, code",
    [
        ("pg_dump: error: could not write to output file: No space left on device", "no_room"),
        ("pg_dump: error: query failed: server closed the connection unexpectedly", "dump_failed"),
    ],
)
def test_a_dump_that_fails_leaves_no_file_and_is_noted(
    committed_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: str
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(programs, "find", lambda name, *, server_major: program)
    with pytest.raises(Refused) as refused:
        making.back_up(tmp_path / "backups", at=AT)
    assert refused.value.code == code
    assert list((tmp_path / "backups").iterdir()) == []
    assert Backup.objects.get().message == str(refused.value)
    assert [sign.reason for sign in health.signs(at=AT) if sign.name == "backups"] == [str(refused.value)]


def test_a_program_older_than_the_server_is_not_taken() -> None:
    assert programs.find("pg_dump", server_major=18).name == "pg_dump"
    with pytest.raises(Refused, match="PostgreSQL 99"):
        programs.find("pg_dump", server_major=99)


def test_the_password_stands_on_no_command_line(settings: Any, committed_db: Database) -> None:
    from django.db import connection

    connection.settings_dict["PASSWORD"] = "canary"
    try:
        assert programs.environment("arap")["PGPASSWORD"] == "canary"
    finally:
        connection.settings_dict["PASSWORD"] = ""


def test_old_backups_go_and_the_newest_stays(tmp_path: Path) -> None:
    for age in (40, 31, 29, 3):
        for suffix in (".dump", ".json", ".sha256"):
            (tmp_path / files.name_at(AT - timedelta(days=age))).with_suffix(suffix).touch()
    (tmp_path / "arap-notes.dump").touch()
    gone = files.forget_before(tmp_path, AT, days=30)
    assert gone == [tmp_path / files.name_at(AT - timedelta(days=age)) for age in (40, 31)]
    assert len(list(tmp_path.iterdir())) == 2 * 3 + 1
    assert files.forget_before(tmp_path, AT + timedelta(days=400), days=30) == [
        tmp_path / files.name_at(AT - timedelta(days=29))
    ], "the newest stays, however old"


def test_the_night_makes_one_and_removes_old_ones(committed_db: Database, tmp_path: Path, settings: Any) -> None:
    settings.BACKUP_DIR, settings.BACKUP_KEEP_DAYS = tmp_path / "nightly", 7
    (tmp_path / "nightly").mkdir()
    (tmp_path / "nightly" / files.name_at(AT)).touch()
    make_backup()
    ((made, _),) = files.backups_in(tmp_path / "nightly")
    assert made > AT


def test_the_schedule_is_in_the_database_and_leads_to_the_task(db: None) -> None:
    from django_celery_beat.models import PeriodicTask

    from arap.celery import app

    task = PeriodicTask.objects.get(name="Back up the database")
    assert (task.task in app.tasks, task.queue, task.enabled) == (True, "backup", True)
    assert app.tasks[task.task].acks_late is False, "it may take longer than the broker waits"


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        files.open_backup(Path("/nonexistent.dump"))


def test_dumping_says_nothing_on_standard_output(committed_db: Database, tmp_path: Path, capsys: Any) -> None:
    call_command("backup", str(tmp_path))
    assert capsys.readouterr().out.count("\n") == 1

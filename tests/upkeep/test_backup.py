"""A backup is made, everything is destroyed, and what comes back is what was there."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django_celery_beat.models import PeriodicTask

from arap import ROOT, servers
from arap.core.errors import DomainError, NotFound, Refused
from arap.core.models import AuditEntry, Company, Job, User
from arap.ledger.actions import seal_ledger
from arap.outbox.actions import mark_sent, send_again, sweep
from arap.outbox.actions.sending import _claim
from arap.outbox.models import Message
from arap.servers import postgres
from arap.upkeep import health
from arap.upkeep.backups import files, making, programs, restoring
from arap.upkeep.models import Backup
from arap.upkeep.tasks import make_backup
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from statements.actions import render_waiting, send_statement, wanted
from statements.models import Statement
from statements.queries.recipients import Recipient
from tests import stories
from tests.databases import Database, OwnServers, manage
from tests.mail import wait_until
from tests.outbox.letters import queued

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
        admin.cursor().execute(f"drop database if exists {restoring.loading_name(name)} with (force)")


def exists(name: str) -> bool:
    with closing(postgres.connect(servers.var_folder())) as admin, admin.cursor() as cursor:
        cursor.execute("select count(*) from pg_database where datname = %s", [name])
        return bool(cursor.fetchone()[0])


def connected(name: str) -> bool:
    with closing(postgres.connect(servers.var_folder())) as admin, admin.cursor() as cursor:
        cursor.execute("select count(*) from pg_stat_activity where datname = %s", [name])
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
    assert all(each.holds for each in restoring.restore(made.dump, target).comparisons)
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
    assert all(each.holds for each in restoring.restore(made.dump, target).comparisons)


def test_a_backup_of_an_older_version_is_migrated_when_asked(
    committed_db: Database, tmp_path: Path, target: str, owner_connection: Any
) -> None:
    cursor = owner_connection.cursor()
    cursor.execute("delete from django_migrations where app = 'upkeep' and name like '0003%'")
    cursor.execute("delete from django_celery_beat_periodictask where queue = 'backup'")
    made = making.back_up(tmp_path, at=AT)
    refused = run("restore", str(made.dump), "--database", target, database=committed_db)
    assert refused.returncode == 1
    assert "add --migrate" in refused.stderr
    assert f"There is no database {target}" in refused.stderr
    assert not exists(target)
    done = run("restore", str(made.dump), "--database", target, "--migrate", database=committed_db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "what it had left was dropped" in done.stderr


class TestNobodySeesPartOfIt:
    """Until it is whole, on hold and proven there is no database of the name that was asked for."""

    def test_what_is_on_hold_is_on_hold_before_it_has_its_name(
        self, told: Database, tmp_path: Path, target: str, company: Company
    ) -> None:
        queued(company, "a")
        made = making.back_up(tmp_path, at=AT)
        seen = []

        def prove(loading: str, restored: restoring.Restored) -> None:
            assert not exists(target)
            with restoring.working_on(loading):
                seen.append(Message.objects.get().state)
                seen.append(PeriodicTask.objects.filter(task__in=restoring.MAILS_BY_ITSELF, enabled=True).exists())

        restoring.restore(made.dump, target, prove=prove)
        assert seen == ["unknown", False]
        assert exists(target)
        assert not exists(restoring.loading_name(target))

    def test_killed_in_the_middle_and_begun_again(self, told: Database, tmp_path: Path, target: str) -> None:
        made = making.back_up(tmp_path, at=AT)
        killed = (
            "import os, signal; from pathlib import Path; from arap.upkeep.backups import restoring;"
            "restoring.park = lambda cursor: os.kill(os.getpid(), signal.SIGKILL);"
            f"restoring.restore(Path({str(made.dump)!r}), {target!r})"
        )
        assert run("shell", "--no-imports", "--command", killed, database=told).returncode == -signal.SIGKILL
        assert not exists(target)
        assert exists(restoring.loading_name(target))
        wait_until(lambda: not connected(restoring.loading_name(target)))
        done = run("restore", str(made.dump), "--database", target, database=told)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "An earlier restore broke off" in done.stderr
        assert exists(target)
        assert not exists(restoring.loading_name(target))

    def test_what_is_not_proven_does_not_get_the_name(self, told: Database, tmp_path: Path, target: str) -> None:
        made = making.back_up(tmp_path, at=AT)

        def prove(loading: str, restored: restoring.Restored) -> None:
            raise Refused("totals_differ", "no")

        with pytest.raises(Refused, match="no"):
            restoring.restore(made.dump, target, prove=prove)
        assert not exists(target)
        assert exists(restoring.loading_name(target))

    def test_a_database_of_somebody_elses_is_not_dropped(self, told: Database, tmp_path: Path, target: str) -> None:
        made = making.back_up(tmp_path, at=AT)
        other = restoring.loading_name(target)
        restoring.restore(made.dump, other)
        with pytest.raises(Refused) as refused:
            restoring.restore(made.dump, target)
        assert refused.value.code == "not_empty"
        assert exists(other)

    def test_two_at_once(self, told: Database, tmp_path: Path, target: str) -> None:
        made = making.back_up(tmp_path, at=AT)

        def prove(loading: str, restored: restoring.Restored) -> None:
            with pytest.raises(Refused) as refused:
                restoring.restore(made.dump, target)
            assert refused.value.code == "under_way"

        restoring.restore(made.dump, target, prove=prove)
        assert exists(target)


def test_what_was_waiting_is_not_sent_from_a_restored_copy(
    told: Database, tmp_path: Path, target: str, company: Company, clerk: User
) -> None:
    """Nor is anything decided or finished by itself there that would send more."""
    claimed, _waiting, gone = queued(company, "a"), queued(company, "b"), queued(company, "c")
    assert _claim(uuid4()) is not None
    Message.objects.filter(pk=gone.pk).update(state="failed")
    Job.objects.create(company=company, kind="test", task="arap.test")
    Job.objects.create(company=company, kind="test", task="arap.test", state=Job.State.DONE)
    day = stories.today_of(company)
    want = wanted(company, kind="open", as_of=day, from_on=None, language="own", at=AT, today=day)
    payer = Customer.objects.filter(company=company).order_by("pk")[0]
    released = send_statement(company, payer, want, by=clerk, to=Recipient("Wang Min", "ap@x.example", "en"))
    made = making.back_up(tmp_path, at=AT)
    done = run("restore", str(made.dump), "--database", target, database=told)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 messages waited when the backup was made" in done.stderr
    assert "Needs a decision" in done.stderr
    assert "their PDF was still to come are stopped: 1." in done.stderr
    assert "Jobs that were under way have ended: 1." in done.stderr
    assert "Reminders of the day, Statements left lying, Statements of the month" in done.stderr
    claimed.refresh_from_db()
    assert (claimed.state, Job.objects.get(state="queued").kind) == ("sending", "test"), "the real one goes on"
    with restoring.working_on(target, role=restoring.APPLICATION):
        states = dict(Message.objects.values_list("dedupe_key", "state"))
        assert states == {"a": "unknown", "b": "unknown", "c": "failed"}
        assert Statement.objects.get(pk=released.pk).unsent == "stopped"
        assert render_waiting(render=lambda html: b"%PDF-1.7") == 1
        assert sweep() == {}
        rows = Message.objects.filter(state="unknown").order_by("dedupe_key")
        assert {row.last_error for row in rows} == {
            "It waited when the backup was made that this is restored from: it may have left."
        }
        assert rows[0].tries.get().outcome == "unknown"
        assert AuditEntry.objects.filter(verb="message.park", object_id=str(rows[0].pk)).get().before == {
            "state": "sending"
        }
        assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "done"]
        off = PeriodicTask.objects.filter(enabled=False).values_list("task", flat=True)
        assert sorted(off) == sorted(restoring.MAILS_BY_ITSELF)
        (sign,) = [sign for sign in health.signs(at=AT) if sign.name == "schedules"]
        assert "Reminders of the day" in sign.reason
        # And a person decides.
        arrived, lost = rows
        mark_sent(arrived, by=clerk)
        send_again(lost, by=clerk, is_checked=True)
        assert dict(Message.objects.values_list("dedupe_key", "state")) == {"a": "sent", "b": "pending", "c": "failed"}
        PeriodicTask.objects.update(enabled=True)
        assert not [sign.reason for sign in health.signs(at=AT) if sign.name == "schedules" and sign.reason]


def test_what_is_switched_off_are_tasks_that_we_have() -> None:
    from arap.celery import app

    app.loader.import_default_modules()
    assert set(restoring.MAILS_BY_ITSELF) <= set(app.tasks)


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
    assert f"{tmp_path / 'file'} cannot be used: File exists." in done.stderr
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


# A backup that is killed half-way through its dump, by a pg_dump that never ends.
HALF_WAY = """
import os, sys
import django
django.setup()
from datetime import datetime, UTC
from pathlib import Path
from arap.upkeep.backups import making, programs
programs.find = lambda name, *, server_major: Path(sys.argv[2])
making.back_up(Path(sys.argv[1]), at=datetime(2026, 3, 31, 1, 30, tzinfo=UTC))
"""
ENDLESS = """#!/bin/sh
for word in "$@"; do case "$word" in --file=*) echo half > "${word#--file=}" ;; esac; done
exec sleep 600
"""


@pytest.fixture
def begun(committed_db: Database, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A backup into `tmp_path / "backups"` that is in the middle of its dump."""
    program, folder = tmp_path / "pg_dump", tmp_path / "backups"
    program.write_text(ENDLESS)
    program.chmod(0o700)
    environment = {**committed_db.environment(ARAP_PROCESS="bulk"), "DJANGO_SETTINGS_MODULE": "arap.settings"}
    child = subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, str(folder), str(program)], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        wait_until(lambda: (folder.is_dir() and any(path.stat().st_size for path in folder.iterdir())) or child.poll())
        assert child.poll() is None
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def backup_sign(at: datetime = AT) -> str:
    (sign,) = [sign for sign in health.signs(at=at) if sign.name == "backups"]
    return sign.reason


def test_a_killed_run_leaves_a_note_and_its_remains_go_at_the_next(
    committed_db: Database, tmp_path: Path, begun: "subprocess.Popen[bytes]"
) -> None:
    folder = tmp_path / "backups"
    assert backup_sign() == "None was made yet.", "one is being made"
    with pytest.raises(Refused) as refused:
        making.back_up(folder, at=AT)
    assert refused.value.code == "backup_running"
    assert [path.name for path in folder.iterdir()] == [f".arap-20260331T013000Z.dump.{committed_db.name}.partial"]
    os.killpg(begun.pid, signal.SIGKILL)
    begun.wait()
    wait_until(lambda: not making.is_running())
    assert backup_sign() == "The last one was begun and never ended: it was killed."
    # Remains of a run of another database, whose dump is about to get its name, and old ones of nobody.
    (folder / ".arap-20260331T012959Z.dump.other.partial").touch()
    for name in ("arap-20260331T012959Z.json", "arap-20260301T012959Z.json", ".arap-20260301T012959Z.sha256.partial"):
        (folder / name).touch()
    made = making.back_up(folder, at=AT + timedelta(minutes=1))
    assert {path.name for path in folder.iterdir()} == {
        ".arap-20260331T012959Z.dump.other.partial", "arap-20260331T012959Z.json",
        made.dump.name, files.manifest_of(made.dump).name, files.checksums_of(made.dump).name,
    }  # fmt: skip
    assert list(Backup.objects.order_by("made_at").values_list("file_name", "message")) == [
        ("", "It was killed before it had ended."),
        (made.dump.name, ""),
    ]
    assert backup_sign() == ""


def test_a_run_that_is_told_to_end_says_so(
    committed_db: Database, tmp_path: Path, begun: "subprocess.Popen[bytes]"
) -> None:
    begun.send_signal(signal.SIGINT)
    begun.wait()
    assert list((tmp_path / "backups").iterdir()) == []
    assert Backup.objects.get().message == "It was told to end before it had ended."


def test_a_mistake_of_ours_is_noted_without_what_the_database_quotes(
    committed_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_named: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 'Haichen'::numeric")

    monkeypatch.setattr(making, "_dump", fail)
    with pytest.raises(Exception, match="invalid input"):
        making.back_up(tmp_path, at=AT)
    note = Backup.objects.get().message
    assert "SQLSTATE 22P02" in note
    assert "Haichen" not in note


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("is_first", [True, False])
def test_without_room_nothing_is_begun(
    committed_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    """The first wants as much as the database has, a later one a quarter more than the last one took."""
    if not is_first:
        Backup.objects.create(made_at=AT, file_name="arap-20260330T013000Z.dump", byte_count=4_000)
    free = 4_999 if not is_first else 1_000_000
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(10**9, 0, free))
    with pytest.raises(Refused, match=r"There is no room in .* are free, and a backup takes up to") as refused:
        making.back_up(tmp_path, at=AT + timedelta(days=1))
    assert refused.value.code == "no_room"
    assert list(tmp_path.iterdir()) == []
    assert Backup.objects.order_by("-made_at")[0].message == str(refused.value)
    assert backup_sign(AT + timedelta(days=1)) == str(refused.value)
    if not is_first:
        monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(10**9, 0, 5_000))
        making.back_up(tmp_path, at=AT + timedelta(days=2))


def test_a_program_older_than_the_server_is_not_taken() -> None:
    assert programs.find("pg_dump", server_major=18).name == "pg_dump"
    with pytest.raises(Refused, match="PostgreSQL 99"):
        programs.find("pg_dump", server_major=99)


def test_the_password_stands_on_no_command_line(settings: Any, committed_db: Database) -> None:
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
    from arap.celery import app

    task = PeriodicTask.objects.get(name="Back up the database")
    assert (task.task in app.tasks, task.queue, task.enabled) == (True, "backup", True)
    assert app.tasks[task.task].acks_late is False, "it may take longer than the broker waits"


class TestWhatCannotBeOpened:
    """Each in the words of its own cause, and never a traceback."""

    @pytest.mark.parametrize("path", ["/nonexistent.dump", "/etc/hostname/x.dump", "/etc"])
    def test_no_such_file(self, path: str) -> None:
        with pytest.raises(NotFound, match="There is no file /"):
            files.open_backup(Path(path))

    @pytest.fixture
    def dump(self, tmp_path: Path) -> Path:
        """Three files whose checksums hold; the manifest is none of ours."""
        dump = tmp_path / files.name_at(AT)
        dump.write_bytes(b"dump")
        files.manifest_of(dump).write_text("{}")
        self.sum(dump)
        return dump

    def sum(self, dump: Path) -> None:
        both = [f"{files.sha256_of(path)}  {path.name}\n" for path in (dump, files.manifest_of(dump))]
        files.checksums_of(dump).write_text("".join(both))

    @pytest.mark.parametrize("suffix", [".json", ".sha256"])
    def test_without_its_companions(self, dump: Path, suffix: str) -> None:
        dump.with_suffix(suffix).unlink()
        with pytest.raises(Refused, match=f"{dump.with_suffix(suffix).name} is missing") as refused:
            files.open_backup(dump)
        assert refused.value.code == "backup_incomplete"

    @pytest.mark.parametrize("content", [b"{}", b"[1]", b"{", b"\xff\xfe", b'{"surprise": 1}'])
    def test_a_manifest_that_says_nothing(self, dump: Path, content: bytes) -> None:
        files.manifest_of(dump).write_bytes(content)
        self.sum(dump)
        with pytest.raises(Refused, match="cannot be understood") as refused:
            files.open_backup(dump)
        assert refused.value.code == "backup_unreadable"

    @pytest.mark.parametrize("content", [b"", b"\xff\x00", b"no checksums here\n"])
    def test_checksums_that_are_none(self, dump: Path, content: bytes) -> None:
        files.checksums_of(dump).write_bytes(content)
        with pytest.raises(Refused, match="its checksum differs"):
            files.open_backup(dump)

    @pytest.mark.parametrize(
        "number, code, words",
        [
            (errno.EACCES, "no_permission", "This user may not use"),
            (errno.EPERM, "no_permission", "This user may not use"),
            (errno.ENOSPC, "no_room", "There is no room left"),
            (errno.EDQUOT, "no_room", "There is no room left"),
            (errno.EIO, "backup_unreadable", "is damaged"),
            (errno.EMFILE, "backup_folder", "cannot be used: Too many open files."),
        ],
    )
    def test_what_the_system_says(
        self, dump: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, words: str
    ) -> None:
        def fail(path: Path) -> str:
            raise OSError(number, os.strerror(number), str(path))

        monkeypatch.setattr(files, "sha256_of", fail)
        with pytest.raises(DomainError, match=words) as refused:
            files.open_backup(dump)
        assert refused.value.code == code
        assert str(dump) in str(refused.value)


def test_a_server_without_room_for_a_restored_database_is_named(
    committed_db: Database, tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.back_up(tmp_path, at=AT)
    said = "pg_restore: error: could not extend file: No space left on device"
    monkeypatch.setattr(programs, "run", lambda program, arguments, *, database: said)
    with pytest.raises(Refused, match="no room left") as refused:
        restoring.restore(made.dump, target)
    assert refused.value.code == "no_room"
    assert not exists(target)


def test_dumping_says_nothing_on_standard_output(committed_db: Database, tmp_path: Path, capsys: Any) -> None:
    call_command("backup", str(tmp_path))
    assert capsys.readouterr().out.count("\n") == 1

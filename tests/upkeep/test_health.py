"""What a person is woken for, and what not."""

import json
from collections import Counter, namedtuple
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django_celery_beat.models import PeriodicTask

from aging.models import SnapshotRun
from arap.core import probes
from arap.core.models import Company, Job, User
from arap.ledger.models import Posting
from arap.outbox.models import Message
from arap.upkeep import health
from arap.upkeep.backups.restoring import SWITCHED_OFF
from arap.upkeep.models import Backup
from arap.upkeep.seals import seal_all
from arap.upkeep.tasks import seal_books
from dunning.actions import ensure_policy
from dunning.models import DunningPolicy, DunningRun
from statements.models import StatementRun
from tests.mail import CeleryWorker, wait_until
from tests.outbox.letters import queued

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
ASLEEP = health.worker_queues
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The workers that answer. One test below asks a real one."""
    found = Counter({"celery": 2, "backup": 1})
    monkeypatch.setattr(health, "worker_queues", lambda: found)
    return found


@pytest.fixture(autouse=True)
def used(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How full the disk is, in per cent; one byte a per cent."""
    found = {"percent": 50}
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(100, found["percent"], 100 - found["percent"]))
    return found


@pytest.fixture
def well(company: Company) -> Company:
    """A company whose installation is in order at AT."""
    PeriodicTask.objects.update(last_run_at=AT - timedelta(minutes=2))
    Backup.objects.create(made_at=AT - timedelta(hours=8), file_name="arap-20260331T013000Z.dump")
    return company


def reasons(at: datetime = AT) -> dict[str, str]:
    """What is not well, and why."""
    return {sign.name: sign.reason for sign in health.signs(at=at) if not sign.is_well}


def message(company: Company, **facts: Any) -> None:
    Message.objects.filter(pk=queued(company, str(uuid4())).pk).update(**facts)


def facts(name: str, at: datetime = AT) -> dict[str, Any]:
    """The figures beside a sign."""
    (found,) = [sign.facts for sign in health.signs(at=at) if sign.name == name]
    return found


def test_all_is_well(well: Company) -> None:
    assert reasons() == {}


def test_a_new_installation_says_what_has_not_happened_yet(company: Company) -> None:
    PeriodicTask.objects.update(last_run_at=None)
    assert reasons() == {"beat": "It has not started anything yet.", "backups": "None was made yet."}


@pytest.mark.parametrize(
    "minutes, reason", [(10, {}), (11, {"beat": "It last started something 11 minutes ago."})], ids=["yet", "no more"]
)
def test_the_clock_has_stopped(well: Company, minutes: int, reason: dict[str, str]) -> None:
    PeriodicTask.objects.update(last_run_at=AT - timedelta(minutes=minutes))
    assert reasons() == reason


@pytest.mark.parametrize("minutes, waits", [(9, False), (30, True)])
def test_a_job_that_nobody_takes(well: Company, minutes: int, waits: bool) -> None:
    job = Job.objects.create(company=well, kind="test", task="arap.test")
    Job.objects.filter(pk=job.pk).update(created_at=AT - timedelta(minutes=minutes))
    assert reasons() == ({"jobs": "A job has waited for 30 minutes."} if waits else {})


@pytest.mark.parametrize("minutes, waits", [(9, False), (45, True)])
def test_a_message_that_is_due_and_not_sent(well: Company, minutes: int, waits: bool) -> None:
    message(well, next_attempt_at=AT - timedelta(minutes=minutes))
    message(well, next_attempt_at=AT - timedelta(minutes=2))
    message(well, next_attempt_at=AT + timedelta(minutes=2))
    assert reasons() == ({"messages": "A message has been due for 45 minutes."} if waits else {})
    assert facts("messages") == {"due": 2, "oldest_minutes": minutes}


@pytest.mark.parametrize("minutes, is_stuck", [(-1, False), (4, False), (6, True)])
def test_a_message_that_a_dead_worker_holds(well: Company, minutes: int, is_stuck: bool) -> None:
    until = AT - timedelta(minutes=minutes)
    message(well, state="sending", lease_owner=uuid4(), lease_until=until)
    said = "Messages that are stuck with a dead worker: 1, and nobody takes them back."
    assert reasons() == ({"sending": said} if is_stuck else {})
    assert facts("sending") == {"stuck": int(is_stuck), "oldest_minutes": minutes if is_stuck else None}


def test_a_queue_without_a_worker(well: Company, workers: Counter[str]) -> None:
    del workers["backup"]
    assert reasons() == {"workers": "No worker answers for the queue: backup."}
    workers.clear()
    assert reasons() == {"workers": "No worker answers for the queue: backup, celery."}


def test_a_real_worker_answers_for_its_queue_until_it_ends(celery_worker: CeleryWorker) -> None:
    wait_until(lambda: ASLEEP() == {"celery": 1})
    celery_worker.kill()
    wait_until(lambda: ASLEEP() == {})


def test_a_job_of_the_night_that_failed(well: Company, clerk: User) -> None:
    for by, ended in ((clerk, AT), (None, AT - timedelta(hours=25))):
        job = Job.objects.create(company=well, kind="test", task="arap.test", state="failed", created_by=by)
        Job.objects.filter(pk=job.pk).update(finished_at=ended)
    assert reasons() == {}, "what a person asked for tells that person"
    assert facts("jobs")["failed"] == 1
    Job.objects.update(created_by=None)
    assert reasons() == {"jobs": "Jobs of the night that failed since yesterday: 1."}


class TestTheNight:
    """The company lives in Shanghai, eight hours ahead, and its book began on real today, nine days before `later`."""

    @pytest.fixture
    def later(self) -> datetime:
        """09:00 UTC, which is 17:00 of the same day there."""
        today = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
        return today + timedelta(days=9)

    @pytest.fixture
    def living(self, well: Company, later: datetime) -> Company:
        """A company with a book, and a default policy for reminders."""
        Company.objects.filter(pk=well.pk).update(time_zone="Asia/Shanghai")
        ensure_policy(well)
        DunningPolicy.objects.update(from_hour=8)
        Posting.objects.create(company=well, verb="test")
        seal_all()
        self.all_else_is_well(later)
        return well

    def all_else_is_well(self, at: datetime) -> None:
        PeriodicTask.objects.update(last_run_at=at)
        Backup.objects.update(made_at=at)

    def snapshot(self, company: Company, day: date) -> None:
        SnapshotRun.objects.create(
            company=company, as_of=day, position=1, edges=[], row_count=0, started_at=AT, finished_at=AT
        )

    def decided(self, company: Company, day: date, state: str = "proposed") -> None:
        DunningRun.objects.create(company=company, as_of=day, position=1, state=state)

    def test_all_was_done(self, living: Company, later: datetime) -> None:
        today, yesterday = later.date(), later.date() - timedelta(days=1)
        self.snapshot(living, yesterday)
        self.decided(living, today)
        assert reasons(later) == {}
        assert facts("night", later) == {
            "snapshot": yesterday.isoformat(), "reminders": today.isoformat(), "statements": None,
        }  # fmt: skip

    def test_nothing_was_ever_done(self, living: Company, later: datetime) -> None:
        today, yesterday = later.date(), later.date() - timedelta(days=1)
        assert reasons(later) == {
            "night": f"acme has no aging snapshot of {yesterday}. The reminders of acme of {today} are not decided."
        }

    def test_a_run_that_did_not_end_is_none(self, living: Company, later: datetime) -> None:
        self.snapshot(living, later.date() - timedelta(days=1))
        self.decided(living, later.date() - timedelta(days=1))
        self.decided(living, later.date(), "deciding")
        assert reasons(later) == {"night": f"The reminders of acme of {later.date()} are not decided."}

    @pytest.mark.parametrize("hour, minute, is_missed", [(21, 59, False), (22, 0, True)], ids=["05:59", "06:00"])
    def test_the_night_has_six_hours(
        self, living: Company, later: datetime, hour: int, minute: int, is_missed: bool
    ) -> None:
        """The snapshot of a day is asked for at six o'clock of the next one there."""
        at, today = later.replace(hour=hour, minute=minute), later.date()
        self.all_else_is_well(at)
        self.snapshot(living, today - timedelta(days=1))
        self.decided(living, today)
        assert reasons(at) == ({"night": f"acme has no aging snapshot of {today}."} if is_missed else {})

    @pytest.mark.parametrize("hour, minute, is_missed", [(5, 59, False), (6, 0, True)], ids=["13:59", "14:00"])
    def test_reminders_have_six_hours_from_theirs(
        self, living: Company, later: datetime, hour: int, minute: int, is_missed: bool
    ) -> None:
        at, today = later.replace(hour=hour, minute=minute), later.date()
        self.all_else_is_well(at)
        self.snapshot(living, today - timedelta(days=1))
        self.decided(living, today - timedelta(days=1))
        assert reasons(at) == ({"night": f"The reminders of acme of {today} are not decided."} if is_missed else {})

    def test_what_is_switched_off_is_not_missed(self, living: Company, later: datetime) -> None:
        tasks = ["aging.tasks.take_snapshots", "dunning.tasks.remind_today"]
        PeriodicTask.objects.filter(task__in=tasks).update(enabled=False)
        assert reasons(later) == {}

    def test_a_company_that_began_today_is_not_asked_for_yesterday(self, living: Company, later: datetime) -> None:
        at = later - timedelta(days=9)
        self.all_else_is_well(at)
        assert reasons(at) == {}

    def test_statements_that_are_not_made(self, well: Company) -> None:
        run = StatementRun.objects.create(
            company=well, as_of=date(2026, 2, 28), kind="open", language="en", position=1, known_at=AT,
            reply_by_on=date(2026, 3, 15), state="rendering",
        )  # fmt: skip
        StatementRun.objects.filter(pk=run.pk).update(created_at=AT - timedelta(hours=5))
        assert reasons() == {}
        StatementRun.objects.filter(pk=run.pk).update(created_at=AT - timedelta(hours=7))
        assert reasons() == {"night": "The statements of acme of 2026-02-28 are not made."}


def test_what_was_switched_off_by_a_restore_is_said_until_it_is_on_again(well: Company) -> None:
    PeriodicTask.objects.filter(task="dunning.tasks.remind_today").update(enabled=False, description="not wanted")
    assert reasons() == {}
    PeriodicTask.objects.filter(task="dunning.tasks.remind_today").update(description=f"{SWITCHED_OFF}look first")
    assert reasons() == {"schedules": "Switched off since the database was restored: Reminders of the day."}


def test_a_mailbox_that_lets_nobody_in(well: Company, settings: Any, tmp_path: Path) -> None:
    settings.BOUNCES_URL = f"maildir://{tmp_path}"
    assert reasons() == {"mailbox": f"The mailbox of BOUNCES_URL cannot be read: {tmp_path} is no maildir"}
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    assert reasons() == {}


@pytest.mark.parametrize("hours, is_late", [(26, False), (27, True)], ids=["yet", "no more"])
def test_a_book_waits_a_night_for_its_seal(well: Company, hours: int, is_late: bool) -> None:
    Posting.objects.create(company=well, verb="test")
    recorded = Posting.objects.get(company=well).recorded_at
    assert recorded is not None
    at = recorded + timedelta(hours=hours)
    wanted = "The book of acme has waited 27 hours for its seal." if is_late else None
    assert reasons(at).get("seals") == wanted
    assert facts("seals", at) == {"sealed_hours": None}
    seal_books()
    assert "seals" not in reasons(at)
    assert facts("seals", at) == {"sealed_hours": hours - 1}, "the hour is not full"
    assert PeriodicTask.objects.get(name="Seal the books").task == "arap.upkeep.tasks.seal_books"


def test_the_admins_first_page_asks_for_the_signs(client: Client, administrator: User, controller: User) -> None:
    User.objects.update(is_staff=True)
    client.force_login(controller)
    assert "/admin/upkeep/backup/health/signs/" not in client.get("/admin/").content.decode()
    assert client.get("/admin/upkeep/backup/health/signs/").status_code == 403
    client.force_login(administrator)
    assert 'hx-get="/admin/upkeep/backup/health/signs/"' in client.get("/admin/").content.decode()
    page = client.get("/admin/upkeep/backup/health/signs/").content.decode()
    assert "None was made yet." in page
    assert "<html" not in page


def test_a_full_disk(well: Company, used: dict[str, int], settings: Any, tmp_path: Path) -> None:
    settings.VAR, settings.BACKUP_DIR = tmp_path, tmp_path / "backups"
    used["percent"] = 89
    assert reasons() == {}
    assert facts("disk") == {"percent": 89, "free_bytes": 11}
    used["percent"] = 90
    assert reasons() == {"disk": f"The disk of {tmp_path} is 90 % full."}
    settings.VAR = tmp_path / "nowhere"
    assert reasons() == {}


def test_a_doubt_that_nobody_decides(well: Company) -> None:
    message(well, state=Message.State.UNKNOWN, next_attempt_at=AT - timedelta(hours=2))
    assert reasons() == {"doubts": "Messages that a person has to decide about: 1."}


def test_a_backup_that_did_not_come_or_failed(well: Company) -> None:
    Backup.objects.update(made_at=AT - timedelta(hours=27))
    assert reasons() == {"backups": "The last one is 27 hours old."}
    Backup.objects.create(made_at=AT, message="There is no room left in /backups.")
    assert reasons() == {"backups": "There is no room left in /backups."}
    assert facts("backups") == {"hours": 27, "bytes": 0}


def test_what_is_missing_is_said(well: Company, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert reasons() == {"broker": "It is missing."}


def test_without_a_database_that_is_all_there_is_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "missing", lambda: ["database"])
    names = [sign.name for sign in health.signs(at=AT)]
    assert names == ["database", "migrations", "broker", "static", "workers", "disk"]


def test_the_command_says_it_to_people_and_programs(well: Company, capsys: pytest.CaptureFixture[str]) -> None:
    probes._seen_migrated.clear()
    with pytest.raises(SystemExit) as ended:
        call_command("health")
    assert ended.value.code == 1, "what was well at AT is long ago"
    lines = capsys.readouterr().out.splitlines()
    assert "ok      database" in lines
    assert any(line.startswith("BROKEN  backups  The last one is") for line in lines)
    with pytest.raises(SystemExit):
        call_command("health", format="json")
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [line.split()[1] for line in lines]
    assert found["database"] == {"ok": True, "reason": ""}
    assert found["backups"]["ok"] is False
    assert found["backups"]["hours"] > 24


@pytest.mark.parametrize("language, words", [("en", "None was made yet."), ("zh-hans", "尚未做过备份。")])
def test_the_page_says_the_same_to_an_administrator(
    client: Client, administrator: User, controller: User, language: str, words: str
) -> None:
    User.objects.update(is_staff=True, language=language)
    client.force_login(controller)
    assert client.get("/admin/upkeep/backup/health/").status_code == 403
    client.force_login(administrator)
    page = client.get("/admin/upkeep/backup/health/").content.decode()
    assert words in page
    assert "/admin/upkeep/backup/health/" in client.get("/admin/upkeep/backup/").content.decode()

"""What a person is woken for, and what not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django_celery_beat.models import PeriodicTask

from arap.core import probes
from arap.core.models import Company, Job
from arap.outbox.actions.queueing import NewMessage, queue
from arap.outbox.models import Message
from arap.upkeep import health
from arap.upkeep.models import Backup

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)


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
    new = NewMessage(
        kind=Message.Kind.STATEMENT,
        dedupe_key="statement:1:1",
        to_address="li.na@example.com",
        subject="Statement",
        body_text="…",
        language="en",
    )
    (row,) = queue(company, [new], by=None)
    Message.objects.filter(pk=row.pk).update(**facts)


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
    assert reasons() == ({"messages": "A message has been due for 45 minutes."} if waits else {})


def test_a_doubt_that_nobody_decides(well: Company) -> None:
    message(well, state=Message.State.UNKNOWN, next_attempt_at=AT - timedelta(hours=2))
    assert reasons() == {"doubts": "Messages that a person has to decide about: 1."}


def test_a_backup_that_did_not_come_or_failed(well: Company) -> None:
    Backup.objects.update(made_at=AT - timedelta(hours=27))
    assert reasons() == {"backups": "The last one is 27 hours old."}
    Backup.objects.create(made_at=AT, message="There is no room left in /backups.")
    assert reasons() == {"backups": "There is no room left in /backups."}


def test_what_is_missing_is_said(well: Company, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert reasons() == {"broker": "It is missing."}


def test_without_a_database_that_is_all_there_is_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "missing", lambda: ["database"])
    assert [sign.name for sign in health.signs(at=AT)] == ["database", "migrations", "broker", "static"]


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
    assert found["database"] == "ok"

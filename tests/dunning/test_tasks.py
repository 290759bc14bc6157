"""The nightly work and the jobs."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.core.nights import NightFailed
from arap.outbox.models import Message
from dunning import tasks
from dunning.actions import decide_run, ensure_policy, releasing, running, stop_run
from dunning.models import DunningPolicy, DunningRun, Notice
from tests.dunning.conftest import Desk

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)


def at(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    """It is 11 March 2026, that hour, in London; eight hours later in Shanghai."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 11, hour, 0, tzinfo=UTC))


def test_each_company_has_its_day_from_its_hour_on(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, other_company: Company
) -> None:
    Company.objects.filter(pk=other_company.pk).update(time_zone="Europe/London")
    at(monkeypatch, 1)  # nine o'clock in Shanghai
    assert tasks.remind_today() == 1
    assert list(DunningRun.objects.values_list("company__code", "as_of")) == [("acme", date(2026, 3, 11))]
    at(monkeypatch, 20)  # four o'clock of the next day in Shanghai
    assert tasks.remind_today() == 1
    assert DunningRun.objects.filter(company=other_company).get().as_of == date(2026, 3, 11)
    assert DunningRun.objects.count() == 2


@pytest.mark.parametrize(("release", "messages"), [("hand", 0), ("automatic", 1)])
def test_only_what_releases_by_itself_leaves(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, release: str, messages: int
) -> None:
    DunningPolicy.objects.update(release=release)
    desk.invoice(desk.customer("A"), "100.00", DUE)
    at(monkeypatch, 1)
    tasks.remind_today()
    tasks.remind_today()
    assert Message.objects.count() == messages
    assert DunningRun.objects.get().state == ("released" if messages else "proposed")


def test_a_company_that_switched_reminders_off_is_left_alone(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    DunningPolicy.objects.update(is_active=False)
    at(monkeypatch, 1)
    assert tasks.remind_today() == 0
    assert not DunningRun.objects.exists()


def test_one_companys_trouble_is_not_the_next_ones(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, other_company: Company
) -> None:
    """Not even when its policy cannot be made; and the task ends failed, so that it is seen."""

    def make(company: Company) -> None:
        if company.code == "acme":
            raise ZeroDivisionError("a mistake")
        ensure_policy(company)

    monkeypatch.setattr(tasks, "ensure_policy", make)
    at(monkeypatch, 1)
    with pytest.raises(NightFailed, match="acme"):
        tasks.remind_today()
    assert [run.company for run in DunningRun.objects.all()] == [other_company]


def test_a_night_whose_time_is_out_goes_on_in_another_task(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(jobs, "_send", lambda name, ids: woken.append(name))
    monkeypatch.setattr(running, "decide_run", partial(decide_run, at_once=1))
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    for code in "ABC":
        desk.invoice(desk.customer(code), "100.00", DUE)
    at(monkeypatch, 1)
    rounds = 0
    while not DunningRun.objects.filter(state="proposed").exists():
        rounds += 1
        with django_capture_on_commit_callbacks(execute=True):
            tasks.remind_today()
        assert rounds < 9
    assert rounds == 3
    assert [name for name in woken if name == "dunning.tasks.remind_today"] == ["dunning.tasks.remind_today"] * 2
    assert Notice.objects.count() == 3


def test_jobs_go_on_in_rounds(monkeypatch: pytest.MonkeyPatch, desk: Desk, controller: User) -> None:
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    monkeypatch.setattr(tasks, "decide_run", partial(decide_run, at_once=1))
    monkeypatch.setattr(releasing, "NOTICES_AT_ONCE", 1)
    monkeypatch.setattr(tasks, "now_at", lambda company: datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    for code in "ABC":
        desk.invoice(desk.customer(code), "100.00", DUE)
    for kind, task in (("reminders", tasks.decide), ("reminders.release", tasks.release)):
        run = DunningRun.objects.first()
        params: dict[str, Any] = {"run": run.pk} if run else {"as_of": "2026-03-11"}
        job = jobs.create(desk.company, kind, task="x", by=controller, params=params)
        seen = []
        while job.state in (Job.State.QUEUED, Job.State.RUNNING):
            task(job.pk)
            job.refresh_from_db()
            seen.append((job.progress_done, job.progress_total))
            assert len(seen) < 9
        assert job.state == Job.State.DONE
        assert seen == [(1, 3), (2, 3), (3, 3)]
    assert job.result == {"run": DunningRun.objects.get().pk, "released": 3}
    assert Message.objects.count() == 3


def test_a_job_for_a_day_that_has_not_come_fails(desk: Desk, controller: User) -> None:
    job = jobs.create(desk.company, "reminders", task="x", by=controller, params={"as_of": "2999-01-01"})
    tasks.decide(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.State.FAILED, "Reminders are decided for today or a day before.")
    assert not DunningRun.objects.exists()


def test_a_release_whose_worker_died_is_taken_up(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, controller: User, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(releasing, "NOTICES_AT_ONCE", 1)
    monkeypatch.setattr(tasks, "now_at", lambda company: datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    for code in "ABC":
        desk.invoice(desk.customer(code), "100.00", DUE)
    run = decide_run(desk.company, as_of=date(2026, 3, 11), today=date(2026, 3, 11), by=None)
    job = jobs.create(desk.company, "reminders.release", task=tasks.release.name, by=controller, params={"run": run.pk})
    assert jobs.claim(job.pk) is not None, "a worker took it,"
    ids = list(run.notices.values_list("pk", flat=True)[:1])
    releasing._release_chunk(run, ids, controller, run.as_of)  # did a part of it, and died
    tasks.release(job.pk)
    assert Message.objects.count() == 1, "while its lease runs nobody else touches it"
    Job.objects.filter(pk=job.pk).update(lease_until=datetime(2026, 1, 1, tzinfo=UTC))
    woken: list[Any] = []
    monkeypatch.setattr(jobs, "_send", lambda name, ids: woken.append((name, ids)))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.sweep()
    assert (tasks.release.name, (job.pk,)) in woken
    tasks.release(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"run": run.pk, "released": 3})
    assert Message.objects.count() == 3


def test_a_run_that_somebody_stopped_stays_stopped(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, controller: User
) -> None:
    DunningPolicy.objects.update(release="automatic")
    desk.invoice(desk.customer("A"), "100.00", DUE)
    stop_run(decide_run(desk.company, as_of=date(2026, 3, 11), today=date(2026, 3, 11), by=None), by=controller)
    at(monkeypatch, 1)
    assert tasks.remind_today() == 1
    assert not Message.objects.exists()


def test_jobs(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, controller: User, django_capture_on_commit_callbacks: Any
) -> None:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    first = jobs.create(desk.company, "reminders", task="x", by=controller, params={"as_of": "2026-03-11"})
    tasks.decide(first.pk)
    run = DunningRun.objects.get()
    first.refresh_from_db()
    assert (first.state, first.result, first.progress_done) == (Job.State.DONE, {"run": run.pk}, 1)
    job = jobs.create(desk.company, "reminders.release", task="x", by=controller, params={"run": run.pk})
    monkeypatch.setattr(tasks, "now_at", lambda company: datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    tasks.release(job.pk)
    job.refresh_from_db()
    assert job.result == {"run": run.pk, "released": 1}
    assert Message.objects.get().created_by == controller

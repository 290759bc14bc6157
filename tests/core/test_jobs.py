"""Jobs: claimed once, renewed by progress, taken over after a lease, ended once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django_celery_beat.models import PeriodicTask

from arap.celery import app
from arap.core import jobs
from arap.core.errors import Refused
from arap.core.models import Company, Job, User
from arap.core.tasks import sweep_jobs

State = Job.State


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int | str, ...]]]:
    """What would have gone to the broker."""
    messages: list[tuple[str, tuple[int | str, ...]]] = []
    monkeypatch.setattr(jobs, "_send", lambda name, ids: messages.append((name, ids)))
    return messages


@pytest.fixture
def job(company: Company, clerk: User, sent: list[Any]) -> Job:
    return jobs.create(company, "test", task="arap.test", by=clerk, params={"n": 1})


def run_out(job: Job) -> None:
    """The worker died long ago."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_task_is_woken_on_commit_with_ids_only(
    job: Job, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("arap.test", job.pk)
        assert sent == []
    assert sent == [("arap.test", (job.pk,))]


def test_a_dead_broker_does_not_break_the_request(
    settings: Any, django_capture_on_commit_callbacks: Any, db: None
) -> None:
    settings.CELERY_APP = "arap.no_such_module.app"
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.enqueue("arap.test", 1)


def test_work_from_start_to_end(job: Job) -> None:
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    assert jobs.claim(job.pk) is None, "one worker at a time"
    jobs.progress(claimed, 5, 10, "half")
    job.refresh_from_db()
    assert (job.state, job.progress_done, job.progress_total, job.message) == (State.RUNNING, 5, 10, "half")
    jobs.finish(claimed, {"written": 10})
    job.refresh_from_db()
    assert (job.state, job.result, job.lease_until) == (State.DONE, {"written": 10}, None)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert jobs.claim(job.pk) is None


def test_a_failure_says_why(job: Job) -> None:
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    jobs.fail(claimed, "The file is empty.")
    job.refresh_from_db()
    assert (job.state, job.message) == (State.FAILED, "The file is empty.")


def test_after_the_lease_another_worker_takes_over_and_the_first_must_stop(job: Job) -> None:
    first = jobs.claim(job.pk)
    assert first is not None
    run_out(job)
    second = jobs.claim(job.pk)
    assert second is not None
    with pytest.raises(jobs.JobCancelled):
        jobs.progress(first, 1)
    with pytest.raises(jobs.JobCancelled):
        jobs.finish(first, {})
    jobs.finish(second, {})


def test_a_job_that_kills_its_workers_is_given_up(job: Job) -> None:
    for _attempt in range(jobs.ATTEMPTS_MAX):
        assert jobs.claim(job.pk) is not None
        run_out(job)
    assert jobs.claim(job.pk) is None
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_cancelled_job_stops_at_its_next_report(job: Job, clerk: User) -> None:
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    jobs.cancel(job, by=clerk)
    with pytest.raises(jobs.JobCancelled):
        jobs.progress(claimed, 1)
    with pytest.raises(Refused, match="ended"):
        jobs.cancel(job, by=clerk)


def test_a_waiting_job_can_be_cancelled(job: Job, clerk: User) -> None:
    jobs.cancel(job, by=clerk)
    assert jobs.claim(job.pk) is None


def test_the_sweeper_finds_what_was_lost(
    job: Job, sent: list[Any], company: Company, clerk: User, django_capture_on_commit_callbacks: Any
) -> None:
    dead = jobs.create(company, "test", task="arap.other", by=clerk)
    jobs.claim(dead.pk)
    run_out(dead)
    Job.objects.filter(pk=job.pk).update(created_at=Now() - timedelta(minutes=5))
    fresh = jobs.create(company, "test", task="arap.test", by=clerk)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.sweep() == 2
    assert set(sent) == {("arap.test", (job.pk,)), ("arap.other", (dead.pk,))}
    assert fresh.state == State.QUEUED


def test_a_task_stores_its_result_or_why_it_failed(company: Company, clerk: User, sent: list[Any]) -> None:
    def refuse(job: Job) -> None:
        raise Refused("empty", "The file is empty.")

    def crash(job: Job) -> None:
        raise ZeroDivisionError

    def ended(work: Callable[[Job], Any]) -> tuple[str, str, Any]:
        job = jobs.create(company, "test", task="arap.test", by=clerk)
        with suppress(ZeroDivisionError):
            jobs.run(job.pk, work)
        job.refresh_from_db()
        return job.state, job.message, job.result

    assert ended(lambda job: {"rows": 3}) == (State.DONE, "", {"rows": 3})
    assert ended(refuse) == (State.FAILED, "The file is empty.", None)
    assert ended(crash)[0] == State.FAILED
    assert ended(lambda job: jobs.cancel(job, by=clerk))[0] == State.CANCELLED


def test_a_task_that_was_taken_already_does_nothing(job: Job) -> None:
    jobs.claim(job.pk)
    jobs.run(job.pk, lambda job: pytest.fail("the work must not start twice"))


def test_what_is_scheduled_is_a_task_we_have(db: None) -> None:
    scheduled = set(PeriodicTask.objects.values_list("task", flat=True))
    app.loader.import_default_modules()
    assert "arap.core.tasks.sweep_jobs" in scheduled
    assert scheduled <= set(app.tasks)


def test_the_sweeper_runs_as_a_task(job: Job, sent: list[Any]) -> None:
    Job.objects.filter(pk=job.pk).update(created_at=Now() - timedelta(minutes=5))
    assert sweep_jobs() == 1


def test_only_listed_transitions_happen(job: Job, clerk: User) -> None:
    """Every act from every state: it moves along TRANSITIONS or does nothing."""
    acts = {
        State.RUNNING: lambda: jobs.claim(job.pk),
        State.DONE: lambda: jobs.finish(job, {}),
        State.FAILED: lambda: jobs.fail(job, "x"),
        State.CANCELLED: lambda: jobs.cancel(job, by=clerk),
    }
    for before in State:
        for after, act in acts.items():
            attempts = 0 if before == State.QUEUED else 1
            Job.objects.filter(pk=job.pk).update(state=before, attempts=attempts, lease_until=Now() - timedelta(1))
            job.refresh_from_db()
            with suppress(jobs.JobCancelled, Refused):
                act()
            job.refresh_from_db()
            moved = (before, State(job.state))
            expected = after if (before, after) in jobs.TRANSITIONS else before
            assert moved == (before, expected)


def test_a_worker_that_is_stopped_leaves_the_job_to_the_next_at_once(job: Job) -> None:
    def stopped(job: Job) -> None:
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        jobs.run(job.pk, stopped)
    job.refresh_from_db()
    assert job.state == State.RUNNING
    jobs.run(job.pk, lambda job: {"done": True})
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)


def test_work_whose_time_is_nearly_out_goes_on_in_another_task(job: Job, sent: list[Any]) -> None:
    """However often: only tasks that died count as attempts."""
    seen = []

    def work(claimed: Job) -> str:
        seen.append(claimed.params.get("at", 0))
        if len(seen) < 2 * jobs.ATTEMPTS_MAX:
            raise jobs.JobContinues(at=len(seen))
        return "done"

    for _round in range(2 * jobs.ATTEMPTS_MAX):
        sent.clear()
        jobs.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.result, job.params["n"]) == (State.DONE, "done", 1)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_a_job_that_kills_its_workers_is_given_up_also_after_handing_over(job: Job, sent: list[Any]) -> None:
    def more(claimed: Job) -> None:
        raise jobs.JobContinues

    jobs.run(job.pk, more)
    for _death in range(jobs.ATTEMPTS_MAX):
        assert jobs.claim(job.pk) is not None
        run_out(job)
    assert jobs.claim(job.pk) is None
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_job_stopped_meanwhile_is_not_handed_over(job: Job, clerk: User, sent: list[Any]) -> None:
    def work(claimed: Job) -> None:
        jobs.cancel(Job.objects.get(pk=claimed.pk), by=clerk)
        raise jobs.JobContinues

    jobs.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, "rounds" in job.params) == (State.CANCELLED, False)


def test_the_work_speaks_the_language_of_who_asked(job: Job, clerk: User, sent: list[Any]) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    languages = []
    jobs.run(job.pk, lambda claimed: languages.append(get_language()))
    assert languages == ["zh-hans"]

"""Long work in rounds: jobs that hand over, sweeps at once, places for those who render, one document's trouble."""

import os
import signal
import threading
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest
from django.db.models.functions import Now

from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.core.pdf.engine import START_SECONDS_MAX, WAIT_SECONDS_MAX, Engine
from arap.core.pdf.frames import Limits
from arap.outbox.models import Message
from statements import tasks
from statements.actions import (
    leave_out,
    make_records,
    put_back,
    render_round,
    render_waiting,
    rendering,
    running,
    start_job,
    start_release,
    starting,
    wake_renderers,
)
from statements.actions.rendering import LEASE_SECONDS, LOCK_CLASS
from statements.models import Statement, StatementPlan, StatementRun
from statements.queries import said
from statements.queries.releasing import plan_of
from tests.core.pdf.test_engine import LOOP
from tests.databases import Database
from tests.ledger.clients import at_once
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.outbox.letters import queued
from tests.statements.books import TODAY, begin, varied

State = StatementRun.State


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would have gone to the broker, also from a transaction that is never committed."""
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(jobs, "_send", lambda name, ids: sent.append((name, *ids)))
    return sent


def pdf(html: str) -> bytes:
    return html.encode()


def ready(company: Company, *, count: int = 4, releases_itself: bool = False) -> StatementRun:
    varied(company, count=count)
    run = begin(company, releases_itself=releases_itself)
    make_records(run, today=TODAY)
    render_waiting(run_id=run.pk, render=pdf)
    run.refresh_from_db()
    return run


def work_off(job: Job, task: Any) -> int:
    """Let one task after the other work on the job until it has ended; how many."""
    for turns in range(1, 20):
        task(job.pk)
        job.refresh_from_db()
        if job.state not in (Job.State.QUEUED, Job.State.RUNNING):
            return turns
    raise AssertionError("it never ends")


def test_making_hands_over_to_the_next_task(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    monkeypatch.setattr(running, "CUSTOMERS_AT_ONCE", 2)
    varied(company, count=8)
    run = begin(company)
    job = start_job(run, by=None)
    assert work_off(job, tasks.make_run) == 4
    assert (job.state, job.result) == (Job.State.DONE, {"run": run.pk, "statements": 8})
    assert (job.progress_done, job.progress_total, jobs.rounds(job)) == (8, 8, 3)


def test_releasing_hands_over_to_the_next_task(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", 2)
    run = ready(company, count=8)
    job = start_release(run, by=None)
    assert work_off(job, tasks.release) == 4
    assert (job.state, job.result) == (Job.State.DONE, {"run": run.pk, "released": 6})
    assert (job.progress_done, job.progress_total) == (8, 8)
    assert Message.objects.count() == 6
    run.refresh_from_db()
    assert run.state == State.RELEASED


def test_a_job_compares_what_was_seen_before_its_first_chunk_only(
    company: Company, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", 2)
    run = ready(company, count=8)
    shown = plan_of(run)
    first, second = Statement.objects.filter(run=run, pk__in=shown.to).order_by("pk")[:2]
    leave_out(first, reason="dispute", by=clerk)
    changed = plan_of(run)
    put_back(first, by=clerk)
    leave_out(second, reason="dispute", by=clerk)
    assert changed.goes == plan_of(run).goes
    job = start_release(run, by=None, expected=changed.digest, shown=changed.goes)
    assert work_off(job, tasks.release) == 1
    assert job.state == Job.State.FAILED
    assert "Nothing was sent; look again." in job.message
    assert not Message.objects.exists()
    again = start_release(run, by=None, expected=plan_of(run).digest, shown=changed.goes)
    assert work_off(again, tasks.release) == 4, "what has gone meanwhile is not a change"
    assert again.state == Job.State.DONE
    assert Message.objects.count() == changed.goes == 5


def test_a_run_that_releases_itself_gets_one_job_when_its_last_pdf_is_made(company: Company) -> None:
    run = ready(company, releases_itself=True)
    job = Job.objects.get(kind="statement_run_release", params__run=run.pk)
    for _minute in range(2):
        tasks.sweep()
    assert Job.objects.filter(kind="statement_run_release").count() == 1
    tasks.release(job.pk)
    assert Message.objects.count() == 3
    tasks.sweep()
    assert Job.objects.filter(kind="statement_run_release").count() == 1


def test_a_release_that_fails_is_tried_again_but_not_for_ever(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ready(company, releases_itself=True)

    def broken(*given: Any, **named: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(tasks, "release_run", broken)
    for _minute in range(8):
        for job in Job.objects.filter(kind="statement_run_release", state=Job.State.QUEUED):
            with pytest.raises(ZeroDivisionError):
                tasks.release(job.pk)
        tasks.sweep()
    assert Job.objects.filter(params__run=run.pk, kind="statement_run_release").count() == 5


def test_sweeps_at_once_make_one_job(committed_db: Database, company: Company, woken: Any) -> None:
    varied(company, count=2, writes=False)
    run = begin(company)
    assert at_once([tasks.sweep] * 6).errors == []
    assert Job.objects.filter(params__run=run.pk).count() == 1


def test_one_run_s_trouble_is_not_the_next_one_s(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    varied(company, count=2, writes=False)
    bad, good = begin(company, "open"), begin(company, "activity")
    real = starting.take_up

    def take_up(run: StatementRun) -> Any:
        if run.pk == bad.pk:
            raise ZeroDivisionError
        return real(run)

    monkeypatch.setattr(tasks, "take_up", take_up)
    with pytest.raises(RuntimeError, match=str(bad.pk)):
        tasks.sweep()
    assert [job.params["run"] for job in Job.objects.filter(kind="statement_run")] == [good.pk]


def test_one_company_s_trouble_is_not_the_next_one_s(
    company: Company, other_company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the task ends failed, so that somebody sees it."""
    for each in (company, other_company):
        StatementPlan.objects.create(company=each, day=1, kind="open", language="own")
    real = starting.start_job

    def start(run: StatementRun, *, by: None) -> Job:
        if run.company_id == company.pk:
            raise ZeroDivisionError
        return real(run, by=by)

    monkeypatch.setattr("statements.actions.plans.start_job", start)
    with pytest.raises(RuntimeError, match="acme"):
        tasks.run_plans()
    assert [run.company_id for run in StatementRun.objects.all()] == [other_company.pk]
    monkeypatch.undo()
    assert tasks.run_plans() == 1
    assert tasks.run_plans() == 0
    assert Job.objects.filter(kind="statement_run").count() == 2


def test_the_times_fit_into_one_another(settings: Any) -> None:
    """A lease outlives what one document can take, and a task ends before its worker loses patience."""
    one_document = WAIT_SECONDS_MAX + START_SECONDS_MAX + Limits().seconds
    patience = settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert one_document < LEASE_SECONDS
    assert rendering.ROUND_SECONDS + one_document < patience
    assert patience > tasks.ROUND_SECONDS * 3 // 2


def test_a_document_that_kills_the_renderer_fails_alone(company: Company) -> None:
    varied(company, count=3)
    make_records(begin(company), today=TODAY)
    engine = Engine(Limits(seconds=5))

    def render(html: str) -> bytes:
        if "V01" not in html:
            return engine.render(html)
        engine.render(html)  # so that there is a process to kill
        assert engine.pid is not None
        threading.Thread(target=os.kill, args=(engine.pid, signal.SIGKILL)).start()
        return engine.render(LOOP)

    try:
        assert render_waiting(render=render) == 3
    finally:
        engine.close()
    found = dict(Statement.objects.values_list("customer__code", "pdf_state"))
    assert found == {"V00": "made", "V01": "failed", "V02": "made"}
    assert Statement.objects.get(customer__code="V01").pdf_error


def test_what_cannot_be_read_fails_alone(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    varied(company, count=3)
    make_records(begin(company), today=TODAY)
    bad = Statement.objects.get(customer__code="V00").pk

    def said_of(company: Company, statements: list[Statement]) -> Any:
        if any(each.pk == bad for each in statements):
            raise KeyError("printed")
        return said.said_of(company, statements)

    monkeypatch.setattr(rendering, "said_of", said_of)
    assert render_waiting(render=pdf) == 3
    assert sorted(Statement.objects.values_list("pdf_state", flat=True)) == ["failed", "made", "made"]


def test_a_document_holds_no_other_one(company: Company) -> None:
    """While one is rendered the others are free for other workers, and what is made is kept at once."""
    varied(company, count=4)
    make_records(begin(company), today=TODAY)
    seen = []

    def render(html: str) -> bytes:
        held = Statement.objects.filter(claimed_until__gt=Now()).count()
        seen.append((held, Statement.objects.filter(pdf_state="made").count()))
        return pdf(html)

    render_waiting(render=render)
    assert seen == [(1, 0), (1, 1), (1, 2), (1, 3)]


def test_a_document_that_kills_its_workers_is_given_up(company: Company) -> None:
    varied(company, count=2)
    make_records(begin(company), today=TODAY)
    first = Statement.objects.order_by("pk")[0]

    def render(html: str) -> bytes:
        if "V00" in html:
            raise SystemExit
        return pdf(html)

    for _life in range(rendering.ATTEMPTS_MAX):
        with pytest.raises(SystemExit):
            render_waiting(render=render)
        Statement.objects.update(claimed_until=Now() - timedelta(seconds=1))
    assert render_waiting(render=render) == 2
    first.refresh_from_db()
    assert (first.pdf_state, first.pdf_attempts) == ("failed", 0)
    assert "Gave up" in first.pdf_error
    rendering.retry_failed(first.run, by=None)  # type: ignore[arg-type]
    assert render_waiting(render=pdf) == 1


def test_only_so_many_render_at_once(committed_db: Database, company: Company, woken: Any, settings: Any) -> None:
    settings.STATEMENT_RENDERERS = 2
    varied(company, count=2)
    make_records(begin(company), today=TODAY)
    assert woken == [("statements.tasks.render",)] * 2
    first, second = psycopg2.connect(committed_db.url), psycopg2.connect(committed_db.url)
    with closing(first), closing(second):
        for place, other in enumerate((first, second)):
            other.cursor().execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, place])
        assert render_round() == 0
        assert not Statement.objects.exclude(claimed_until=None).exists()
        second.cursor().execute("select pg_advisory_unlock_all()")
        woken.clear()
        made = wait_until(render_round)
    assert made == 2
    assert woken == []


def test_a_round_is_short_and_wakes_the_next(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    varied(company, count=2)
    make_records(begin(company), today=TODAY)
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(rendering, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    woken: list[str] = []
    monkeypatch.setattr(rendering, "enqueue", woken.append)
    real = rendering.render_waiting
    monkeypatch.setattr(rendering, "render_waiting", lambda **named: real(render=pdf, **named))
    assert render_round() == 1
    assert woken == [rendering.RENDER_TASK]


def test_mail_goes_out_while_pdfs_wait(
    committed_db: Database, celery_worker: CeleryWorker, company: Company, mail_server: MailServer, settings: Any
) -> None:
    """Real workers: all places to render are taken, so that those who would render leave the workers to the mail."""
    varied(company, count=8)
    run = begin(company)
    with closing(psycopg2.connect(committed_db.url)) as elsewhere:
        for place in range(settings.STATEMENT_RENDERERS):
            elsewhere.cursor().execute("select pg_advisory_lock(%s, %s)", [LOCK_CLASS, place])
        start_job(run, by=None)
        wait_until(lambda: StatementRun.objects.filter(pk=run.pk, state="rendering").exists())
        for _nth in range(8):
            jobs.enqueue(rendering.RENDER_TASK)
        queued(company)
        wait_until(lambda: mail_server.received)
        assert set(Statement.objects.values_list("pdf_state", "pdf_attempts")) == {("waiting", 0)}
        elsewhere.cursor().execute("select pg_advisory_unlock_all()")
    assert wake_renderers() == 8
    wait_until(lambda: StatementRun.objects.filter(pk=run.pk, state="ready").exists())
    start_release(run, by=None)
    wait_until(lambda: Message.objects.filter(kind="statement", state="sent").count() == 7)
    assert sorted(mail_server.ids().values()) == [1] * 7
    assert celery_worker.stop() == 0

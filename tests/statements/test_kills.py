"""A run that is begun twice, worked on by two at once and killed half-way gives the table of an undisturbed one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from arap import ROOT
from arap.core import jobs
from arap.core.models import Company, Job
from arap.outbox.models import Message
from statements import tasks
from statements.actions import make_records, release_run, render_waiting, running, start_job, start_release
from statements.models import Statement, StatementRun, StatementSkipped
from tests.databases import Database
from tests.ledger.clients import at_once
from tests.mail import CeleryWorker, MailServer, wait_until
from tests.statements.books import TODAY, Varied, begin, varied

Row = tuple[str, str, str, int]


def pdf(html: str) -> bytes:
    return html.encode()


def table(run: StatementRun) -> list[Row]:
    """Customer, number, to whom, how many messages."""
    rows = Statement.objects.filter(run=run).order_by("customer_id").select_related("customer")
    return [(r.customer.code, r.number, r.to_address, Message.objects.filter(about_id=r.pk).count()) for r in rows]


def undisturbed(book: Varied) -> list[Row]:
    """What the table is to be: one statement for each customer, numbers without gap, a message where there is an
    address."""
    rows = []
    for nth, _customer in enumerate(book.ids):
        address = f"V{nth:02d}@x.example" if nth % 4 != 3 else ""
        rows.append((f"V{nth:02d}", f"S-2026-{nth + 1:06}", address, 1 if address else 0))
    return rows


def fresh(run: StatementRun) -> StatementRun:
    return StatementRun.objects.select_related("company").get(pk=run.pk)


def make(run: StatementRun) -> None:
    make_records(fresh(run), today=TODAY)


def draw(run: StatementRun) -> None:
    render_waiting(run_id=run.pk, render=pdf)


def send(run: StatementRun) -> None:
    release_run(fresh(run), by=None)


def killed(run: StatementRun, where: str, database: Database, meanwhile: Callable[[], Any]) -> None:
    """A process works on the run, reaches a point and gets -9 there, while two others work on it as well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.statements.victim", str(run.pk), where, TODAY.isoformat()],
        cwd=ROOT, env=database.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "here", process.communicate()[1]
        # they may have to wait for what the dead one holds
        crowd = at_once([meanwhile, meanwhile, lambda: os.kill(process.pid, signal.SIGKILL)])
    finally:
        process.kill()
        process.communicate()
    assert crowd.errors == []


def leases_run_out() -> None:
    Statement.objects.exclude(claimed_until=None).update(claimed_until=Now() - timedelta(seconds=1))


@pytest.fixture
def book(committed_db: Database, company: Company) -> Varied:
    return varied(company, count=8)


def begun_twice(book: Varied) -> StatementRun:
    crowd = at_once([lambda: begin(book.company, "activity")] * 2)
    assert crowd.errors == []
    assert len({run.pk for run in crowd.answers}) == 1
    return fresh(crowd.answers[0])


@pytest.mark.parametrize("where", ["making", "between chunks", "rendering", "keeping", "releasing"])
def test_killed_half_way(committed_db: Database, book: Varied, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CUSTOMERS_AT_ONCE", 3)
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", 2)
    run = begun_twice(book)
    if where in ("making", "between chunks"):
        killed(run, where, committed_db, lambda: make(run))
    for _turn in range(2):
        make(run)
    if where in ("rendering", "keeping"):
        killed(run, where, committed_db, lambda: draw(run))
        assert where != "rendering" or Statement.objects.filter(pdf_state="waiting").count() == 1, "its lease is alive"
        leases_run_out()
    for _turn in range(2):
        draw(run)
    assert fresh(run).state == StatementRun.State.READY
    if where == "releasing":
        killed(run, where, committed_db, lambda: send(run))
    for _turn in range(2):
        send(run)
    assert table(run) == undisturbed(book)
    assert set(Statement.objects.values_list("pdf_state", "pdf_attempts")) == {("made", 0)}
    assert not StatementSkipped.objects.exists()
    assert fresh(run).state == StatementRun.State.RELEASED


def test_a_release_whose_worker_died_is_taken_up_by_the_sweep(
    committed_db: Database, book: Varied, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "_send", lambda name, ids: woken.append((name, *ids)))
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", 2)
    run = begin(book.company)
    make(run)
    draw(run)
    job = start_release(fresh(run), by=None)
    killed(run, "release job", committed_db, lambda: None)
    assert 0 < Message.objects.count() < 6
    assert fresh(run).state == StatementRun.State.READY
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))
    woken.clear()
    jobs.sweep()
    assert woken == [("statements.tasks.release", job.pk)]
    tasks.release(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.DONE, {"run": run.pk, "released": 6})
    assert table(run) == undisturbed(book)


def test_a_real_worker_killed_while_it_makes_pdfs(
    celery_worker: CeleryWorker, company: Company, mail_server: MailServer
) -> None:
    """The worker, its children and what renders for them get -9; another goes on, and each customer has one mail."""
    book = varied(company, count=16)
    run = begin(company)
    start_job(run, by=None)
    wait_until(lambda: Statement.objects.filter(pdf_state="made").exists())
    celery_worker.kill()
    leases_run_out()
    celery_worker.start()
    tasks.sweep()
    wait_until(lambda: fresh(run).state == StatementRun.State.READY)
    start_release(fresh(run), by=None)
    wait_until(lambda: Message.objects.filter(state="sent").count() == 12)
    assert table(run) == undisturbed(book)
    assert sorted(mail_server.ids().values()) == [1] * 12
    assert celery_worker.stop() == 0

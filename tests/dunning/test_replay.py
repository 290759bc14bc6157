"""Sixty days of a payment history through the nightly work, each day twice and three of them killed half-way."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from arap import ROOT
from arap.core.models import Company, Role
from arap.desk.actions.load_history import load_history
from arap.outbox.models import Message
from dunning.models import DunningRun, Notice
from dunning.queries.runs import Decided, table_of
from dunning.queries.truth import why_not_due
from dunning.refusals import Cause
from tests.databases import Database
from tests.desk.takeon import histories
from tests.dunning import replay
from tests.dunning.conftest import remind_on
from tests.dunning.replay import Line, Paper
from tests.people import hire

REAL = Path(os.environ.get("ARAP_REAL_DATA", "/nowhere"))
KILLED_ON = {11: "between chunks", 23: "within a chunk", 37: "in the release"}


def run_day(company: Company, day: date) -> Decided:
    """The night's work and, as after a restart, once more: the second time changes nothing."""
    table = table_of(remind_on(company, day))
    messages = Message.objects.count()
    assert table_of(remind_on(company, day)) == table
    assert Message.objects.count() == messages
    return table


def kill_half_way(company: Company, day: date, where: str, database: Database) -> None:
    """The same work in a process of its own, which gets -9 at the given point."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dunning.victim", company.code, day.isoformat(), where],
        cwd=ROOT, env=database.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        reached = process.stdout.readline().strip()
        assert reached == "here", process.communicate()[1]
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert DunningRun.objects.filter(company=company, as_of=day).exclude(state="released").exists(), "half-way"


def relive(path: Path, mapping: str, pattern: str, first: date, database: Database) -> list[Line]:
    """Load the history, live through sixty days of it, and hold every day against the oracle."""
    load_history(path, company_code="relive", mapping=mapping)
    company = Company.objects.get(code="relive")
    days = replay.consecutive(first)
    papers = replay.read(path, pattern)
    holds, silent = replay.settle_people(company, hire(company, "holder", Role.COLLECTOR), papers, days)
    lines: list[Line] = []
    whys: dict[tuple[date, str], str] = {}
    left_out: list[tuple[date, str, str]] = []
    for at, day in enumerate(days):
        if at in KILLED_ON:
            kill_half_way(company, day, KILLED_ON[at], database)
        table = run_day(company, day)
        lines += replay.lines_of(day, table)
        left_out += [(day, customer, reason) for customer, reason in table.skipped]
        whys |= {(day, decision.customer): decision.why for decision in table.decisions}
    expected_lines, expected_left_out = replay.oracle(papers, days, holds, silent)
    assert lines == expected_lines
    assert left_out == expected_left_out
    counts = f"{len(lines)} reminders, {len(left_out)} left out, {len({line.customer for line in lines})} customers"
    sys.stdout.write(f"{replay.printed(lines, whys)}\n{counts}\n")  # shown by pytest -s
    assert Message.objects.count() == len(lines)
    assert_nobody_for_what_was_paid_or_held(lines, papers, holds)
    assert_the_guard_knows(company, papers)
    return lines


def assert_nobody_for_what_was_paid_or_held(lines: list[Line], papers: list[Paper], holds: list[replay.Held]) -> None:
    by_number = {paper.number: paper for paper in papers}
    for line in lines:
        force = {(h.customer, h.number) for h in holds if h.first <= line.day <= h.last}
        assert (line.customer, "") not in force
        for number, _amount, _days in line.items:
            paper = by_number[number]
            assert paper.issued_on <= line.day < paper.settled_on, (line, paper)
            assert (line.customer, number) not in force


def assert_the_guard_knows(company: Company, papers: list[Paper]) -> None:
    """Asked on the day itself, every reminder is due; asked ten days on, exactly those of which nothing was settled."""
    by_number = {paper.number: paper for paper in papers}
    for notice in Notice.objects.filter(company=company).select_related("run", "company"):
        later = notice.run.as_of + timedelta(days=10)
        settled = [item for item in notice.items.all() if by_number[item.number].settled_on <= later]
        assert why_not_due(notice, as_of=notice.run.as_of) is None
        refusal = why_not_due(notice, as_of=later)
        cause = refusal.cause if refusal else None
        assert cause in (Cause.SETTLED, Cause.HELD) if settled else cause is not Cause.SETTLED


def test_a_made_up_history(committed_db: Database, tmp_path: Path) -> None:
    path = histories.random_late_payments(tmp_path / "file.csv", pattern="%d/%m/%Y", seed=4)
    papers = replay.read(path, "%d/%m/%Y")
    first = sorted(paper.due_on for paper in papers)[len(papers) // 3]
    assert len(relive(path, "late-payments-dmy", "%d/%m/%Y", first, committed_db)) > 20


@pytest.mark.parametrize(
    ("name", "mapping", "pattern"),
    [
        ("ibm_ar_dmy.csv", "late-payments-dmy", "%d/%m/%Y"),
        ("ibm_ar_mdy_with_missing.csv", "late-payments-mdy", "%m/%d/%Y"),
    ],
)
def test_the_real_history(committed_db: Database, name: str, mapping: str, pattern: str) -> None:
    path = next(REAL.rglob(name), None) if REAL.is_dir() else None
    if path is None:
        pytest.skip("set ARAP_REAL_DATA to the folder of the real files")
    assert len(relive(path, mapping, pattern, date(2013, 3, 1), committed_db)) > 80

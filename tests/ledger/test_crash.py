"""A client or the server dies in the middle: nothing is half done, what was acknowledged is there, no lock stays."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from arap import ROOT
from arap.core.models import Company, User
from arap.ledger.models import Application, Document, Entry, Posting
from tests.databases import Database, OwnServers, manage
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.clients import at_once, beside
from tests.ledger.proofs import assert_holds, prove
from tests.people import found_company

ON = date(2026, 6, 1)
STAGES = ("locked", "staged", "posted", "applied", "bulk")
CUTS = 20
PAUSE_SECONDS = 0.02  # not money: how often a condition is looked at


@contextmanager
def process(*arguments: str, environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """tests/ledger/writers.py as a process of its own, which does not outlive the block."""
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.writers", *arguments],
        cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def until(cursor: Any, query: str, *parameters: Any) -> None:
    """Wait until the query gives true."""
    pause = threading.Event()
    for _ in range(3000):
        cursor.execute(query, parameters)
        if cursor.fetchone()[0]:
            return
        pause.wait(PAUSE_SECONDS)
    raise AssertionError(query)


def lines(running: "subprocess.Popen[str]", count: int) -> list[str]:
    assert running.stdout is not None
    found = []
    for _ in range(count):
        line = running.stdout.readline()
        assert line, running.stderr.read() if running.stderr else ""
        found.append(line.strip())
    return found


def test_a_client_killed_in_the_middle_of_a_posting(committed_db: Database, superuser_connection: Any) -> None:
    """Five clients, one at each point of a posting, one of them in the middle of a statement that posts 2,000."""
    companies = [found_company(stage, stage) for stage in STAGES]
    for company in companies:
        customers(company, "ALPHA")
    cursor = superuser_connection.cursor()
    mine = "select count(*) from pg_stat_activity where datname = %s and pid not in (pg_backend_pid(), %s)"
    with connection.cursor() as own:
        own.execute("select pg_backend_pid()")
        pid = own.fetchone()[0]
    with process("halt", *STAGES, environment=committed_db.environment()) as running:
        assert lines(running, len(STAGES)) == ["ready"] * len(STAGES)
        busy = "select exists (select from pg_stat_activity where datname = %s and state = 'active' and query ~ %s)"
        until(cursor, busy, committed_db.name, "ledger_post")
        os.kill(running.pid, signal.SIGKILL)
    until(cursor, f"select ({mine}) = 0", committed_db.name, pid)
    assert not any(model.objects.exists() for model in (Posting, Document, Application, Entry))
    for company in companies:
        keeper = Bookkeeper(company=company)
        (beta,) = customers(company, "BETA")
        posted = keeper.invoice(beta, "1.00", ON)
        assert (posted.number, posted.position) == ("INV-2026-000001", 1)
        prove(company)


def test_connections_cut_at_random(
    committed_db: Database, superuser_connection: Any, company: Company, clerk: User
) -> None:
    """Backends are terminated while six clients post and apply; who lost a connection goes on with a new one."""
    (alpha,) = customers(company, "ALPHA")
    keeper = Bookkeeper(company=company, by=clerk)
    stop = threading.Event()

    def client(seed: int) -> tuple[list[str], int]:
        numbers: list[str] = []
        cut = 0
        while len(numbers) < 12:
            try:
                invoice, receipt = (post(alpha, "10.00", ON) for post in (keeper.invoice, keeper.receipt))
                numbers += [invoice.number, receipt.number]
                keeper.apply(receipt.item_ids[0], invoice.item_ids[0], "10.00", ON)
            except (OperationalError, InterfaceError):
                cut += 1
                connection.close()
        return numbers, cut

    def killer() -> int:
        cuts = 0
        with superuser_connection.cursor() as cursor:
            while cuts < CUTS and not stop.wait(5 * PAUSE_SECONDS):
                cursor.execute(
                    "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity"
                    " where datname = %s and pid <> pg_backend_pid() and backend_type = 'client backend'"
                    " and state <> 'idle' order by random() limit 1) victims",
                    [committed_db.name],
                )
                cuts += cursor.fetchone()[0]
        return cuts

    killing = beside(killer)
    crowd = at_once([partial(client, seed) for seed in range(6)])
    stop.set()
    killing.result()
    assert crowd.errors == []
    connection.close()
    acknowledged = [number for numbers, _ in crowd.answers for number in numbers]
    assert sum(cut for _, cut in crowd.answers) > 0
    assert len(acknowledged) >= 6 * 12
    assert Document.objects.filter(number__in=acknowledged).count() == len(acknowledged)
    assert_holds(company)


def test_postgresql_killed_under_writers(own_servers: OwnServers) -> None:
    """Twice: the server is killed under four writers; every acknowledged number is there, and the book holds."""
    environment = own_servers.environment()
    founding = (
        "from tests.people import found_company; from tests.ledger.book import customers;"
        " customers(found_company('acme', 'Acme'), 'ALPHA')"
    )
    founded = manage("shell", "--no-imports", "--command", founding, environment=environment)
    assert founded.returncode == 0, founded.stderr
    acknowledged: list[str] = []
    for nth in range(2):
        with process("write", "acme", "10000", environment=environment) as running:
            acknowledged += lines(running, 60 + 30 * nth)
            own_servers.kill()
            output, _ = running.communicate(timeout=60)
            acknowledged += output.split("\n")[:-1]
        own_servers.start()
    with own_servers.connect().cursor() as cursor:
        cursor.execute(
            "select number from ledger_document union all select 'application ' || id from ledger_application"
        )
        there = {number for (number,) in cursor.fetchall()}
        cursor.execute("select count(*), max(position) from ledger_posting")
        assert len(set(cursor.fetchone())) == 1
    assert len(acknowledged) == len(set(acknowledged)) >= 150
    assert set(acknowledged) <= there
    checked = manage("check_ledger", "--company", "acme", environment=environment)
    assert (checked.returncode, "BROKEN" in checked.stdout) == (0, False), checked.stdout

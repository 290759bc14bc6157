"""A month's statements: made, rendered and delivered by the two children of a real worker, over real SMTP.

Each customer has ten open invoices, on one page in both languages. The run is begun as every morning, by the task that
looks for plans whose day has come; it releases itself.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.utils import timezone

from arap.core.actions.companies import create_company
from arap.core.actions.periods import open_periods
from arap.core.dates import start_of_month
from arap.core.models import Company, CompanyBankAccount
from arap.ledger.chart import ensure_chart
from arap.outbox.models import Message
from bench.measure import Sheet
from bench.outbox import programs
from bench.papers import ACCOUNT, COMPANY, logo
from bench.pdf import TICK, status_mb
from bench.scratch import scratch_database, vacuum
from customers.actions import NewCustomer, create_customers
from invoices.actions import Draft, DraftLine, create_drafts, post_invoices
from statements.models import Statement, StatementPlan

INVOICES = 10  # of each customer
AT_ONCE = 200  # customers, while the book is filled
MARKS = (200, 1_000, 2_000)  # documents at which memory is looked at
LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 1_800


def run(size: int) -> Sheet:
    """Statements for `size` customers."""
    sheet = Sheet(size)
    with scratch_database() as url, tempfile.TemporaryDirectory() as folder:
        until = start_of_month(timezone.localdate()) - timedelta(days=1)
        company = _company(until)
        _fill(company, size, until)
        vacuum(url)
        with (
            programs(url, Path(folder)) as (worker, wake),
            sheet.timed("statements, two workers", size) as line,
        ):
            wake("statements.tasks.run_plans")
            line.note = _watched(worker.pid, size)
        assert Message.objects.filter(state=Message.State.SENT).count() == size
        assert len(list((Path(folder) / "mail").glob("*.eml"))) == size
    return sheet


def _company(until: date) -> Company:
    company = create_company(code="STATEMENTS", name=COMPANY["name"], base_currency="CNY", by=None)
    Company.objects.filter(pk=company.pk).update(**COMPANY, logo=logo())
    for year in (until.year - 1, until.year):
        open_periods(company, year, by=None)
    ensure_chart(company)
    CompanyBankAccount.objects.create(company=company, **ACCOUNT, currency="CNY", is_default=True)
    StatementPlan.objects.create(company=company, day=1, kind="open", language="both", releases_itself=True)
    return company


def _fill(company: Company, size: int, until: date) -> None:
    """Customers with an address for statements, and their open invoices of the last half a year."""
    for first in range(0, size, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, size))
        rows = [
            NewCustomer(
                code=f"C-{n:05}", name=f"Ningbo Haichen Mould Co., Ltd. {n}", name_local=f"宁波海辰模具有限公司 {n}",
                currency="CNY", emails=(f"ap{n}@customer.example",),
            )
            for n in numbers
        ]  # fmt: skip
        ids = create_customers(company, rows, by=None)
        drafts = [
            Draft(
                customer_id=ids[row.code], currency="CNY", issued_on=until - timedelta(days=18 * nth),
                lines=[DraftLine(unit_price=Decimal(100_000 + 37 * n + nth) / 100)], reference=f"PO-{n}-{nth}",
                instalments=[(until + timedelta(days=30 - 18 * nth), Decimal(100_000 + 37 * n + nth) / 100)],
            )
            for n, row in zip(numbers, rows, strict=True)
            for nth in range(INVOICES)
        ]  # fmt: skip
        post_invoices(company, [made.pk for made in create_drafts(company, drafts, by=None)], by=None)


def _watched(worker: int, size: int) -> str:
    """Wait until all is delivered; what was seen meanwhile, in words."""
    start, memory, made_after = time.perf_counter(), {}, 0.0
    left = [mark for mark in MARKS if mark < size] + [size]
    deadline = start + PATIENCE_SECONDS
    while time.perf_counter() < deadline:
        made = Statement.objects.filter(pdf_state=Statement.Pdf.MADE).count()
        while left and made >= left[0]:
            memory[left.pop(0)] = _largest_pair(worker)
            made_after = time.perf_counter() - start
        if not left and Message.objects.filter(state=Message.State.SENT).count() == size:
            break
        connection.close()  # a look must not hold anything open
        time.sleep(LOOK_SECONDS)
    seen = ", ".join(f"{megabytes} MB at {mark:,}" for mark, megabytes in memory.items())
    return (
        f"all rendered after {made_after:.0f} s; {_cpu_seconds(worker) / size * 1000:.0f} ms of processor each; "
        f"worker and its renderer: {seen}; load {os.getloadavg()[0]:.1f}"
    )


def _largest_pair(worker: int) -> int:
    """Memory in MB of the larger child of the worker, with the process that renders for it."""
    return max((sum(map(_memory_mb, _family(child))) for child in _children(worker)), default=0)


def _memory_mb(pid: int) -> int:
    try:
        return status_mb(pid, "VmRSS")
    except (OSError, ValueError):  # it has just ended
        return 0


def _cpu_seconds(worker: int) -> float:
    """Processor time of the worker and all its children until now, those that have ended included."""
    return sum(_spent(pid) for pid in _family(worker))


def _spent(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(word) for word in words[11:15]) * TICK  # its own, and its ended children's


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _family(child)


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:  # it has just ended
        return []

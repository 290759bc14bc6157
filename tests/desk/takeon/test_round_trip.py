"""Round trip: what a list exports, as CSV and as XLSX, makes the same in another company and changes nothing at home.

`make round-trip` does it with 100,000 rows of invoices and prints the figures (ARAP_ROUND_TRIP_ROWS: other numbers).
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from arap.core.models import Company, TaxCode, User
from arap.core.tables import Table, content
from arap.desk.exports.customers import customer_table
from arap.desk.exports.invoices import invoice_table
from arap.ledger.models import Posting
from customers.models import Customer
from invoices.models import Invoice
from tests.desk.takeon.intakes import bring, loaded
from tests.ledger.proofs import assert_holds
from tests.people import found_company

pytestmark = pytest.mark.django_db
ROWS = int(os.environ.get("ARAP_ROUND_TRIP_ROWS", "400"))
LINES = 4
HEADS = (
    "number,customer_code,currency,issued_on,due_on,reference,description,quantity,unit,unit_price,tax_code,tax_rate,"
    "price_is"
)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    """Print how long it took."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    say(f"{what:<42} {rows:>9,} rows {took:>8.1f} s {rows / max(took, 0.001):>10,.0f} rows/s")


def customers_text(count: int) -> str:
    rows = [f'C-{n:06},Customer {n},客户{n} & 公司,CNY,"{n} Road\n宁波",\'+86 {n}' for n in range(count)]
    return "\n".join(["code,name,name_local,currency,address,phone", *rows, ""])


def invoices_text(rows: int, count: int) -> str:
    lines = [
        f"N-{n // LINES:07},C-{n // LINES % count:06},CNY,2026-{n // LINES % 6 + 1:02}-15,2026-12-31,'=PO {n // LINES},"
        f"Line {n} “x”,{n % 7 + 1},pcs,{n % 900 + 1}.{n % 100:02},V13,13,net"
        for n in range(rows)
    ]
    return "\n".join([HEADS, *lines, ""])


def tables(company: Company) -> dict[str, Table]:
    found = Customer.objects.filter(company=company).order_by("code")
    bills = Invoice.objects.filter(company=company)
    return {
        "customers": customer_table(company, found.values_list("pk", flat=True).iterator, found.count),
        "invoices": invoice_table(company, bills, name="invoices", kind="invoice"),
    }


def digest(table: Table) -> str:
    """Stands for the rows, in any order: ids differ between companies, and the order of equals with them."""
    lines = sorted(b"".join(content(table, "csv")).splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def test_round_trip(company: Company, controller: User) -> None:
    count = max(ROWS // 50, 5)
    twin = found_company("twin", "Twin")
    for each in (company, twin):
        TaxCode.objects.create(company=each, code="V13", name="VAT 13 %", rate=Decimal(13))
    say(f"\nround trip of {ROWS:,} rows of invoices, {ROWS // LINES:,} documents, {count:,} customers")
    for target, text, rows in (
        ("customers", customers_text(count), count), ("invoices", invoices_text(ROWS, count), ROWS),
    ):  # fmt: skip
        with timed(f"{target}: dry run and import of CSV", rows):
            said: dict[str, Any] = loaded(bring(company, text, target, by=controller), by=controller)
        assert (said["rejected"], said["skipped"]) == (0, 0)
    assert_holds(company)
    before = Posting.objects.filter(company=company).count()
    for target, table in tables(company).items():
        rows = count if target == "customers" else ROWS
        files = {}
        for kind in ("csv", "xlsx"):
            with timed(f"{target}: export as {kind}", rows):
                files[kind] = b"".join(content(table, kind))
            say(f"{'':<42} {len(files[kind]) / 1e6:>9.1f} MB")
            with timed(f"{target}: {kind} back, nothing changes", rows):
                said = loaded(bring(company, files[kind], target, by=controller, name=f"f.{kind}"), by=controller)
            assert (said[target], said["changed"], said["rejected"]) == (0, 0, 0)
        with timed(f"{target}: xlsx into another company", rows):
            said = loaded(bring(twin, files["xlsx"], target, by=controller, name="f.xlsx"), by=controller)
        assert said["rejected"] == 0
    assert Posting.objects.filter(company=company).count() == before
    assert_holds(twin)
    for (target, ours), theirs in zip(tables(company).items(), tables(twin).values(), strict=True):
        assert digest(ours) == digest(theirs), target
        say(f"{target}: both companies export the same, sha256 {digest(ours)[:16]}")

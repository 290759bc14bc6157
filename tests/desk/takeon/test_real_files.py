"""Real payment histories, where somebody has provided them: each in a database of its own."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import Database
from tests.desk.takeon import oracle
from tests.desk.takeon.oracle import Document
from tests.desk.takeon.test_history import assert_equals_file, load

REAL = Path(os.environ.get("ARAP_REAL_DATA", "/nowhere"))


def real(name: str, mapping: str, read: Callable[[Path], list[Document]]) -> None:
    """`name` may lie anywhere in the folder that ARAP_REAL_DATA names."""
    path = next(REAL.rglob(name), None) if REAL.is_dir() else None
    if path is None:
        pytest.skip("set ARAP_REAL_DATA to the folder of the real files")
    company, loaded = load(path, mapping)
    assert loaded.rejected == []
    assert_equals_file(company, read(path))
    assert load(path, mapping)[1].skipped == loaded.invoices


def test_real_late_payments_dmy(committed_db: Database) -> None:
    real("ibm_ar_dmy.csv", "late-payments-dmy", lambda path: oracle.late_payments(path, "%d/%m/%Y"))


def test_real_late_payments_mdy(committed_db: Database) -> None:
    name = "ibm_ar_mdy_with_missing.csv"
    real(name, "late-payments-mdy", lambda path: oracle.late_payments(path, "%m/%d/%Y"))


def test_real_open_items(committed_db: Database) -> None:
    real("h2h_open_items_iso.csv", "open-items-iso", oracle.open_items)

"""A dry run forecasts, row by row, exactly what the load then does, and changes nothing."""

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from arap.core.actions.periods import close_period
from arap.core.models import Company, Period, User
from arap.desk.actions.load_history import Loaded, load_history, try_history
from tests.desk.takeon import histories
from tests.desk.takeon.histories import standard_file

pytestmark = pytest.mark.django_db

COUNTS = ("customers", "invoices", "credit_notes", "receipts", "refunds", "skipped", "rejected", "warnings")


def figures(loaded: Loaded) -> dict[str, Any]:
    return {name: getattr(loaded, name) for name in COUNTS}


def rows_of_all_tables() -> dict[str, int]:
    """How many rows every table has."""
    counts = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'select count(*) from "{model._meta.db_table}"')
            counts[model._meta.db_table] = cursor.fetchone()[0]
    return counts


def assert_forecast(path: Path, company: Company, mapping: str = "standard") -> Loaded:
    """Try, load, and find the same; trying wrote nothing."""
    before = rows_of_all_tables()
    tried = try_history(path, company=company, mapping=mapping)
    assert rows_of_all_tables() == before
    loaded = load_history(path, company_code=company.code, mapping=mapping)
    assert figures(tried) == figures(loaded)
    return loaded


@pytest.mark.parametrize("seed", range(8))
def test_invoices_and_credit_notes(tmp_path: Path, company: Company, seed: int) -> None:
    path = histories.random_standard(tmp_path / "file.csv", seed=seed)
    loaded = assert_forecast(path, company)
    assert loaded.receipts > 100
    assert loaded.refunds > 0
    again = assert_forecast(path, company)
    assert (again.invoices, again.receipts) == (0, 0)
    assert again.skipped > 300


@pytest.mark.parametrize("seed", range(4))
def test_a_second_file_that_settles_what_the_first_left_open(tmp_path: Path, company: Company, seed: int) -> None:
    path = histories.random_standard(tmp_path / "all.csv", seed=seed)
    header, *lines = path.read_text().splitlines()
    settled_at = histories.STANDARD.index("settled_on")
    first = []
    for at, line in enumerate(lines[: len(lines) * 2 // 3]):
        cells = line.split(",")
        if at % 2:
            cells[settled_at] = ""
        first.append(",".join(cells))
    early = tmp_path / "early.csv"
    early.write_text("\n".join([header, *first]) + "\n")
    assert_forecast(early, company)
    late = assert_forecast(path, company)
    assert late.receipts > 50
    assert late.skipped > 50


def test_late_payments_with_rows_left_out(tmp_path: Path, company: Company) -> None:
    path = histories.random_late_payments(tmp_path / "file.csv", pattern="%d/%m/%Y", seed=1)
    loaded = assert_forecast(path, company, "late-payments-dmy")
    assert len(loaded.rejected) == 6
    assert any("provisional" in warning for warning in loaded.warnings)


def test_open_items(tmp_path: Path, company: Company) -> None:
    assert_forecast(histories.random_open_items(tmp_path / "file.csv", seed=2), company, "open-items-iso")


def test_everything_that_can_be_refused(tmp_path: Path, company: Company, clerk: User) -> None:
    close_period(company, Period.objects.get(company=company, starts_on="2024-02-01"), by=clerk)
    row = {"customer_code": "A", "customer_name": "Alpha"}
    path = standard_file(
        tmp_path / "file.csv",
        [
            {**row, "document_number": "1", "discount_terms": "n/30"},
            {**row, "document_number": "1", "amount": "5"},
            {**row, "document_number": "2", "issued_on": "2024-02-10"},
            {**row, "document_number": "3", "issued_on": "2019-05-05"},
            {**row, "document_number": "4", "amount": "12.345"},
            {**row, "document_number": "5", "amount": "99999999999999999"},
            {"customer_code": "B", "parent_code": "C", "document_number": "6"},
            {"customer_code": "C", "parent_code": "B", "document_number": "7"},
            {"customer_code": "D", "parent_code": "E", "document_number": "8"},
            {**row, "document_number": "9", "settled_on": "2024-03-01"},
            {**row, "document_number": "9", "settled_on": "2024-03-01"},
        ],
    )
    loaded = assert_forecast(path, company)
    assert (loaded.invoices, loaded.customers, loaded.receipts, loaded.skipped) == (3, 1, 1, 1)
    assert {row.row for row in loaded.rejected} == {3, 4, 6, 7, 8, 9, 10}

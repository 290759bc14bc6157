"""A history in the book equals the history in the file: per customer, to the cent, on many past days."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from aging.queries import aging, ties
from arap.core.models import Company
from arap.desk.actions.load_history import Loaded, load_history
from arap.ledger.queries import position_at
from customers.models import Customer
from tests.desk.takeon import histories, oracle
from tests.desk.takeon.oracle import Document, Figures, Key
from tests.ledger.proofs import assert_holds

pytestmark = pytest.mark.django_db


def report(company: Company, as_of: date) -> dict[Key, Figures]:
    found = aging(company, as_of=as_of, position=position_at(company, known_at=None))
    assert ties(company, found)
    codes = dict(Customer.objects.filter(company=company).values_list("pk", "code"))
    return {(codes[row.key], row.currency): (row.buckets, row.unapplied) for row in found.rows}


def days_of(documents: list[Document], count: int) -> list[date]:
    """`count` days spread over the history, and the last day on which anything happens."""
    days = sorted({d.issued_on for d in documents} | {d.settled_on for d in documents if d.settled_on})
    return [*(days[at * len(days) // count] for at in range(count)), days[-1]]


def assert_equals_file(company: Company, documents: list[Document], count: int = 8) -> None:
    for as_of in days_of(documents, count):
        assert report(company, as_of) == oracle.aging(documents, as_of), as_of
    before = min(document.issued_on for document in documents) - timedelta(days=1)
    assert report(company, before) == {}
    assert_holds(company)


def load(path: Path, mapping: str, code: str = "load") -> tuple[Company, Loaded]:
    loaded = load_history(path, company_code=code, mapping=mapping)
    return Company.objects.get(code=code), loaded


@pytest.mark.parametrize("seed", range(6))
def test_invoices_and_credit_notes_in_four_currencies(tmp_path: Path, seed: int) -> None:
    path = histories.random_standard(tmp_path / "file.csv", seed=seed)
    company, loaded = load(path, "standard")
    documents = oracle.standard(path)
    assert loaded.rejected == []
    assert loaded.invoices + loaded.credit_notes == len(documents)
    assert_equals_file(company, documents)
    position = position_at(company, known_at=None)
    again = load(path, "standard")[1]
    assert (again.customers, again.invoices, again.credit_notes, again.receipts, again.refunds) == (0, 0, 0, 0, 0)
    assert again.skipped == len(documents)
    assert position_at(company, known_at=None) == position


@pytest.mark.parametrize(("mapping", "pattern"), [("late-payments-dmy", "%d/%m/%Y"), ("late-payments-mdy", "%m/%d/%Y")])
def test_late_payments(tmp_path: Path, mapping: str, pattern: str) -> None:
    path = histories.random_late_payments(tmp_path / "file.csv", pattern=pattern, seed=1)
    company, loaded = load(path, mapping)
    documents = oracle.late_payments(path, pattern)
    assert [row.row for row in loaded.rejected] == [51, 101, 151, 201, 251, 301]
    assert (loaded.invoices, loaded.receipts, company.base_currency) == (294, 294, "USD")
    assert_equals_file(company, documents)
    first = oracle._rows(path)[0]
    assert Customer.objects.get(code=first["customerid"]).country == first["countrycode"]


def test_open_items(tmp_path: Path) -> None:
    path = histories.random_open_items(tmp_path / "file.csv", seed=2)
    company, loaded = load(path, "open-items-iso")
    assert loaded.rejected == []
    assert "decimals than" in loaded.warnings[0]
    assert "due before" in loaded.warnings[1]
    assert_equals_file(company, oracle.open_items(path))


def newly_settled(path: Path, seed: int) -> Path:
    """The file of `random_standard` a year earlier: what is settled after the year's end is not yet."""
    rows = oracle._rows(path)
    for row in rows:
        if row["settled_on"] > "2023-09-30":
            row["settled_on"] = ""
    return histories.standard_file(path.with_name(f"earlier{seed}.csv"), rows)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_file_that_grows_settlements_reaches_the_same_book(tmp_path: Path, seed: int) -> None:
    path = histories.random_standard(tmp_path / "file.csv", seed=seed)
    company, first = load(newly_settled(path, seed), "standard")
    company, second = load(path, "standard")
    _company, whole = load(path, "standard", code="whole")
    assert first.receipts < whole.receipts == first.receipts + second.receipts
    assert (second.invoices, second.rejected) == (0, [])
    assert_equals_file(company, oracle.standard(path))


def test_the_oracle_on_a_case_worked_by_hand() -> None:
    """100 and 200 owed; a credit of 150 eats the older and half of the younger; of a second credit 20 are refunded."""

    def document(number: str, kind: str, amount: int, issued: int, settled: int | None) -> Document:
        on = date(2024, 1, settled) if settled else None
        day = date(2024, 1, issued)
        return Document("A", kind, number, "CNY", Decimal(amount), day, day, on)

    documents = [
        document("1", "invoice", 100, 1, None),
        document("2", "invoice", 200, 2, 20),
        document("3", "credit_note", 150, 5, 10),
        document("4", "credit_note", 20, 21, 22),
    ]

    def left(day: int) -> dict[str, Decimal]:
        return {d.number: amount for d, amount in oracle.left_open(documents, date(2024, 1, day))}

    assert left(9) == {"1": 100, "2": 200, "3": 150}
    assert left(10) == {"2": 150}
    assert left(20) == {}
    assert left(22) == {}


def test_the_same_history_in_another_form_is_known(tmp_path: Path) -> None:
    """Day before month or month before day: the same invoices, so nothing is new and nothing contradicts."""
    days_first = histories.random_late_payments(tmp_path / "dmy.csv", pattern="%d/%m/%Y", seed=5)
    months_first = histories.random_late_payments(tmp_path / "mdy.csv", pattern="%m/%d/%Y", seed=5)
    first, again = load(days_first, "late-payments-dmy")[1], load(months_first, "late-payments-mdy")[1]
    assert (again.skipped, again.invoices) == (first.invoices, 0)
    assert again.rejected == first.rejected

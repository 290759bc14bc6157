"""The journal as the general ledger takes it: every line once, balanced, with nothing that a spreadsheet would run."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from arap.ledger.journal import COLUMNS, journal_rows
from arap.ledger.queries import control_totals, position_at
from tests.ledger.book import Bookkeeper, customers

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
ZERO = Decimal(0)


@pytest.fixture
def told(book: Bookkeeper) -> Bookkeeper:
    """A sale in dollars in June, paid in July at another rate."""
    (who,) = customers(book.company, "=1+1")
    invoice = book.invoice(who, "100.00", JUNE, currency="USD", rate="7.10")
    receipt = book.receipt(who, "100.00", JULY, currency="USD", rate="7.05")
    book.apply(receipt.item_ids[0], invoice.item_ids[0], "100.00", JULY)
    return book


def exported(capsys: pytest.CaptureFixture[str], first: str, last: str) -> list[dict[str, str]]:
    capsys.readouterr()
    call_command("export_journal", "--company", "acme", "--from", first, "--to", last)
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_a_period(told: Bookkeeper, capsys: pytest.CaptureFixture[str]) -> None:
    rows = exported(capsys, "2026-06-01", "2026-06-30")
    assert [(row["account"], row["debit"], row["credit"], row["base_debit"], row["base_credit"]) for row in rows] == [
        ("1122", "100.00", "0.00", "710.00", "0.00"),
        ("6001", "0.00", "100.00", "0.00", "710.00"),
    ]
    assert tuple(rows[0]) == COLUMNS
    july = exported(capsys, "2026-07-01", "2026-07-31")
    assert [(row["account"], row["base_debit"], row["base_credit"]) for row in july] == [
        ("1122", "0.00", "705.00"),
        ("1002", "705.00", "0.00"),
        ("1122", "0.00", "5.00"),
        ("6603.02", "5.00", "0.00"),
    ]


def test_every_act_balances_and_control_accounts_are_the_books(
    told: Bookkeeper, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = exported(capsys, "2026-01-01", "2026-12-31")
    acts: dict[tuple[str, ...], Decimal] = defaultdict(lambda: ZERO)
    control = ZERO
    for row in rows:
        value = Decimal(row["base_debit"]) - Decimal(row["base_credit"])
        acts[row["document"], row["application"]] += value
        control += value if row["account"] == "1122" else ZERO
    assert set(acts.values()) == {ZERO}
    position = position_at(told.company, known_at=None)
    totals = control_totals(told.company, as_of=date(2026, 12, 31), position=position)
    assert control == sum(total.base_amount for total in totals) == 0


def test_a_code_that_is_a_formula_is_text(told: Bookkeeper, capsys: pytest.CaptureFixture[str]) -> None:
    assert {row["customer"] for row in exported(capsys, "2026-06-01", "2026-06-30")} == {"'=1+1", ""}


def test_as_known_at_a_position(told: Bookkeeper) -> None:
    rows = list(journal_rows(told.company, first_on=JUNE, last_on=JULY, position=1))
    assert len(rows) == 2

"""How settlements fall on invoices: cases by hand, and properties on any history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.desk.takeon.rules import OpenItem, Receipt, Refund, Settlement, Use, settle

DAY0 = date(2024, 1, 1)


def on(day: int) -> date:
    return DAY0 + timedelta(days=day - 1)


def item(number: int, amount: int, issued: int, due: int | None = None) -> OpenItem:
    return OpenItem(number, Decimal(amount), on(issued), on(issued), on(due or issued))


def acts(debits: list[OpenItem], *settlements: tuple[int, OpenItem, bool]) -> list[str]:
    """In words, such as "10 receipt 1 70" or "5 use 9>1 30" or "5 refund 9 20"."""
    rows = [Settlement(row, on(day), settled, is_credit) for row, (day, settled, is_credit) in enumerate(settlements)]
    words = []
    for act in settle(rows, debits):
        day = (act.on - DAY0).days + 1
        match act:
            case Receipt():
                words.append(f"{day} receipt {act.item_id} {act.amount}")
            case Use():
                words.append(f"{day} use {act.credit_item_id}>{act.debit_item_id} {act.amount}")
            case Refund():
                words.append(f"{day} refund {act.credit_item_id} {act.amount}")
    return words


def test_an_invoice_settled_is_a_receipt_of_that_day_in_full() -> None:
    invoice = item(1, 100, issued=1)
    assert acts([invoice], (10, invoice, False)) == ["10 receipt 1 100"]


def test_a_credit_note_goes_to_the_oldest_open_invoices_by_issue_then_due_date() -> None:
    debits = [
        item(1, 100, issued=2),
        item(2, 100, issued=1, due=9),
        item(3, 100, issued=1, due=5),
        item(4, 100, issued=7),
    ]
    credit = item(9, 250, issued=3)
    assert acts(debits, (6, credit, True)) == ["6 use 9>3 100", "6 use 9>2 100", "6 use 9>1 50"]


def test_what_finds_no_invoice_is_refunded() -> None:
    credit = item(9, 250, issued=3)
    assert acts([item(1, 100, issued=1), item(2, 500, issued=7)], (6, credit, True)) == [
        "6 use 9>1 100",
        "6 refund 9 150",
    ]


def test_an_invoice_settled_later_takes_the_credit_and_its_receipt_the_remainder() -> None:
    invoice, credit = item(1, 100, issued=1), item(9, 30, issued=2)
    assert acts([invoice], (20, invoice, False), (5, credit, True)) == ["5 use 9>1 30", "20 receipt 1 70"]


def test_an_invoice_settled_that_very_day_is_not_open_any_more() -> None:
    invoice, credit = item(1, 100, issued=1), item(9, 30, issued=2)
    assert acts([invoice], (5, credit, True), (5, invoice, False)) == ["5 receipt 1 100", "5 refund 9 30"]


def test_an_invoice_that_credits_paid_needs_no_receipt() -> None:
    invoice, credit = item(1, 100, issued=1), item(9, 100, issued=2)
    assert acts([invoice], (5, credit, True), (20, invoice, False)) == ["5 use 9>1 100"]


def test_what_the_book_knows_of_later_days_limits_what_can_be_taken_earlier() -> None:
    """60 were paid on day 30: on day 10 only 40 can still be taken, or day 30 would fall below zero."""
    invoice = item(1, 100, issued=1)
    invoice.move(on(30), Decimal(60))
    assert acts([invoice], (10, invoice, False)) == ["10 receipt 1 40"]


@pytest.mark.parametrize(("day", "free"), [(4, 0), (5, 40), (10, 40), (15, 60), (19, 60), (20, 60), (30, 60), (99, 60)])
def test_what_is_free_from_a_day_on(day: int, free: int) -> None:
    """100 from day 5, 60 paid on day 10, 20 of that undone on day 15."""
    invoice = item(1, 100, issued=5)
    invoice.move(on(10), Decimal(60))
    invoice.move(on(15), Decimal(-20))
    assert invoice.free_from(on(day)) == free


documents = st.lists(
    st.tuples(st.integers(1, 50), st.integers(1, 300), st.integers(0, 30), st.booleans(), st.booleans()), max_size=14
)


@given(rows=documents)
def test_nothing_is_below_zero_on_any_day_and_all_that_is_settled_is_closed(
    rows: list[tuple[int, int, int, bool, bool]],
) -> None:
    items = [item(number, amount, issued=issued) for number, (issued, amount, *_rest) in enumerate(rows)]
    settlements = [
        Settlement(number, on(issued + days), items[number], is_credit)
        for number, (issued, _amount, days, is_credit, is_settled) in enumerate(rows)
        if is_settled
    ]
    debits = [items[number] for number, row in enumerate(rows) if not row[3]]
    done = list(settle(settlements, debits))
    for each in items:
        for day in range(1, 90):
            moved = sum(amount for when, amount in each.movements if when <= on(day))
            assert 0 <= moved <= each.amount
    for settlement in settlements:
        assert settlement.item.moved == settlement.item.amount
        assert all(when <= settlement.on for when, _amount in settlement.item.movements)
    used = sum(act.amount for act in done if not isinstance(act, Receipt))
    assert used == sum(each.item.amount for each in settlements if each.is_credit)

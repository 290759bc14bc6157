"""From cell to value, kind by kind, and the sentences for what cannot be read."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import CURRENCIES, format_amount
from arap.desk.mapping import cells
from arap.desk.mapping.errors import BadCell

CODE = cells.code_reader(12, whole_number=False)
NUMBER = cells.code_reader(12, whole_number=True)
TEXT = cells.text_reader(12)
ISO = cells.date_reader(("%Y-%m-%d",))
DMY = cells.date_reader(("%d/%m/%Y", "%d.%m.%Y"))
POINT = cells.amount_reader(".", "")
GERMAN = cells.amount_reader(",", ".")
CHOICE = cells.choice_reader({"yes": True, "no": False})
LIST = cells.list_reader(";", 12)

GOOD = [
    (CODE, "0200744019", "0200744019"),
    (CODE, "1.0", "1.0"),
    (CODE, 8.0, "8"),
    (CODE, 8.5, "8.5"),
    (NUMBER, "1930659387.0", "1930659387"),
    (NUMBER, "0007.00", "0007"),
    (NUMBER, "1.5", "1.5"),
    (TEXT, "a \t\nb", "a b"),
    (TEXT, dt.date(2024, 1, 2), "2024-01-02"),
    (ISO, "2024-02-29", dt.date(2024, 2, 29)),
    (ISO, dt.datetime(2024, 2, 29, 23, 59), dt.date(2024, 2, 29)),  # noqa: DTZ001 - so workbooks give it
    (DMY, "3/1/2012", dt.date(2012, 1, 3)),
    (DMY, "03.01.2012", dt.date(2012, 1, 3)),
    (POINT, "12.50", Decimal("12.50")),
    (POINT, "+.5", Decimal("0.5")),
    (POINT, "5.", Decimal(5)),
    (POINT, 2309.7899999999995, Decimal("2309.79")),
    (GERMAN, "1.234.567,89", Decimal("1234567.89")),
    (GERMAN, "1234,5", Decimal("1234.5")),
    (cells.read_currency, "usd", "USD"),
    (CHOICE, "YES", True),
    (LIST, " a ;b;; a", ("a", "b")),
]


@pytest.mark.parametrize(("read", "cell", "value"), GOOD, ids=[f"{row[1]}" for row in GOOD])
def test_a_good_cell(read: cells.Read, cell: Any, value: Any) -> None:
    assert read(cell) == value


BAD = [
    (
        CODE,
        "1.93066E+09",
        "“1.93066E+09” is a number that a spreadsheet has cut; format the column as text.",
    ),
    (CODE, "a\nb", "There is a line break or a tab in it."),
    (CODE, "1234567890123", "It is longer than 12 characters."),
    (TEXT, "1234567890123", "It is longer than 12 characters."),
    (ISO, "2023-02-29", "“2023-02-29” is not a date of the form yyyy-mm-dd."),
    (ISO, "03/01/2012", "“03/01/2012” is not a date of the form yyyy-mm-dd."),
    (ISO, "20240101", "“20240101” is not a date of the form yyyy-mm-dd."),
    (ISO, "２０２４-01-01", "“２０２４-01-01” is not a date of the form yyyy-mm-dd."),
    (ISO, "0024-01-01", "The date 0024-01-01 lies outside the years 1970 to 2199."),
    (ISO, 45000, "“45000” is a number, not a date."),
    (DMY, "12/31/2012", "“12/31/2012” is not a date of the form dd/mm/yyyy."),
    (POINT, "1,234.50", "“1,234.50” is not an amount."),
    (POINT, "1e3", "“1e3” is not an amount."),
    (POINT, "NaN", "“NaN” is not an amount."),
    (POINT, "１２", "“１２” is not an amount."),
    (POINT, "-1", "The amount must be greater than zero."),
    (POINT, "0.00", "The amount must be greater than zero."),
    (POINT, float("inf"), "“inf” is not an amount."),
    (POINT, "1000000000000000", "The amount is larger than the book can hold."),
    (POINT, "9" * 90, "The amount is larger than the book can hold."),
    (GERMAN, "1.23,4", "“1.23,4” is not an amount."),
    (GERMAN, "12.34", "“12.34” is not an amount."),
    (cells.read_currency, "DOLLAR", "“DOLLAR” is not a currency code."),
    (cells.read_currency, "ZZZ", "“ZZZ” is not a currency code."),
    (CHOICE, "maybe", "“maybe” is not one of: yes, no."),
    (LIST, "a;1234567890123", "It is longer than 12 characters."),
]


@pytest.mark.parametrize(("read", "cell", "sentence"), BAD, ids=[f"{row[1]}"[:30] for row in BAD])
def test_a_bad_cell(read: cells.Read, cell: Any, sentence: str) -> None:
    with pytest.raises(BadCell) as fault:
        read(cell)
    assert str(fault.value) == sentence


@given(day=st.dates(cells.EARLIEST, cells.LATEST))
def test_every_date_in_every_form(day: dt.date) -> None:
    assert ISO(day.isoformat()) == day
    assert DMY(f"{day.day}/{day.month}/{day.year}") == day


@given(
    units=st.integers(1, 10**14),
    currency=st.sampled_from(sorted(CURRENCIES)),
)
def test_every_amount_as_the_application_prints_it(units: int, currency: str) -> None:
    amount = Decimal(units).scaleb(-CURRENCIES[currency])
    assert POINT(format_amount(amount, currency)) == amount
    german = f"{amount:,}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert GERMAN(german) == amount


@given(text=st.text(max_size=150))
def test_no_text_escapes_as_another_exception(text: str) -> None:
    for read in (CODE, NUMBER, TEXT, ISO, DMY, POINT, GERMAN, cells.read_currency, CHOICE, LIST):
        with suppress(BadCell):
            read(text)

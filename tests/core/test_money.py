"""Currencies after ISO 4217, rounding half away from zero, amounts as text."""

from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import (
    CURRENCIES,
    AmountError,
    format_amount,
    is_exact,
    minor_unit,
    parse_amount,
    quantize,
    split,
    to_base,
)

# Rounding: a half goes away from zero, as PostgreSQL's round(numeric, int) does.
ROUNDED = """
# amount    currency  rounded   why
2.345       CNY       2.35      a half goes up
-2.345      CNY       -2.35     a half goes away from zero
2.344999    CNY       2.34      less than a half goes down
1249.5      JPY       1250      the yen has no minor unit
0.0005      KWD       0.001     the dinar has a thousand fils
0.125       USD       0.13      not half to even
"""
rounded = [line.split(maxsplit=3) for line in ROUNDED.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("amount, currency, expected, why", rounded, ids=[row[3] for row in rounded])
def test_quantize(amount: str, currency: str, expected: str, why: str) -> None:
    assert str(quantize(Decimal(amount), currency)) == expected


@pytest.mark.parametrize(
    "text, currency, expected",
    [
        ("12.5", "CNY", "12.50"),
        (" 12.50 ", "CNY", "12.50"),
        ("-0.00", "CNY", "0.00"),
        ("+7", "USD", "7.00"),
        (".5", "EUR", "0.50"),
        ("1250", "JPY", "1250"),
        ("1250.0", "JPY", "1250"),
        ("1.25", "KWD", "1.250"),
        ("999999999999999.99", "CNY", "999999999999999.99"),
    ],
)
def test_an_amount_is_read_and_printed_in_its_currency(text: str, currency: str, expected: str) -> None:
    assert format_amount(parse_amount(text, currency), currency) == expected


@pytest.mark.parametrize(
    "text, currency",
    [
        ("", "CNY"),
        ("1,250.00", "CNY"),
        ("1e3", "CNY"),
        ("NaN", "CNY"),
        ("Infinity", "CNY"),
        ("１２", "CNY"),  # full-width digits
        ("1_000", "CNY"),
        ("--1", "CNY"),
        (".", "CNY"),
        ("1.005", "CNY"),
        ("0.5", "JPY"),
        ("1.2345", "KWD"),
        ("1000000000000000", "CNY"),
        ("1" * 100_000, "CNY"),
        ("1", "XXX"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(AmountError):
        parse_amount(text, currency)


def test_printing_never_hides_a_decimal() -> None:
    with pytest.raises(AmountError):
        format_amount(Decimal("1.005"), "CNY")


def test_exactness_is_per_currency() -> None:
    assert is_exact(Decimal("1.005"), "KWD")
    assert not is_exact(Decimal("1.005"), "CNY")


def test_base_is_rounded_to_the_base_currency() -> None:
    # 100.00 USD at 7.123456 CNY is 712.3456, printed 712.35; in yen whole.
    assert to_base(Decimal("100.00"), Decimal("7.123456"), "CNY") == Decimal("712.35")
    assert to_base(Decimal("100.00"), Decimal("149.995"), "JPY") == Decimal("15000")


@pytest.mark.django_db
def test_the_database_knows_the_same_minor_units() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select code, core_minor_unit(code) from unnest(%s) as code", [list(CURRENCIES)])
        assert dict(cursor.fetchall()) == {code: minor_unit(code) for code in CURRENCIES}


amounts = st.decimals(-(10**12), 10**12, places=2)
weights = st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(any)


@given(amount=amounts, shares=weights)
def test_parts_always_sum_to_the_whole(amount: Decimal, shares: list[int]) -> None:
    parts = split(amount, [Decimal(share) for share in shares], "CNY")
    assert sum(parts) == amount
    assert all(is_exact(part, "CNY") for part in parts)


@given(amount=st.decimals(-(10**14), 10**14, places=3), currency=st.sampled_from(["CNY", "JPY", "KWD"]))
def test_printing_and_reading_are_inverse(amount: Decimal, currency: str) -> None:
    rounded = quantize(amount, currency)
    assert parse_amount(format_amount(rounded, currency), currency) == rounded

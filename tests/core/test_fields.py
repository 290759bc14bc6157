"""What people type for amounts and dates."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from arap.core.fields import DayField, MoneyField, month_end_before, read_amount, read_day, read_moment
from arap.core.money import AmountError

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1,234.5", "CNY", "1234.50"),
        ("1234.50", "CNY", "1234.50"),
        (" 1 234 ", "CNY", "1234.00"),
        ("1.2万", "CNY", "12000.00"),
        ("0.5亿", "JPY", "50000000"),
        ("=100+20.5-0.5", "CNY", "120.00"),
        ("=1.2万+1", "CNY", "12001.00"),
        ("\u22123,400.00", "CNY", "-3400.00"),
        ("１", "CNY", None),
        ("1.234", "CNY", None),
        ("1.5", "JPY", None),
        ("=1+", "CNY", None),
        ("=", "CNY", None),
        ("twelve", "CNY", None),
        ("", "CNY", None),
        ("1e9", "CNY", None),
    ],
)
def test_read_amount(text: str, currency: str, amount: str | None) -> None:
    if amount is None:
        with pytest.raises(AmountError):
            read_amount(text, currency)
    else:
        assert read_amount(text, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("2026-09-30", date(2026, 9, 30)),
        ("20", date(2026, 11, 20)),
        ("20/12", date(2026, 12, 20)),
        ("20/12/2025", date(2025, 12, 20)),
        ("12-24", date(2026, 12, 24)),
        ("+7", date(2026, 11, 27)),
        ("-1", date(2026, 11, 19)),
        ("mon", date(2026, 11, 23)),
        ("周五", date(2026, 11, 27)),
        ("周日", date(2026, 11, 22)),
        ("30 Sep 2026", date(2026, 9, 30)),
        ("2 September", date(2026, 9, 2)),
        ("31/2", None),
        ("30 Foo 2026", None),
        ("+99999", None),
        ("soon", None),
    ],
)
def test_read_day(text: str, on: date | None) -> None:
    if on is None:
        with pytest.raises(ValueError, match=r".+"):
            read_day(text, FRIDAY)
    else:
        assert read_day(text, FRIDAY) == on


def test_the_field_says_what_to_type() -> None:
    field = DayField(today=FRIDAY)
    assert field.clean("+1") == date(2026, 11, 21)
    with pytest.raises(ValidationError, match="is not a date"):
        field.clean("soon")
    with pytest.raises(ValidationError, match="is not an amount in JPY"):
        MoneyField.read("1.5", "JPY")


def test_a_day_comes_back_as_it_is_printed_and_typing_as_it_was_typed() -> None:
    field = DayField(today=FRIDAY)
    assert field.prepare_value(date(2026, 9, 2)) == "2 Sep 2026"
    assert field.prepare_value("31/2") == "31/2"


def test_month_end_before() -> None:
    assert month_end_before(date(2026, 3, 15)) == date(2026, 2, 28)
    assert month_end_before(date(2026, 1, 31)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-10-05 18:00", "2026-10-05T18:00:59.999999+08:00"),
        ("5 Oct 2026, 18:00", "2026-10-05T18:00:59.999999+08:00"),
        ("2026-10-05 18:00:07", "2026-10-05T18:00:07+08:00"),
        ("2026-10-05", "2026-10-05T23:59:59.999999+08:00"),
        ("2026-10-05T18:00:00+00:00", "2026-10-06T02:00:00+08:00"),
        ("2026-10-05T18:00", "2026-10-05T18:00:00+08:00"),
        ("yesterday noon", None),
        ("2026-10-05 25:00", None),
    ],
)
def test_read_moment(text: str, iso: str | None) -> None:
    with timezone.override("Asia/Shanghai"):
        if iso is None:
            with pytest.raises(ValueError, match=r".+"):
                read_moment(text, FRIDAY)
        else:
            assert read_moment(text, FRIDAY) == datetime.fromisoformat(iso).astimezone(ZoneInfo("Asia/Shanghai"))

"""Amounts, dates, ages and shares as design.md section 8 writes them, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from arap.core import wording

NBSP = "\u00a0"

AMOUNTS = """
# amount       currency  text            why
1234567.8      CNY       1,234,567.80    the currency's own decimals
-3400          CNY       −3,400.00       the minus is U+2212, never a bracket
78250000       JPY       78,250,000      the yen has no decimals
1.25           KWD       1.250           the dinar has three
0              CNY       0.00            zero is an amount like any other
0.005          CNY       0.005           what the currency does not know is shown, not rounded
"""
rows = [line.split(maxsplit=3) for line in AMOUNTS.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(("amount", "currency", "text", "why"), rows, ids=[row[3] for row in rows])
def test_amount(amount: str, currency: str, text: str, why: str) -> None:
    assert wording.amount_text(Decimal(amount), currency) == text


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        ("12840000", "12.84 m", "1,284 万"),
        ("120000000", "120 m", "1.2 亿"),
        ("60000000", "60 m", "6,000 万"),
        ("-84200", "−84.2 k", "−8.42 万"),
        ("999", "999", "999"),
        ("0", "0", "0"),
        ("2500000000", "2.5 bn", "25 亿"),
    ],
)
def test_short_amount(amount: str, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert wording.short_amount(Decimal(amount)).replace(NBSP, " ") == english
    with translation.override("zh-hans"):
        assert wording.short_amount(Decimal(amount)).replace(NBSP, " ") == chinese


def test_percent_has_a_no_break_space_in_english_and_none_in_chinese() -> None:
    with translation.override("en"):
        assert wording.percent(Decimal("0.2149")) == f"21.5{NBSP}%"
    with translation.override("zh-hans"):
        assert wording.percent(Decimal("0.97"), 0) == "97%"


def test_dates() -> None:
    on = date(2026, 11, 20)
    with translation.override("en"):
        assert wording.day(on) == "20 Nov 2026"
        assert wording.day(date(2026, 9, 2)) == "\u20072 Sep 2026", "a single digit stands under the second"
        assert wording.short_day(on) == "20 Nov"
        assert wording.prose_day(date(2026, 9, 2)) == "2 Sep 2026"
        assert wording.long_day(on) == "Fri 20 Nov 2026"
    with translation.override("zh-hans"):
        assert wording.day(on) == "2026-11-20"
        assert wording.short_day(on) == "11-20"
        assert wording.long_day(on) == "2026年11月20日 周五"


def test_moment_is_in_the_zone_in_use() -> None:
    at = datetime(2026, 11, 20, 1, 12, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        with translation.override("en"):
            assert wording.moment(at) == "20 Nov 2026, 09:12"
        with translation.override("zh-hans"):
            assert wording.moment(at) == "2026-11-20 09:12"


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [
        (55, "55 d over", "逾期 55 天"),
        (1008, "1,008 d over", "逾期 1,008 天"),
        (-21, "in 21 d", "21 天后"),
        (0, "due today", "今日到期"),
    ],
)
def test_age_words(days: int, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert wording.age_words(days) == english
    with translation.override("zh-hans"):
        assert wording.age_words(days) == chinese


def test_names_put_the_readers_script_first() -> None:
    both = ("Ningbo Haichen Mould Co., Ltd.", "宁波海辰模具有限公司")
    with translation.override("en"):
        assert wording.names(*both) == both
        assert wording.names("Corvane Aerospace Inc.", "") == ("Corvane Aerospace Inc.", "")
    with translation.override("zh-hans"):
        assert wording.names(*both) == (both[1], both[0])
        assert wording.names("Corvane Aerospace Inc.", "") == ("Corvane Aerospace Inc.", "")

"""How amounts, dates, ages and shares are written on screen, in the language in use.

Amounts have the same digits in every language: groups of three, U+2212 as minus, never a bracket.
Only the short form of sentences and axes differs, because Chinese counts in 万 and 亿.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arap.core.money import minor_unit

MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"
FIGURE_SPACE = "\u2007"
HAIRLINE_DASH = "\u2013"

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
WEEKDAYS_ZH = "一二三四五六日"

# (from this amount, in this unit, decimals) and the word of the unit, largest first.
SHORT_EN = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))
SHORT_ZH = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))


def in_chinese() -> bool:
    """Whether the language in use is Chinese."""
    return (get_language() or "en").startswith("zh")


@dataclass(frozen=True, slots=True)
class AmountParts:
    """An amount cut at its point. `pad` is what is missing to two decimals ("" or ".00")."""

    sign: str
    whole: str
    cents: str
    pad: str

    def __str__(self) -> str:
        return f"{self.sign}{self.whole}{self.cents}"


def amount_parts(amount: Decimal, currency: str) -> AmountParts:
    """`amount` in the decimals of `currency`, grouped, cut at the point.

    Decimals the currency does not know are shown, not rounded away: rounding belongs elsewhere.
    """
    decimals = max(minor_unit(currency), -_exponent(amount.normalize()))
    whole, _point, cents = f"{abs(amount):,.{decimals}f}".partition(".")
    return AmountParts(
        sign=MINUS if amount < 0 else "",
        whole=whole,
        cents=f".{cents}" if cents else "",
        pad="" if cents else ".00",
    )


def amount_text(amount: Decimal, currency: str) -> str:
    """`amount` as text: "1,234.50", "−3,400.00", JPY "1,250"."""
    return str(amount_parts(amount, currency))


def short_amount(amount: Decimal) -> str:
    """`amount` for axes and sentences: "12.84 m", "84 k"; in Chinese "1,284 万", "1.2 亿"."""
    sign = MINUS if amount < 0 else ""
    size = abs(amount)
    for unit, word in SHORT_ZH if in_chinese() else SHORT_EN:
        if size >= unit:
            return f"{sign}{_three_figures(size / unit)}{NO_BREAK_SPACE}{word}"
    return f"{sign}{size.quantize(Decimal(1), ROUND_HALF_UP):,}"


def percent(share: Decimal, decimals: int = 1) -> str:
    """`share` of one as a percentage: 0.215 is "21.5 %" (no-break space), in Chinese "21.5%"."""
    figure = (share * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(figure):,}"
    gap = "" if in_chinese() else NO_BREAK_SPACE
    return f"{MINUS if figure < 0 else ''}{text}{gap}%"


def day(on: date) -> str:
    """A date in a table: "20 Nov 2026", a single digit set under the second; "2026-11-20"."""
    if in_chinese():
        return on.isoformat()
    return f"{str(on.day).rjust(2, FIGURE_SPACE)} {MONTHS[on.month - 1]} {on.year}"


def short_day(on: date) -> str:
    """A date whose year is known: "20 Nov", "11-20"."""
    if in_chinese():
        return f"{on:%m-%d}"
    return f"{on.day} {MONTHS[on.month - 1]}"


def prose_day(on: date) -> str:
    """A date in a sentence or a field: "20 Nov 2026", "2026-11-20"."""
    return day(on).strip(FIGURE_SPACE)


def long_day(on: date) -> str:
    """A date with its weekday: "Fri 20 Nov 2026", "2026年11月20日 周五"."""
    if in_chinese():
        return f"{on.year}年{on.month}月{on.day}日 周{WEEKDAYS_ZH[on.weekday()]}"
    return f"{WEEKDAYS[on.weekday()]} {prose_day(on)}"


def moment(at: datetime) -> str:
    """An instant in the zone in use: "20 Nov 2026, 09:12", "2026-11-20 09:12"."""
    local = timezone.localtime(at)
    between = " " if in_chinese() else ", "
    return f"{prose_day(local.date())}{between}{local:%H:%M}"


def seconds_words(seconds: int) -> str:
    """A length of time in at most two units: "8 s", "3 min 5 s", "2 h 10 min"; "8 秒", "3 分 5 秒", "2 小时 10 分"."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def typed_moment(at: datetime) -> str:
    """An instant as one types it into "known at": local, to the minute."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def age_words(days_overdue: int) -> str:
    """An age in words: "55 d over", "in 21 d", "due today"; "逾期 55 天", "21 天后"."""
    if days_overdue > 0:
        return _("%(days)s d over") % {"days": f"{days_overdue:,}"}
    if days_overdue < 0:
        return _("in %(days)s d") % {"days": f"{-days_overdue:,}"}
    return _("due today")


def bucket_words(from_days: int | None, to_days: int | None) -> str:
    """The head of an aging bucket: "Not due", "1–30 d", "Over 90 d"; "未到期", "1–30 天", "90 天以上"."""
    if from_days is None:
        return _("Not due")
    if to_days is None:
        return _("Over %(days)s d") % {"days": from_days - 1}
    return _("%(from_days)s–%(to_days)s d") % {"from_days": from_days, "to_days": to_days}


def names(name: str, name_local: str) -> tuple[str, str]:
    """The name to print first in the language in use, and the other one ("" where there is none)."""
    if not name_local or name_local == name:
        return name, ""
    return (name_local, name) if in_chinese() else (name, name_local)


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int), "an amount is a finite number"
    return min(exponent, 0)


def _three_figures(size: Decimal) -> str:
    """`size` with about three or four figures: 12.84, 412, 1,284; no trailing zeros."""
    decimals = 2 if size < 100 else 0
    text = f"{size.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text

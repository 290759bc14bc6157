"""Form fields that read what people type: amounts and dates in the short ways of the desk."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arap.core import wording
from arap.core.dates import day_of_month
from arap.core.money import AmountError, parse_amount

WORDS = {"": 0, "万": 4, "亿": 8}
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
WEEKDAYS |= {f"周{word}": at for at, word in enumerate(wording.WEEKDAYS_ZH)} | {"周天": 6}

_TERM = re.compile(r"[+-]?\d*\.?\d*[万亿]?")
_SHIFT = re.compile(r"[+-]\d{1,4}")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:[/.](\d{1,2})(?:[/.](\d{4}))?)?")
_WRITTEN = re.compile(r"(\d{1,2})\s+([A-Za-z]{3})[a-z]*(?:\s+(\d{4}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")

_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T.+|\d{4}-\d{2}-\d{2} .+[+-]\d{2}:?\d{2}")
_CLOCK = re.compile(r"(.+?),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?")


def read_amount(text: str, currency: str) -> Decimal:
    """The amount typed in `text`: "1,234.5", "1234.50", "1.2万", "=100+20.5".

    Raises AmountError for anything else and for decimals the currency does not know.
    """
    plain = re.sub(r"[,，\s\u00a0\u2007]", "", text).replace("\u2212", "-").replace("－", "-")
    if not plain.startswith("="):
        return _read_term(plain, currency)
    terms = [term for term in _TERM.findall(plain[1:]) if term]
    if not terms or "".join(terms) != plain[1:]:
        raise AmountError(f"{text!r} is not a sum.")
    return sum((_read_term(term, currency) for term in terms), Decimal(0))


def _read_term(term: str, currency: str) -> Decimal:
    word = term[-1:] if term[-1:] in WORDS else ""
    digits = term.removesuffix(word)
    if not word:
        return parse_amount(digits, currency)
    # KWD has three decimals, the most of any currency, so nothing typed is lost before the shift.
    return parse_amount(f"{parse_amount(digits, 'KWD').scaleb(WORDS[word]):f}", currency)


def read_day(text: str, today: date) -> date:
    """The day typed in `text`: "20", "20/11", "20/11/2026", "+7", "周五", "fri", ISO, "20 Nov 2026".

    A weekday is the next one after `today`. Raises ValueError for anything else.
    """
    plain = text.strip()
    if plain.lower()[:3] in WEEKDAYS or plain in WEEKDAYS:
        ahead = (WEEKDAYS[plain.lower()[:3]] - today.weekday()) % 7
        return today + timedelta(days=ahead or 7)
    if _SHIFT.fullmatch(plain):
        return today + timedelta(days=int(plain))
    if found := _ISO.fullmatch(plain):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH_DAY.fullmatch(plain):
        return date(today.year, int(found[1]), int(found[2]))
    if found := _DAY_MONTH.fullmatch(plain):
        return date(int(found[3] or today.year), int(found[2] or today.month), int(found[1]))
    if found := _WRITTEN.fullmatch(plain):
        month = wording.MONTHS.index(found[2].title()) + 1
        return date(int(found[3] or today.year), month, int(found[1]))
    raise ValueError(f"{text!r} is not a date")


def read_moment(text: str, today: date) -> datetime:
    """The instant typed in `text`: a day and a time ("2026-10-05 18:00", "5 Oct 2026, 18:00"), a day
    alone (its end), or ISO with an offset. Without an offset it is in the zone in use.

    Raises ValueError for anything else.
    """
    plain = text.strip()
    if _ISO_INSTANT.fullmatch(plain):
        at = datetime.fromisoformat(plain)
        return at if at.tzinfo else timezone.make_aware(at)
    found = _CLOCK.fullmatch(plain)
    if found is None:
        return timezone.make_aware(datetime.combine(read_day(plain, today), time.max))
    clock = time(int(found[2]), int(found[3]), int(found[4] or 0))
    if found[4] is None:  # a minute is named by its beginning and means all of it
        clock = clock.replace(second=59, microsecond=999_999)
    return timezone.make_aware(datetime.combine(read_day(found[1], today), clock))


def month_end_before(on: date) -> date:
    """The last day of the month before `on`."""
    year, month = (on.year, on.month - 1) if on.month > 1 else (on.year - 1, 12)
    return day_of_month(year, month, 31)


class DayField(forms.Field):
    """A date. `today` is what the short ways count from; the view gives it."""

    today: date

    def __init__(self, *, today: date | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.today = today or date.min
        self.widget.attrs |= {"autocomplete": "off", "class": "input", "maxlength": "20"}

    def to_python(self, value: Any) -> Any:
        """The day, or None where nothing was typed. Raises ValidationError with what to type."""
        if isinstance(value, date):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_day(text, self.today)
        except (ValueError, OverflowError):
            raise ValidationError(
                _("%(text)s is not a date. Type 20, 20/11, +7 or 2026-11-20."), params={"text": text}
            ) from None

    def prepare_value(self, value: Any) -> Any:
        """A day as it is printed; what was typed stays as it was typed."""
        return wording.prose_day(value) if isinstance(value, date) else value


class MomentField(forms.Field):
    """An instant; nothing typed is now (None)."""

    today: date

    def __init__(self, *, today: date | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.today = today or date.min
        self.widget.attrs |= {"autocomplete": "off", "class": "input", "maxlength": "40", "placeholder": _("now")}

    def to_python(self, value: Any) -> Any:
        """The instant, or None where nothing was typed. Raises ValidationError with what to type."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return read_moment(text, self.today)
        except (ValueError, OverflowError):
            raise ValidationError(
                _("%(text)s is not a moment. Type 2026-10-05 18:00, or nothing for now."), params={"text": text}
            ) from None


class MoneyField(forms.CharField):
    """An amount. Its currency is known when the whole form is, so `read` is called from clean()."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 60)
        super().__init__(**options)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "input input--money"}

    @staticmethod
    def read(text: str, currency: str) -> Decimal:
        """The amount in `text`. Raises ValidationError with what to type."""
        try:
            return read_amount(text, currency)
        except AmountError:
            raise ValidationError(
                _("%(text)s is not an amount in %(currency)s. Type 1,234.50 or =100+20."),
                params={"text": text, "currency": currency},
            ) from None

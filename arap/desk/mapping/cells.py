"""From one cell to one value: texts, codes, dates, amounts, currencies, choices and lists.

A cell is a text (CSV) or what a workbook holds: a number, a truth value, a date. Each reader takes a
cell that is not empty and gives the value, or raises BadCell with one sentence.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core.money import AMOUNT_LIMIT, CURRENCIES
from arap.desk.mapping.declaration import Column, Mapping
from arap.desk.mapping.errors import BadCell

Cell = str | float | int | bool | date | datetime
Read = Callable[[Any], Any]

# Before 1970 or after 2199 a date in the books of a trading company is a slip of the keyboard.
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
# Excel computes with 17 digits and shows 15; what lies beyond them is noise of the binary format.
EXCEL_DIGITS = 15

_WHOLE = re.compile(r"(\d+)\.0+", re.ASCII)
_ROUNDED_BY_SPREADSHEET = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+", re.ASCII)
# Spaces that French and Swiss programs write between thousands.
_SPACES = re.compile("[\u00a0\u202f\u2009]")
_BLANKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]")


def reader_of(column: Column, mapping: Mapping) -> Read:
    """The function that reads the cells of `column`."""
    match column.kind:
        case "text" if not column.whole_number:
            return text_reader(column.max_length)
        case "lines":
            return lines_reader(column.max_length)
        case "figure":
            return amount_reader(mapping.decimal, mapping.thousands, signed=True, zero=True)
        case "text" | "code":
            return code_reader(column.max_length, whole_number=column.whole_number)
        case "date":
            return date_reader(mapping.dates)
        case "amount" | "number":
            return amount_reader(mapping.decimal, mapping.thousands, signed=column.signed)
        case "currency":
            return read_currency
        case "choice":
            return choice_reader(dict(column.choices))
        case "list":
            return list_reader(column.separator, column.max_length)
    raise AssertionError(column.kind)


def text_reader(max_length: int) -> Read:
    """Texts: line breaks and tabs inside become one space."""

    def read(cell: Cell) -> str:
        text = cell if isinstance(cell, str) else plain(cell)
        if _BLANKS.search(text):
            text = " ".join(text.split())
        if len(text) > max_length:
            raise BadCell(_too_long(max_length))
        return text

    return read


def lines_reader(max_length: int) -> Read:
    """Texts of several lines, such as an address: the lines stay, each without blanks at its ends."""

    def read(cell: Cell) -> str:
        text = cell if isinstance(cell, str) else plain(cell)
        text = "\n".join(line.strip() for line in text.splitlines()).strip()
        if len(text) > max_length:
            raise BadCell(_too_long(max_length))
        return text

    return read


def code_reader(max_length: int, *, whole_number: bool) -> Read:
    """Codes and numbers of documents: text, zeros kept.

    With `whole_number`, a code that went through a spreadsheet or a data frame as a number
    ("1930659387.0") is that number without the decimals.
    """

    def read(cell: Cell) -> str:
        text = cell if isinstance(cell, str) else plain(cell)
        if whole_number and (match := _WHOLE.fullmatch(text)):
            text = match[1]
        if _BLANKS.search(text):
            raise BadCell(_("There is a line break or a tab in it."))
        if _ROUNDED_BY_SPREADSHEET.fullmatch(text):
            raise BadCell(
                _("“%(text)s” is a number that a spreadsheet has cut; format the column as text.")
                % {"text": shown(text)}
            )
        if len(text) > max_length:
            raise BadCell(_too_long(max_length))
        return text

    return read


def date_reader(patterns: tuple[str, ...]) -> Read:
    """Dates in one of the declared formats. A time of day is dropped if the format has one."""
    known: dict[str, date] = {}

    def read(cell: Cell) -> date:
        if not isinstance(cell, str):
            return _workbook_date(cell)
        if (found := known.get(cell)) is not None:
            return found
        if len(known) > 50_000:  # a hostile file must not fill the memory
            known.clear()
        known[cell] = found = _sane(_parse_date(cell, patterns))
        return found

    return read


def _parse_date(text: str, patterns: tuple[str, ...]) -> date:
    if len(text) <= 40:
        for pattern in patterns:
            if pattern.isascii() and not text.isascii():
                continue
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - only the day is kept
            except ValueError:
                continue
    raise BadCell(
        _("“%(text)s” is not a date of the form %(form)s.") % {"text": shown(text), "form": date_form(patterns[0])}
    )


def _workbook_date(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return _sane(cell.date())
    if isinstance(cell, date):
        return _sane(cell)
    raise BadCell(_("“%(text)s” is a number, not a date.") % {"text": shown(plain(cell))})


def _sane(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise BadCell(
            _("The date %(day)s lies outside the years %(first)d to %(last)d.")
            % {"day": day.isoformat(), "first": EARLIEST.year, "last": LATEST.year}
        )
    return day


def date_form(pattern: str) -> str:
    """How a person writes `pattern`: "%d/%m/%Y" is "dd/mm/yyyy"."""
    for part, letters in (("%Y", "yyyy"), ("%y", "yy"), ("%m", "mm"), ("%d", "dd"), ("%H", "hh")):
        pattern = pattern.replace(part, letters)
    return pattern.replace("%M", "mm").replace("%S", "ss")


def amount_reader(decimal: str, thousands: str, *, signed: bool = False, zero: bool = False) -> Read:
    """Amounts and other numbers greater than zero, or with `signed` below it too; zero only where `zero` says so.

    The precision of amounts is judged later, by currency.
    """
    point = re.escape(decimal)
    digits = r"\d+"
    if thousands:
        digits = rf"(?:\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+)"
    number = re.compile(rf"[+-]?(?:{digits}(?:{point}\d*)?|{point}\d+)", re.ASCII)
    is_plain = decimal == "." and not thousands

    def read(cell: Cell) -> Decimal:
        if not isinstance(cell, str):
            return _within(_workbook_number(cell), signed=signed, zero=zero)
        if thousands == " ":
            cell = _SPACES.sub(" ", cell)
        if len(cell) > 100 or not number.fullmatch(cell):
            raise BadCell(_("“%(text)s” is not an amount.") % {"text": shown(cell)})
        text = cell if is_plain else cell.replace(thousands, "").replace(decimal, ".")
        return _within(Decimal(text), signed=signed, zero=zero)

    return read


def _workbook_number(cell: Cell) -> Decimal:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadCell(_("“%(text)s” is not an amount.") % {"text": shown(plain(cell))})
    number = Decimal(f"{cell:.{EXCEL_DIGITS}g}")
    if not number.is_finite():
        raise BadCell(_("“%(text)s” is not an amount.") % {"text": shown(plain(cell))})
    return number


def _within(amount: Decimal, *, signed: bool, zero: bool) -> Decimal:
    if signed and amount == 0 and not zero:
        raise BadCell(_("The amount is zero."))
    if not signed and amount <= 0:
        raise BadCell(_("The amount must be greater than zero."))
    if abs(amount) >= AMOUNT_LIMIT:
        raise BadCell(_("The amount is larger than the book can hold."))
    return amount


def read_currency(cell: Cell) -> str:
    """An ISO 4217 code, in any case."""
    text = cell if isinstance(cell, str) else plain(cell)
    if text in CURRENCIES:
        return text
    code = text.upper()
    if code not in CURRENCIES:
        raise BadCell(_("“%(text)s” is not a currency code.") % {"text": shown(text)})
    return code


def choice_reader(choices: dict[str, Any]) -> Read:
    """One of the texts declared, in any case; gives the value declared for it."""

    def read(cell: Cell) -> Any:
        text = cell if isinstance(cell, str) else plain(cell)
        try:
            return choices[text.casefold()]
        except KeyError:
            raise BadCell(
                _("“%(text)s” is not one of: %(choices)s.") % {"text": shown(text), "choices": ", ".join(choices)}
            ) from None

    return read


def list_reader(separator: str, max_length: int) -> Read:
    """Several codes in one cell; empty ones and repeated ones are dropped, the order is kept."""
    code = code_reader(max_length, whole_number=False)

    def read(cell: Cell) -> tuple[str, ...]:
        text = cell if isinstance(cell, str) else plain(cell)
        parts = (part.strip() for part in text.split(separator))
        return tuple(dict.fromkeys(code(part) for part in parts if part))

    return read


def plain(cell: Cell) -> str:
    """A workbook's cell as text: whole numbers without decimals, dates as ISO."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.{EXCEL_DIGITS}g}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def shown(text: str) -> str:
    """`text` as it may stand in a message: at most forty characters."""
    return text if len(text) <= 40 else text[:39] + "…"


def _too_long(max_length: int) -> str:
    return _("It is longer than %(limit)d characters.") % {"limit": max_length}

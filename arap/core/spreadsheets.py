"""What spreadsheets must not misread."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Of Excel.
CELL_SIGNS_MAX = 32_767

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def as_text(value: str) -> str:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(FORMULA) else value


_GUARDED = re.compile(r"'+[=+\-@\t\r\0]")
_FORMULA_LIKE = re.compile(r"'*[=+\-@\t\r\0]")


def guarded(value: str) -> str:
    """As `as_text`, so that `unguarded` gives the same text again, whatever it was."""
    return f"'{value}" if _FORMULA_LIKE.match(value) else value


def unguarded(value: str) -> str:
    """A cell of a CSV file without the apostrophe that only keeps spreadsheets from computing."""
    return value[1:] if value[:1] == "'" and _GUARDED.match(value) else value


def csv_answer(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The rows, headings first, as a file called `name`.csv that Excel reads right and takes for no formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    response.write("\ufeff")  # so that Excel reads Chinese names
    writer = csv.writer(response)
    writer.writerows([as_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return response


def xlsx_answer(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The same as a workbook: numbers are numbers, days are days, and a text is a text whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([cell_of(sheet, value) for value in row])
    response = HttpResponse(content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx")
    book.save(response)
    return response


def cell_of(sheet: Any, value: object) -> Any:
    """A cell of a write-only sheet: a text stays a text whatever it begins with."""
    if not isinstance(value, str):
        # Excel knows no time zones: the wall clock of the one that is active.
        return timezone.make_naive(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL_SIGNS_MAX])
    cell.data_type = "s"
    return cell

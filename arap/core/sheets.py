"""A report as data, and the files it becomes: CSV as a stream, XLSX with numbers as numbers, PDF by the engine.

A sheet has columns of a kind and rows as mappings from the columns' names. The page shows the same rows; nothing is
computed here.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from arap.core import wording
from arap.core.errors import Invalid
from arap.core.files import safe_name
from arap.core.models import Company
from arap.core.money import format_amount, minor_unit
from arap.core.pdf import columns as paper
from arap.core.pdf import render_pdf
from arap.core.spreadsheets import XLSX, as_text, cell_of

Cells = Mapping[str, Any]
Kind = Literal["text", "day", "amount", "base", "count"]
Answer = TypeVar("Answer", bound=HttpResponseBase)
FORMATS = ("csv", "xlsx", "pdf")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "pdf": "application/pdf"}
# What one answer may hold. A workbook of this size takes seconds and little memory; a paper of it nobody reads.
XLSX_ROWS_MAX = 100_000
XLSX_ROWS_EVER = 1_000_000  # a sheet has room for 1,048,576 with its heads; a job writes that many
PDF_ROWS_MAX = 5_000
PAPER_MM = 269  # a sheet of A4 lying, without its margins


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `currency` names the cell that says in which currency an amount is; a "base" amount is in the base
    currency. `width_mm` is its width on paper; 0 leaves it out there. `is_summed`: it has a total per currency.
    """

    name: str
    head: str | Promise
    kind: Kind = "text"
    width_mm: int = 20
    currency: str = "currency"
    is_summed: bool = False
    is_strong: bool = False
    is_quiet: bool = False
    drops: bool = False

    @property
    def is_figure(self) -> bool:
        """Set at the right."""
        return self.kind in ("amount", "base", "count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file is made of. `facts` say what was asked: (name, value). `totals` are rows, too, one per currency."""

    company: Company
    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Callable[[], Iterable[Cells]]
    totals: Sequence[Cells] = field(default_factory=list)
    verdict: str = ""

    def currency_of(self, column: Column, cells: Cells) -> str:
        """In which currency a figure of a row is."""
        return self.company.base_currency if column.kind == "base" else str(cells.get(column.currency) or "")


def answer(sheet: Sheet, kind: str) -> HttpResponseBase:
    """The sheet as a file to save, of one of FORMATS. Raises Invalid("too_many_rows")."""
    if kind == "csv":
        # The language of the request is gone when the stream is read.
        response = StreamingHttpResponse(_in(translation.get_language(), lines(sheet)))
        response.headers["Content-Type"] = MEDIA_TYPES["csv"]
        return _named(response, sheet, kind)
    return file_of(sheet, kind)


def file_of(sheet: Sheet, kind: str) -> HttpResponse:
    """The same, made whole before it is sent. For what is in memory anyhow. Raises Invalid("too_many_rows")."""
    return _named(HttpResponse(content(sheet, kind), content_type=MEDIA_TYPES[kind]), sheet, kind)


def _named(response: Answer, sheet: Sheet, kind: str) -> Answer:
    disposition = content_disposition_header(as_attachment=True, filename=file_name(sheet, kind))
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def content(sheet: Sheet, kind: str) -> bytes:
    """The whole file in memory. Raises Invalid("too_many_rows") and CannotRender."""
    if kind == "csv":
        return b"".join(lines(sheet))
    return workbook(sheet) if kind == "xlsx" else paper_of(sheet)


def file_name(sheet: Sheet, kind: str) -> str:
    """The name under which it is saved."""
    return safe_name(f"{sheet.name}.{kind}")


def _in(language: str | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    with translation.override(language):
        yield from parts


class _Line:
    """What csv writes to: it gives the line back."""

    def write(self, text: str) -> str:
        return text


def lines(sheet: Sheet) -> Iterator[bytes]:
    """The CSV line by line: headings, then rows; amounts with a point and no groups, days as ISO."""
    writer = csv.writer(_Line())
    yield "\ufeff".encode()  # so that Excel reads Chinese names
    yield str(writer.writerow([as_text(str(column.head)) for column in sheet.columns])).encode()
    for cells in sheet.rows():
        yield str(writer.writerow([_written(sheet, column, cells) for column in sheet.columns])).encode()


def _written(sheet: Sheet, column: Column, cells: Cells) -> str:
    value = cells.get(column.name)
    if value is None or value == "":
        return ""
    if column.kind in ("amount", "base"):
        return format_amount(value, sheet.currency_of(column, cells))
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if column.kind == "count" else as_text(str(value))


def workbook(sheet: Sheet) -> bytes:
    """A workbook of one sheet, in memory. Raises Invalid("too_many_rows")."""
    target = BytesIO()
    write_workbook(sheet, target, rows_max=XLSX_ROWS_MAX)
    return target.getvalue()


def write_workbook(
    sheet: Sheet, target: BytesIO | Path, *, rows_max: int, told: Callable[[int], None] = lambda count: None
) -> int:
    """A workbook of one sheet: what was asked, a row of headings that stays, then the rows, totals at the end.

    `told` hears of each row; what it raises ends the work. Returns how many rows. Raises Invalid("too_many_rows").
    """
    book = Workbook(write_only=True)
    page = book.create_sheet(_sheet_title(sheet.title))
    for at, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(at)].width = max(10, (column.width_mm or 24) // 2 + 2)
    top = [[sheet.title], *([name, value] for name, value in sheet.facts), []]
    page.freeze_panes = f"A{len(top) + 2}"
    for row in top:
        page.append([cell_of(page, value) for value in row])
    page.append([cell_of(page, str(column.head)) for column in sheet.columns])
    try:
        count = _rows(page, sheet, rows_max, told)
    except BaseException:
        page.close()  # its file is one of the system's own
        raise
    for cells in sheet.totals if count else []:
        page.append([_cell(page, sheet, column, cells) for column in sheet.columns])
    if sheet.verdict:
        page.append([cell_of(page, sheet.verdict)])
    book.save(target)
    return count


def _rows(page: Any, sheet: Sheet, rows_max: int, told: Callable[[int], None]) -> int:
    count = 0
    for count, cells in enumerate(sheet.rows(), start=1):
        if count > rows_max:
            raise _too_many(rows_max)
        page.append([_cell(page, sheet, column, cells) for column in sheet.columns])
        told(count)
    return count


def _cell(page: Any, sheet: Sheet, column: Column, cells: Cells) -> Any:
    value = cells.get(column.name)
    if value is None or column.kind not in ("amount", "base") or not isinstance(value, Decimal):
        return cell_of(page, value)
    found = cell_of(page, "")
    found.value = value
    decimals = minor_unit(sheet.currency_of(column, cells))
    found.number_format = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return found


def _sheet_title(title: str) -> str:
    """As Excel allows it: 31 signs, none of them of an address."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "Report"


def paper_of(sheet: Sheet) -> bytes:
    """A paper in the language in use, A4 lying, the heads on each page."""
    rows: list[Cells] = []
    for cells in sheet.rows():
        rows.append(cells)
        if len(rows) > PDF_ROWS_MAX:
            raise _too_many(PDF_ROWS_MAX)
    shown = [column for column in sheet.columns if column.width_mm]
    widths = _widths([column.width_mm for column in shown])
    made = [
        paper.Column(column.head, width, "right" if column.is_figure else "left", column.is_strong)
        for column, width in zip(shown, widths, strict=True)
    ]
    language = "zh-hans" if wording.in_chinese() else "en"
    context = {
        "company": sheet.company,
        "paper_language": language,
        "title": sheet.title,
        "facts": sheet.facts,
        "table": paper.Table(made, [_printed(sheet, shown, cells) for cells in rows], "report-rows"),
        "widths": widths,
        "totals": [
            [(column.is_figure, text) for column, text in zip(shown, _printed(sheet, shown, cells), strict=True)]
            for cells in sheet.totals
        ]
        if rows
        else [],
        "verdict": sheet.verdict,
        "is_empty": not rows,
    }
    return render_pdf(render_to_string("pdf/report.html", context))


def _widths(wanted: Sequence[int]) -> list[int]:
    """Whole millimetres in the same proportions that fill the paper."""
    whole = sum(wanted)
    widths = [max(1, width * PAPER_MM // whole) for width in wanted]
    widths[0] += PAPER_MM - sum(widths)
    return widths


def _printed(sheet: Sheet, columns: Sequence[Column], cells: Cells) -> list[str]:
    return [printed(column, cells, sheet.currency_of(column, cells)) for column in columns]


def printed(column: Column, cells: Cells, currency: str) -> str:
    """A cell as one reads it, in the language in use."""
    value = cells.get(column.name)
    if value is None or value == "":
        return ""
    if column.kind in ("amount", "base"):
        return wording.amount_text(value, currency)
    if isinstance(value, date):
        return wording.day(value)
    return f"{value:,}" if column.kind == "count" and isinstance(value, int) else str(value)


def _too_many(limit: int) -> Invalid:
    return Invalid(
        "too_many_rows",
        _("There are more than %(limit)s rows. Narrow the report, or take it as CSV, which has no limit.")
        % {"limit": f"{limit:,}"},
    )

"""Lists as files that can be brought back: one row of headings, then the rows, as CSV or XLSX, written as a stream.

What a spreadsheet would take for a formula is guarded in CSV (spreadsheets.py) and is plain text in a workbook.
"""

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, TypeVar, cast
from xml.sax.saxutils import escape

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from arap.core.errors import Invalid
from arap.core.files import safe_name
from arap.core.spreadsheets import CELL_SIGNS_MAX, XLSX, guarded

T = TypeVar("T")
Cell = str | int | Decimal | date | None
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
# Of Excel, which takes 1,048,576, with room for the headings.
XLSX_ROWS_MAX = 1_000_000
# Excel keeps so many digits of a number; one that has more is written as text.
DIGITS_MAX = 15
PIECE_BYTES = 1 << 16

_EPOCH = date(1899, 12, 30)
_FIRST_SAFE = date(1900, 3, 1)  # before it Excel counts a day that never was
_NS = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_NS}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/styles.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_NS}/spreadsheetml/2006/main" xmlns:r="{_NS}/officeDocument/2006/relationships">'
        '<sheets><sheet name="arap" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_NS}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_NS}/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_NS}/spreadsheetml/2006/main">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rows` gives the rows anew each time it is asked, `count` how many there are at most."""

    name: str
    heads: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Cell]]]
    count: Callable[[], int]


def in_batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    iterator = iter(values)
    while some := list(islice(iterator, size)):
        yield some


def answer(table: Table, kind: str) -> StreamingHttpResponse:
    """The table as a file to save, "csv" or "xlsx". Raises Invalid("too_many_rows")."""
    pieces = _in(translation.get_language(), content(table, kind))
    response = StreamingHttpResponse(pieces, content_type=MEDIA_TYPES[kind])
    name = safe_name(f"{table.name}.{kind}")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def content(table: Table, kind: str) -> Iterator[bytes]:
    """The file in pieces. Raises Invalid("too_many_rows") before the first."""
    if kind == "csv":
        return _csv(table)
    if table.count() > XLSX_ROWS_MAX:
        raise Invalid(
            "too_many_rows",
            _("There are more than %(limit)s rows. Narrow the list, or take it as CSV, which has no limit.")
            % {"limit": f"{XLSX_ROWS_MAX:,}"},
        )
    return _xlsx(table)


def _in(language: str | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """In the language of the request, which is gone when the stream is read."""
    with translation.override(language):
        yield from pieces


class _Line:
    """What csv writes to: it gives the line back."""

    def write(self, text: str) -> str:
        return text


def _csv(table: Table) -> Iterator[bytes]:
    writer = csv.writer(_Line())
    kept = ["\ufeff", str(writer.writerow([guarded(head) for head in table.heads]))]
    size = 0
    for row in table.rows():
        line = str(writer.writerow([_written(cell) for cell in row]))
        kept.append(line)
        size += len(line)
        if size >= PIECE_BYTES:
            yield "".join(kept).encode()
            kept, size = [], 0
    yield "".join(kept).encode()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(cell)
    return cell.isoformat() if isinstance(cell, date) else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


class _Pieces:
    """What the archive is written to: bytes that wait to be sent."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What waits, once."""
        taken, self.waiting = b"".join(self.waiting), []
        return taken


def _xlsx(table: Table) -> Iterator[bytes]:
    pieces = _Pieces()
    with zipfile.ZipFile(cast("IO[bytes]", pieces), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, _HEAD + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for text in _sheet(table):
                sheet.write(text.encode())
                if data := pieces.take():
                    yield data
    yield pieces.take()


def _sheet(table: Table) -> Iterator[str]:
    """The one sheet as XML, its headings staying in place, in pieces."""
    yield (
        f'{_HEAD}<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )
    kept = [_row(table.heads)]
    size = 0
    for row in table.rows():
        text = _row(row)
        kept.append(text)
        size += len(text)
        if size >= PIECE_BYTES:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join([*kept, "</sheetData></worksheet>"])


def _row(row: Sequence[Cell]) -> str:
    return f"<row>{''.join(map(_cell, row))}</row>"


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, date):
        return f'<c s="1"><v>{(cell - _EPOCH).days}</v></c>' if cell >= _FIRST_SAFE else _cell(cell.isoformat())
    if isinstance(cell, str):
        text = escape(ILLEGAL_CHARACTERS_RE.sub("", cell)[:CELL_SIGNS_MAX])
        return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if sum(map(str.isdigit, text.lstrip("-0."))) > DIGITS_MAX:
        return _cell(text)
    return f"<c><v>{text}</v></c>"

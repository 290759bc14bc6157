"""Tables as files: CSV and XLSX that say what was written, whatever the cells hold, and act as no formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core import tables
from arap.core.errors import Invalid
from arap.core.spreadsheets import guarded, unguarded
from arap.core.tables import Cell, Table
from arap.desk.mapping.workbook import read_sheet

ROWS: list[list[Cell]] = [
    ["=1+2", "+86 21 5588", "-", "@here", "'quoted", "'=1"],
    ['宁波海辰 <&> "x"', "two\nlines", "007", "1E5", "", None],
    [Decimal("-1234.50"), Decimal("123456789012345678.123"), 7, date(2026, 2, 28), date(1899, 1, 1), Decimal("0.000")],
]


def table(rows: Sequence[Sequence[Cell]], *, count: int = 0) -> Table:
    return Table(name="t", heads=list("abcdef"), rows=lambda: rows, count=lambda: count)


def test_csv_says_what_was_written_and_begins_no_formula() -> None:
    text = b"".join(tables.content(table(ROWS), "csv")).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))
    assert read[0] == list("abcdef")
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in read for cell in row)
    assert [unguarded(cell) for cell in read[1]] == ROWS[0]
    assert [unguarded(cell) for cell in read[2]] == [*ROWS[1][:5], ""]
    assert read[3] == ["-1234.50", "123456789012345678.123", "7", "2026-02-28", "1899-01-01", "0.000"]


def test_a_workbook_is_read_alike_by_two_readers(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(tables.content(table(ROWS), "xlsx")))
    by_calamine = list(read_sheet(path, []))
    assert by_calamine[1:3] == [ROWS[0], [*ROWS[1][:5], ""]]
    assert by_calamine[3] == [-1234.5, "123456789012345678.123", 7, date(2026, 2, 28), "1899-01-01", 0]
    sheet: Any = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[2]] == ROWS[0]
    assert {cell.data_type for cell in sheet[2]} <= {"s", "inlineStr"}, "texts, no formulas"
    assert sheet["D4"].value.date() == date(2026, 2, 28)
    assert sheet["A4"].value == -1234.5
    assert sheet.freeze_panes == "A2"


def test_long_tables_come_in_pieces(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [[f"row {number}", Decimal(number)] for number in range(20_000)]
    for kind in ("csv", "xlsx"):
        assert len(list(tables.content(table(rows), kind))) > 3
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(tables.content(table(rows), "xlsx")))
    assert len(list(read_sheet(path, []))) == 20_001


def test_more_rows_than_a_sheet_has_are_refused() -> None:
    with pytest.raises(Invalid, match="as CSV"):
        tables.content(table([], count=tables.XLSX_ROWS_MAX + 1), "xlsx")
    assert b"".join(tables.content(table([], count=tables.XLSX_ROWS_MAX + 1), "csv"))


@given(st.text(alphabet="'=+-@\t\r\0ab1 ", max_size=8))
def test_guarding_loses_nothing(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\0"))

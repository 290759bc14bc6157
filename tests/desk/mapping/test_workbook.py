"""Workbooks: typed cells, the sheet that is read, and files made to hurt."""

import datetime as dt
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arap.desk.mapping import FileRefused, Rejected, Row, Target, open_rows
from arap.desk.mapping.declaration import parse_mapping

TARGET = Target(
    name="cells",
    fields={"number": "code", "day": "date", "amount": "amount", "currency": "currency"},
)
COLUMNS = [
    {"header": "Number", "field": "number", "whole_number": True},
    {"header": "Day", "field": "day"},
    {"header": "Amount", "field": "amount"},
]
CONTENT = {"column": COLUMNS, "constants": {"currency": "USD"}}


def read(path: Path) -> tuple[list[Row | Rejected], list[str]]:
    mapping = parse_mapping("test", CONTENT, TARGET)
    reading = open_rows(path, mapping, TARGET)
    return list(reading.rows()), reading.notices


def workbook(folder: Path, *rows: list[Any], further_sheet: bool = False) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if further_sheet:
        book.create_sheet("More")
    path = folder / "file.xlsx"
    book.save(path)
    return path


def test_numbers_dates_and_texts_of_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        ["Number", "Day", "Amount"],
        [1930659387.0, dt.date(2020, 3, 19), 11173.02],
        ["007", dt.datetime(2020, 3, 19, 15, 28), 0.1 + 0.2],  # noqa: DTZ001 - workbooks know no zone
        [],
        [8, "2020-03-20", "12.50"],
        [9, 43909, 1],
        [10, dt.date(2020, 3, 19), True],
        [11, dt.date(2020, 3, 19), 0.005],
        further_sheet=True,
    )
    rows, notices = read(path)
    values = [tuple(map(str, row.values.values())) for row in rows if isinstance(row, Row)]
    assert values == [
        ("1930659387", "2020-03-19", "11173.02", "USD"),
        ("007", "2020-03-19", "0.30", "USD"),
        ("8", "2020-03-20", "12.50", "USD"),
    ]
    assert [row for row in rows if isinstance(row, Rejected)] == [
        Rejected(6, "Day", "“43909” is a number, not a date."),
        Rejected(7, "Amount", "“True” is not an amount."),
        Rejected(8, "Amount", "0.005 has more decimals than USD has."),
    ]
    assert notices == ["Only the first sheet, “Sheet”, was read; the workbook has 2."]


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"^The file is empty\.$"):
        read(workbook(tmp_path))


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _with_sheet(path: Path, sheet: bytes) -> Path:
    """A good workbook whose sheet is replaced by the given XML."""
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with zipfile.ZipFile(buffer) as good:
        members = {name: good.read(name) for name in good.namelist()}
    return _zip(path, {**members, "xl/worksheets/sheet1.xml": sheet})


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s'
SHEET += b"</sheetData></worksheet>"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(12)
)


def _far_corner(path: Path) -> Path:
    cell = b'<row r="%d"><c r="%s%d" t="inlineStr"><is><t>x</t></is></c></row>'
    return _with_sheet(path, SHEET % (cell % (1, b"A", 1) + cell % (1048576, b"XFD", 1048576)))


def _lies_about_its_size(path: Path) -> Path:
    """A directory that says 1 kB for a sheet of 200 MB."""
    _with_sheet(path, SHEET % (b"<row>" + b" " * 200_000_000 + b"</row>"))
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    return path


HOSTILE = {
    "an archive of something else": lambda path: _zip(path, {"a.txt": b"a"}),
    "a thousand members": lambda path: _zip(path, {f"xl/{n}": b"" for n in range(1000)}),
    "sixty megabytes": lambda path: _zip(path, {"xl/a": bytes(60 << 20)}),
    "a ratio of a thousand": lambda path: _zip(path, {"xl/a": bytes(30 << 20)}),
    "a cell in the far corner": _far_corner,
    "a directory that lies": _lies_about_its_size,
    "entities": lambda path: _with_sheet(
        path, ENTITIES + SHEET % b'<row><c t="inlineStr"><is><t>&a11;</t></is></c></row>'
    ),
    "depth": lambda path: _with_sheet(path, SHEET % (b"<a>" * 100_000 + b"</a>" * 100_000)),
    "cut off": lambda path: path.write_bytes(_zip(path, {"xl/a": b"a" * 5000}).read_bytes()[:-30]),
    "only the first bytes": lambda path: path.write_bytes(b"PK\x03\x04"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_workbook_is_refused_quickly_with_one_sentence(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "hostile.xlsx"
    make(path)
    started = time.perf_counter()
    with pytest.raises(FileRefused) as refusal:
        read(path)
    assert str(refusal.value).endswith(".")
    assert time.perf_counter() - started < 10  # alone it takes at most one second

"""CSV files as they come: encodings, delimiters, line ends, quotation marks, hostile ones."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.desk.mapping import FileRefused, Rejected, Row, Target, open_rows
from arap.desk.mapping.declaration import parse_mapping
from arap.desk.mapping.encodings import decode_line

TARGET = Target(name="letters", fields={"code": "code", "name": "text"})
COLUMNS = [
    {"header": "Code", "field": "code", "required": True},
    {"header": "Name", "field": "name"},
]


def read(folder: Path, content: bytes, **file: object) -> tuple[list[Row | Rejected], list[str]]:
    path = folder / "file.csv"
    path.write_bytes(content)
    mapping = parse_mapping("test", {"column": COLUMNS, "file": file}, TARGET)
    reading = open_rows(path, mapping, TARGET)
    return list(reading.rows()), reading.notices


def names(folder: Path, content: bytes) -> list[str | None]:
    rows, _notices = read(folder, content)
    return [row.values["name"] if isinstance(row, Row) else row.message for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    text = "Code,Name\r\n1,宁波海辰模具有限公司\r\n2,Müller 𠮷 & Söhne 有限公司\r\n"
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    content = marks.get(encoding, b"") + text.encode(encoding)
    expected = ["宁波海辰模具有限公司", "Müller 𠮷 & Söhne 有限公司"]
    assert names(tmp_path, content) == expected


def test_lines_in_different_encodings_are_each_read_in_their_own(tmp_path: Path) -> None:
    content = "Code,Name\n1,宁波海辰\n".encode() + "2,苏州工业园\n".encode("gb18030")
    content += "3,Müller\n4,plain\n".encode()
    rows, notices = read(tmp_path, content)
    found = [row.values["name"] for row in rows if isinstance(row, Row)]
    assert found == ["宁波海辰", "苏州工业园", "Müller", "plain"]
    assert notices == ["The file mixes encodings: 2 × UTF-8, 1 × GB18030 (simplified Chinese)."]


def test_the_two_characters_that_look_like_utf_8_stay_chinese() -> None:
    """联通 in GBK is also valid UTF-8; in a file that is not UTF-8 it is Chinese."""
    assert decode_line("联通".encode("gb18030")) == ("联通", "gb18030")


def test_a_line_that_is_neither_is_rejected_and_the_others_are_kept(tmp_path: Path) -> None:
    content = b"Code,Name\n1,good\n2,\x81 bad\n3,good too\n"
    assert names(tmp_path, content) == [
        "good",
        "The row holds characters that cannot be read.",
        "good too",
    ]


@pytest.mark.parametrize("bad", [b"\x00", b"\x1b", b"\x7f", b"\x08"])
def test_control_characters_reject_the_row(tmp_path: Path, bad: bytes) -> None:
    content = b"Code,Name\n1,a" + bad + b"b\n2,good\n"
    assert names(tmp_path, content) == ["The row holds characters that cannot be read.", "good"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end(tmp_path: Path, end: bytes) -> None:
    assert names(tmp_path, end.join([b"Code,Name", b"1,a", b"", b"2,b"])) == ["a", "b"]


def test_mixed_line_ends(tmp_path: Path) -> None:
    assert names(tmp_path, b"Code,Name\r\n1,a\n2,b\r3,c\r\n") == ["a", "b", "c"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_under_which_the_headers_are_found(tmp_path: Path, delimiter: str) -> None:
    content = "\n".join([f"Code{delimiter}Name", f'1{delimiter}"a,b;c|d"'])
    assert names(tmp_path, content.encode()) == ["a,b;c|d"]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    content = b'\nCode,Name\n1,"two\nlines"\n\n,missing code\n2,b,c\n3\n4,d,,\n'
    rows, _notices = read(tmp_path, content)
    assert rows == [
        Row(3, {"code": "1", "name": "two lines"}),
        Rejected(5, "Code", "The cell is empty."),
        Rejected(6, "", "The row has 3 cells, the header 2."),
        Rejected(7, "", "The row has 1 cell, the header 2."),
        Row(8, {"code": "4", "name": "d"}),
    ]


def test_the_header_is_found_in_any_case_and_order_with_empty_cells_at_its_end(
    tmp_path: Path,
) -> None:
    rows, _notices = read(tmp_path, b" NAME , code,,\n b , 007 ,,\n")
    assert rows == [Row(2, {"name": "b", "code": "007"})]


REFUSED = [
    (b"", "The file is empty."),
    (b"\n \n", "The file is empty."),
    (b"Code,Name,code\n1,a,2\n", "The column “code” occurs twice."),
    (b"Code,Name,Colour\n1,a,red\n", "The mapping “test” does not know the column “Colour”."),
    (b"Name\na\n", "The file lacks the column “Code” of mapping “test”."),
    (
        b"<html><table>",
        "The file does not suit the mapping “test”: it lacks “Code”, and “<html><table>” is unknown.",
    ),
    (b'Code,Name\n1,a\n2,"b\n3,c\n', "The quotation mark opened in row 3 is never closed."),
    (
        b'Code,Name\n1,"' + b"long\n" * 40_000,
        "The quotation mark opened in row 2 is never closed.",
    ),
    (
        b"Code,Name\n1," + b"a" * 140_000 + b"\n",
        "Line 2 is longer than 131072 characters; this is not a CSV file.",
    ),
    (b"," * 600 + b"Code\n", "The file has more than 500 columns."),
    (
        b"a," * 1_000_000,
        "Line 1 is longer than 131072 characters; this is not a CSV file.",
    ),
    (
        "Code,Name\n1,a\n".encode("utf-16-le"),
        "The file is not text; save it as “CSV UTF-8” or as an Excel workbook (.xlsx).",
    ),
    (
        b"MZ\x90" + bytes(5000),
        "The file is not text; save it as “CSV UTF-8” or as an Excel workbook (.xlsx).",
    ),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "The file is an old or a protected Excel workbook; save it as .xlsx without a password.",
    ),
    (
        b"Co\x00de,Name\n",
        "The header cannot be read: The row holds characters that cannot be read.",
    ),
]


@pytest.mark.parametrize(("content", "sentence"), REFUSED, ids=[row[1][:40] for row in REFUSED])
def test_a_file_that_makes_no_sense_is_refused_whole(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(tmp_path, content)
    assert str(refusal.value) == sentence


def test_a_file_over_the_cap_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"Code,Name\n")
        file.truncate(100 << 20)
    mapping = parse_mapping("test", {"column": COLUMNS}, TARGET)
    with pytest.raises(FileRefused) as refusal:
        open_rows(path, mapping, TARGET)
    assert str(refusal.value) == ("The file has 100 MB; at most 64 MB are read at once. Split it and load the parts.")


def test_a_quotation_mark_out_of_place_rejects_its_row_only(tmp_path: Path) -> None:
    content = b'Code,Name\n1,"a"b\n2,5" pipe\n3,"say ""a"""\n'
    assert names(tmp_path, content) == [
        "The quotation marks in this row do not match.",
        '5" pipe',
        'say "a"',
    ]


def test_unknown_columns_may_be_ignored(tmp_path: Path) -> None:
    rows, _notices = read(tmp_path, b"Code,Colour\n1,red\n", unknown_columns="ignore")
    assert rows == [Row(2, {"code": "1", "name": None})]


def test_a_declared_encoding_is_the_only_one_tried(tmp_path: Path) -> None:
    rows, _notices = read(tmp_path, "Code,Name\n1,Müller\n".encode("cp1252"), encoding="cp1252")
    assert rows == [Row(2, {"code": "1", "name": "Müller"})]


@given(content=st.binary(max_size=400))
def test_any_bytes_give_rows_rejections_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    with suppress(FileRefused):
        rows, _notices = read(tmp_path_factory.getbasetemp(), content)
        assert all(isinstance(row, Row | Rejected) for row in rows)


@given(content=st.binary(max_size=300))
def test_any_bytes_below_a_good_header(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    with suppress(FileRefused):
        rows, _notices = read(tmp_path_factory.getbasetemp(), b"Code,Name\n0,first\n" + content)
        for row in rows:
            if isinstance(row, Row):
                assert "\x00" not in f"{row.values}"
                row.values["code"].encode("utf-8")


@given(text=st.text(st.characters(codec="gb18030", exclude_categories=["C"]), max_size=40))
def test_chinese_text_survives_gb18030(text: str) -> None:
    """Unless it is also UTF-8, which needs a rare coincidence, it comes back as it went."""
    line = text.encode("gb18030")
    decoded, encoding = decode_line(line)
    assert decoded == text or encoding == "utf-8"

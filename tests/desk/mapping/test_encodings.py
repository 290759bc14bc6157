"""Which encoding a text is in: names as Excel writes them on western, central European and Chinese machines."""

from pathlib import Path

import pytest

from arap.desk.mapping import Row, Target, open_rows
from arap.desk.mapping.declaration import parse_mapping
from arap.desk.mapping.encodings import ENCODINGS, codec_of, detect_encoding, title_of

WESTERN = [
    "Müller & Söhne GmbH",
    "Größe",
    "Société Générale",
    "Café",
    "Straße 5",
    "Peña Nieto S.A.",
    "São Paulo Ltda",
    "Ærøskøbing ApS",
    "Señor",
    "BÄCKEREI",
    "O’Neill – “quoted”",
    "€ 5",
]
CHINESE = [
    "宁波海辰模具有限公司",
    "联通",
    "苏州A股公司",
    "ABC贸易（上海）有限公司",
    "鑫淼",
    "朱镕基",
    "浙江𠮷利",
    "广州市晶科电子有限公司 Guangzhou Jingke",
]


@pytest.mark.parametrize("name", WESTERN)
def test_a_western_name_alone_is_western(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f"Code;Name\r\n1;{name}\r\n2;Plain\r\n".encode("cp1252"))
    assert detect_encoding(path) == "mixed:cp1252"
    assert read(path) == [name, "Plain"]


@pytest.mark.parametrize("name", CHINESE)
def test_a_chinese_name_alone_is_chinese(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f"Code,Name\n1,{name}\n2,Plain\n".encode("gb18030"))
    assert detect_encoding(path) in ("mixed:gb18030", "utf-8")
    assert read(path) == [name, "Plain"]


def test_many_western_names_with_a_few_that_look_chinese(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(
        "\n".join(["Code;Name", *(f"{at};{name}" for at, name in enumerate(WESTERN * 20))]).encode("cp1252")
    )
    assert read(path) == WESTERN * 20


def test_headings_in_a_western_encoding_are_found(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("Schlüssel;Größe\n1;Müller\n".encode("cp1252"))
    assert read(path, "Schlüssel", "Größe") == ["Müller"]


def test_western_lines_beside_utf_8_ones(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("Code,Name\n1,Müller\n".encode("cp1252") + "2,Zürich\n".encode())
    assert read(path) == ["Müller", "Zürich"]


@pytest.mark.parametrize("codec", ENCODINGS)
def test_every_encoding_offered_exists_and_has_a_name(codec: str) -> None:
    "a".encode(codec)
    assert codec_of(codec) == codec
    assert title_of(codec)


def test_what_was_detected_is_called_by_its_name() -> None:
    assert title_of("mixed:cp1252") == "Windows-1252 (Western European)"
    assert (title_of("utf-8-sig"), title_of("utf-32"), title_of("")) == ("UTF-8", "UTF-32", "?")


def read(path: Path, code: str = "Code", name: str = "Name") -> list[object]:
    columns = [{"header": code, "field": "code"}, {"header": name, "field": "name"}]
    target = Target(name="letters", fields={"code": "code", "name": "text"})
    reading = open_rows(path, parse_mapping("test", {"column": columns}, target), target)
    return [row.values["name"] if isinstance(row, Row) else row.message for row in reading.rows()]

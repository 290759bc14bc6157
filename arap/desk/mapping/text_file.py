"""Rows of cells out of a CSV file, in whatever encoding it came.

Read as a stream: a line at a time, never the file. With encoding "auto" a byte order mark decides;
else the file is UTF-8 if all of it is valid UTF-8; else every line is judged on its own, because
people paste GB18030 exports and UTF-8 exports together.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from arap.desk.mapping.declaration import DELIMITERS, Mapping
from arap.desk.mapping.errors import FileRefused

LINE_CHARS_MAX = 131_072  # also csv's own limit for one cell
BLOCK_BYTES = 1 << 20

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Line by line: bytes are carried as Latin-1 and decoded one by one.
MIXED = "mixed"

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_LATIN_WORD = re.compile(r"[A-Za-z][\x80-\u07ff]|[\x80-\u07ff][A-Za-z]")


@dataclass(slots=True)
class Record:
    """One row as a spreadsheet counts it. `fault` is a sentence when its cells cannot be trusted."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(slots=True)
class _Lines:
    """The lines of the open file as text, and what was noticed about the current record."""

    file: IO[str]
    encoding: str
    unreadable: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        number = 0
        mixed = self.encoding == MIXED
        while line := self.file.readline(LINE_CHARS_MAX + 1):
            number += 1
            if len(line) > LINE_CHARS_MAX:
                raise FileRefused(
                    _("Line %(line)d is longer than %(limit)d characters; this is not a CSV file.")
                    % {"line": number, "limit": LINE_CHARS_MAX}
                )
            if mixed and not line.isascii():
                line = self._decoded(line)
            if _UNREADABLE.search(line):
                self.unreadable = True
            yield line

    def _decoded(self, line: str) -> str:
        text, encoding = decode_line(line.encode("latin-1"))
        self.seen[encoding] = self.seen.get(encoding, 0) + 1
        return text


def decode_line(line: bytes) -> tuple[str, str]:
    """A line of a file that is not UTF-8 as a whole, and the encoding taken for it.

    Chinese in UTF-8 has three bytes a character and GB18030 is hardly ever valid as that. Two-byte
    sequences are ambiguous: beside a Latin letter ("Müller") they are UTF-8, else GB18030. What is
    neither keeps its readable part, with U+FFFD for the rest, so that the row is rejected.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and (max(text) > "\u07ff" or _LATIN_WORD.search(text)):
        return text, "UTF-8"
    try:
        return line.decode("gb18030"), "GB18030"
    except UnicodeDecodeError:
        return text or line.decode("utf-8", errors="replace"), "UTF-8" if text else ""


def detect_encoding(path: Path) -> str:
    """The codec of the file, or MIXED. Raises FileRefused when it is not text."""
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return encoding
        if head.count(0) * 5 > len(head):
            raise FileRefused(_("The file is not text; save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."))
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return MIXED
    return "utf-8"


def read_records(path: Path, mapping: Mapping, notices: list[str]) -> Iterator[Record]:
    """The rows of the file, blank ones too. Appends to `notices` when encodings were mixed.

    Raises FileRefused when the file as a whole makes no sense.
    """
    encoding = detect_encoding(path) if mapping.encoding == "auto" else mapping.encoding
    codec = "latin-1" if encoding == MIXED else encoding
    with path.open(encoding=codec, errors="replace", newline="") as file:
        delimiter = mapping.delimiter
        if delimiter == "auto":
            delimiter = sniff_delimiter(_first_line(file), mapping)
            file.seek(0)
        lines = _Lines(file, encoding)
        yield from _records(lines, delimiter)
    if len(lines.seen) > 1:
        notices.append(
            _("The file mixes encodings: %(lines)s.")
            % {"lines": ", ".join(f"{count} × {name or '?'}" for name, count in lines.seen.items())}
        )


def _records(lines: _Lines, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.unreadable = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise FileRefused(
                    _("The quotation mark opened in row %(row)d is never closed.") % {"row": number}
                ) from None
            fault = _("The quotation marks in this row do not match.")
            yield Record(number, [], fault)
            continue
        if lines.unreadable:
            yield Record(number, cells, _("The row holds characters that cannot be read."))
        else:
            yield Record(number, cells)


def _first_line(file: IO[str]) -> str:
    """The first line that is not blank, within the first hundred."""
    for _number in range(100):
        line = file.readline(LINE_CHARS_MAX)
        if line.strip() or not line:
            return line
    return ""


def sniff_delimiter(header: str, mapping: Mapping) -> str:
    """The delimiter under which most headers of the mapping are found; a comma when none is."""
    known = {column.header.casefold() for column in mapping.columns} | mapping.ignored

    def hits(delimiter: str) -> int:
        cells = header.strip("\r\n").split(delimiter)
        return sum(cell.strip(' "\ufeff').casefold() in known for cell in cells)

    return max(DELIMITERS, key=hits)

"""Rows of cells out of a CSV file, in whatever encoding it came (encodings.py).

Read as a stream: a line at a time, never the file.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from arap.core.spreadsheets import unguarded
from arap.desk.mapping.declaration import DELIMITERS, Mapping
from arap.desk.mapping.encodings import decode_line, detect_encoding, legacy_of, title_of
from arap.desk.mapping.errors import FileRefused

LINE_CHARS_MAX = 131_072  # also csv's own limit for one cell

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")


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
    legacy: str  # of lines that are not UTF-8, where those are judged one by one
    unreadable: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        number = 0
        while line := self.file.readline(LINE_CHARS_MAX + 1):
            number += 1
            if len(line) > LINE_CHARS_MAX:
                raise FileRefused(
                    _("Line %(line)d is longer than %(limit)d characters; this is not a CSV file.")
                    % {"line": number, "limit": LINE_CHARS_MAX}
                )
            if self.legacy and not line.isascii():
                line = self._decoded(line)
            if _UNREADABLE.search(line):
                self.unreadable = True
            yield line

    def _decoded(self, line: str) -> str:
        text, encoding = decode_line(line.encode("latin-1"), self.legacy)
        self.seen[encoding] = self.seen.get(encoding, 0) + 1
        return text


def read_records(path: Path, mapping: Mapping, notices: list[str]) -> Iterator[Record]:
    """The rows of the file, blank ones too. Appends to `notices` when encodings were mixed.

    Raises FileRefused when the file as a whole makes no sense.
    """
    encoding = detect_encoding(path) if mapping.encoding == "auto" else mapping.encoding
    codec, legacy = ("latin-1", legacy_of(encoding)) if legacy_of(encoding) else (encoding, "")
    with path.open(encoding=codec, errors="replace", newline="") as file:
        delimiter = mapping.delimiter
        if delimiter == "auto":
            first = _first_line(file)
            if legacy and not first.isascii():
                first = decode_line(first.encode("latin-1"), legacy)[0]
            delimiter = sniff_delimiter(first, mapping)
            file.seek(0)
        lines = _Lines(file, legacy)
        yield from _records(lines, delimiter)
    if len(lines.seen) > 1:
        notices.append(
            _("The file mixes encodings: %(lines)s.")
            % {"lines": ", ".join(f"{count} × {title_of(name)}" for name, count in lines.seen.items())}
        )


def _records(lines: _Lines, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.unreadable = False
        try:
            cells = [unguarded(cell) for cell in next(reader)]
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
    """The delimiter under which most headers of the mapping are found, else most columns; a comma when none is."""
    known = {column.header.casefold() for column in mapping.columns} | mapping.ignored

    def hits(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip(' "\ufeff').casefold() for cell in header.strip("\r\n").split(delimiter)]
        return sum(cell in known for cell in cells), len(cells)

    return max(DELIMITERS, key=hits)

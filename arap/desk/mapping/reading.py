"""Open a file under a mapping and read it row by row: good rows and rejected ones.

Rows are counted as a spreadsheet counts them: the header is row 1, blank rows count, a cell with a
line break in it does not begin a row. A row has at most one rejection, its first from the left.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.money import quantize
from arap.desk.mapping import cells as cell_readers
from arap.desk.mapping.declaration import Column, Mapping, Target
from arap.desk.mapping.errors import BadCell, FileMissing, FileRefused, MappingRefused
from arap.desk.mapping.text_file import Record, read_records
from arap.desk.mapping.workbook import OLE_MAGIC, ZIP_MAGIC, read_sheet

# About 600,000 rows: a few minutes of posting. More belongs into several files, which may be loaded
# one after the other, because loading is safe to repeat.
FILE_MB_MAX = 64
COLUMNS_MAX = 500
ROUNDED = "rounded"


class Row(NamedTuple):
    """A good row. Empty cells are None; `notes` holds ROUNDED when an amount was rounded."""

    number: int
    values: dict[str, Any]
    notes: tuple[str, ...] = ()


class Rejected(NamedTuple):
    """A row that is left out: where it stands, the column as the file calls it, and why."""

    row: int
    field: str
    message: str


class _Reader(NamedTuple):
    """How to fill one field from the cells of a row."""

    position: int
    column: Column
    header: str
    read: cell_readers.Read


@dataclass(slots=True)
class Reading:
    """An open file: its rows once, in order; `notices` is complete when they are all read."""

    mapping: Mapping
    headers: dict[str, str]
    _records: Iterator[Record]
    _width: int
    _readers: list[_Reader]
    _constants: dict[str, Any]
    notices: list[str] = field(default_factory=list)
    # Where several rows make one thing, the field that holds them together, and those of which a row cannot be read.
    key: str = ""
    torn: set[str] = field(default_factory=set)
    _last_key: str = ""

    def header_of(self, name: str) -> str:
        """The column that fills field `name`, spelt as in the file; the name itself if none does."""
        return self.headers.get(name, name)

    def rows(self) -> Iterator[Row | Rejected]:
        """Every row that is not blank. Raises FileRefused for faults that lie further down."""
        is_lost = False  # the row before was of nobody knows which thing
        for record in self._records:
            cells = record.cells
            if not record.fault and (not cells or not any(cells)):
                continue
            if record.fault:
                row: Row | Rejected = Rejected(record.number, "", record.fault)
            elif len(cells) != self._width and not self._made_to_fit(cells):
                row = Rejected(record.number, "", self._misfit(len(cells)))
            else:
                row = self._row(record.number, cells)
            if self.key:
                is_lost = self._hold_together(row, cells, is_lost=is_lost)
            yield row

    def _hold_together(self, row: Row | Rejected, cells: list[Any], *, is_lost: bool) -> bool:
        """Note what a row that cannot be read belongs to; where that is not known either, both of its neighbours."""
        if isinstance(row, Row):
            self._last_key = str(row.values[self.key])
            if is_lost:
                self.torn.add(self._last_key)
            return False
        at = next((reader.position for reader in self._readers if reader.column.field == self.key), -1)
        known = cell_readers.plain(cells[at]).strip() if 0 <= at < len(cells) == self._width else ""
        self.torn.add(known or self._last_key)
        return not known

    def _made_to_fit(self, cells: list[Any]) -> bool:
        """Drop empty cells after the last column; spreadsheets add them."""
        while len(cells) > self._width and cells[-1] == "":
            cells.pop()
        return len(cells) == self._width

    def _misfit(self, count: int) -> str:
        return ngettext(
            "The row has %(count)d cell, the header %(width)d.",
            "The row has %(count)d cells, the header %(width)d.",
            count,
        ) % {"count": count, "width": self._width}

    def _row(self, number: int, cells: list[Any]) -> Row | Rejected:
        values = self._constants.copy()
        amounts: list[_Reader] = []
        for reader in self._readers:
            position, column, header, read = reader
            cell = cells[position]
            if type(cell) is str:
                cell = cell.strip()
            if cell == "":
                if column.required:
                    return Rejected(number, header, _("The cell is empty."))
                values[column.field] = None
                continue
            try:
                values[column.field] = read(cell)
            except BadCell as fault:
                return Rejected(number, header, str(fault))
            if column.kind == "amount":
                amounts.append(reader)
        return self._in_currency(number, values, amounts)

    def _in_currency(self, number: int, values: dict[str, Any], amounts: list[_Reader]) -> Row | Rejected:
        """Hold the amounts against the row's currency; without one the importer has to do it."""
        currency = values.get("currency")
        if currency is None:
            return Row(number, values)
        notes: tuple[str, ...] = ()
        for reader in amounts:
            amount: Decimal = values[reader.column.field]
            rounded = quantize(amount, currency)
            if rounded == 0 or (rounded != amount and reader.column.over_precise == "reject"):
                message = over_precise(amount, currency)
                return Rejected(number, reader.header, message)
            if rounded != amount:
                notes = (ROUNDED,)
            values[reader.column.field] = rounded
        return Row(number, values, notes)


def over_precise(amount: Decimal, currency: str) -> str:
    """The sentence for an amount with more decimals than its currency has."""
    text = cell_readers.shown(f"{amount:f}")
    return _("%(amount)s has more decimals than %(currency)s has.") % {
        "amount": text,
        "currency": currency,
    }


def open_rows(path: Path, mapping: Mapping, target: Target, *, key: str = "") -> Reading:
    """Open the file, read its header and hold it against the mapping. Rows with the same `key` make one thing.

    Raises FileMissing, and FileRefused when the file is too large, neither CSV nor XLSX, or when columns are
    unknown, missing or doubled.
    """
    notices: list[str] = []
    records = _records(path, mapping, notices)
    headers = _header(records)
    readers = _readers(headers, mapping)
    constants = _constants(mapping, target)
    return Reading(
        mapping=mapping,
        headers={reader.column.field: reader.header for reader in readers},
        _records=records,
        _width=len(headers),
        _readers=readers,
        _constants=constants,
        notices=notices,
        key=key,
    )


def read_head(path: Path, encoding: str, count: int) -> tuple[list[str], list[list[Any]]]:
    """The headings of the file and the first `count` rows under them, as they stand there.

    Raises FileMissing, and FileRefused as open_rows.
    """
    bare = Mapping(name="", title="", columns=(), constants={}, options={}, encoding=encoding)
    records = _records(path, bare, [])
    headers = _header(records)
    return headers, list(islice((record.cells for record in records if any(record.cells)), count))


def _records(path: Path, mapping: Mapping, notices: list[str]) -> Iterator[Record]:
    if not path.is_file():
        raise FileMissing(_("There is no file %(path)s.") % {"path": path})
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise FileRefused(
            _("The file %(path)s cannot be opened: %(reason)s.")
            % {"path": path, "reason": error.strerror or str(error)}
        ) from error
    if size > FILE_MB_MAX << 20:
        raise too_large(size)
    if magic == OLE_MAGIC:
        raise FileRefused(_("The file is an old or a protected Excel workbook; save it as .xlsx without a password."))
    if magic == ZIP_MAGIC:
        rows = read_sheet(path, notices)
        return (Record(number, cells) for number, cells in enumerate(rows, start=1))
    return read_records(path, mapping, notices)


def too_large(size: int) -> FileRefused:
    """The refusal of a file of so many bytes."""
    return FileRefused(
        _("The file has %(size)d MB; at most %(limit)d MB are read at once. Split it and load the parts.")
        % {"size": -(-size >> 20), "limit": FILE_MB_MAX}
    )


def _header(records: Iterator[Record]) -> list[str]:
    """The cells of the first row that is not blank, without those empty at its end."""
    for record in records:
        cells = [cell_readers.plain(cell).strip().lstrip("\ufeff") for cell in record.cells]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > COLUMNS_MAX:
            raise FileRefused(_("The file has more than %d columns.") % COLUMNS_MAX)
        if record.fault:
            raise FileRefused(_("The header cannot be read: %s") % record.fault)
        if cells:
            return cells
    raise FileRefused(_("The file is empty."))


def _readers(headers: list[str], mapping: Mapping) -> list[_Reader]:
    positions: dict[str, int] = {}
    for position, header in enumerate(headers):
        if header and positions.setdefault(header.casefold(), position) != position:
            raise FileRefused(_("The column “%(column)s” occurs twice.") % {"column": cell_readers.shown(header)})
    known = {column.header.casefold() for column in mapping.columns}
    unknown = [
        cell_readers.shown(headers[position])
        for name, position in positions.items()
        if name not in known and name not in mapping.ignored
    ]
    missing = [
        column.header for column in mapping.columns if column.required and column.header.casefold() not in positions
    ]
    _refuse_misfit(mapping, missing, unknown if mapping.unknown_columns == "refuse" else [])
    readers = []
    for column in mapping.columns:
        if (at := positions.get(column.header.casefold())) is not None:
            read = cell_readers.reader_of(column, mapping)
            readers.append(_Reader(at, column, headers[at], read))
    return sorted(readers, key=lambda reader: reader.position)


def _refuse_misfit(mapping: Mapping, missing: list[str], unknown: list[str]) -> None:
    facts = {"mapping": mapping.name, "missing": _some(missing), "unknown": _some(unknown)}
    if missing and unknown:
        raise FileRefused(
            _("The file does not suit the mapping “%(mapping)s”: it lacks %(missing)s, and %(unknown)s is unknown.")
            % facts
        )
    if missing:
        raise FileRefused(_("The file lacks the column %(missing)s of mapping “%(mapping)s”.") % facts)
    if unknown:
        raise FileRefused(_("The mapping “%(mapping)s” does not know the column %(unknown)s.") % facts)


def _some(names: list[str]) -> str:
    """At most five names, quoted."""
    quoted = ", ".join(f"“{name}”" for name in names[:5])
    return quoted + ", …" if len(names) > 5 else quoted


def _constants(mapping: Mapping, target: Target) -> dict[str, Any]:
    """The mapping's constants as values, and None for every other field of the target."""
    values: dict[str, Any] = dict.fromkeys(target.fields)
    for name, text in mapping.constants.items():
        kind = target.fields.get(name, "text")
        if kind == "choice":
            values[name] = text
            continue
        try:
            read = cell_readers.reader_of(Column(header=name, field=name, kind=kind), mapping)
            values[name] = read(text)
        except BadCell as fault:
            raise MappingRefused(
                _("The mapping “%(name)s” cannot be used: %(fault)s") % {"name": mapping.name, "fault": fault}
            ) from None
    return values

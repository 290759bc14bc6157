"""Which column of a file with headings of its own is which field: proposed from the headings, then chosen by a person.

A layout is what a person chose, kept as JSON; `mapping_of` turns it into the mapping that the engine reads with.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.desk.mapping.cells import Cell, amount_reader, date_reader, plain
from arap.desk.mapping.declaration import Mapping, Target, parse_mapping
from arap.desk.mapping.errors import BadCell, FileRefused
from arap.desk.mapping.headings import HEADINGS, KIND_WORDS

OWN = "own"
DAYS = ("issued_on", "due_on", "settled_on", "delivered_on", "period_from", "period_to", "received_on")
AMOUNTS = ("amount", "unit_price")
SIGN = "sign"  # an amount below zero is a credit note

DATES: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "iso": (
        gettext_lazy("year first: 2026-11-20"),
        ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S"),
    ),
    "dmy": (gettext_lazy("day first: 20/11/2026"), ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")),
    "mdy": (gettext_lazy("month first: 11/20/2026"), ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")),
    "german": (gettext_lazy("German: 20.11.2026"), ("%d.%m.%Y", "%d.%m.%y")),
}
# Decimal sign and sign between thousands.
NUMBERS: dict[str, tuple[str, str, str]] = {
    "point": ("1,234.56", ".", ","),
    "comma": ("1.234,56", ",", "."),
    "space": ("1 234,56", ",", " "),
    "apostrophe": ("1'234.56", ".", "'"),
}
KINDS: dict[str, str | Promise] = {
    "invoice": gettext_lazy("all rows are invoices"),
    SIGN: gettext_lazy("amounts below zero are credit notes, the others invoices"),
    "credit_note": gettext_lazy("all rows are credit notes"),
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`fields` names the field of each of `headers`, or "" for a column that is not read.

    `kind` says what a row is where no column does.
    """

    headers: tuple[str, ...]
    fields: tuple[str, ...]
    dates: str = "iso"
    numbers: str = "point"
    kind: str = "invoice"
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """For a JSON field."""
        return {**asdict(self), "headers": list(self.headers), "fields": list(self.fields)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Layout":
        """What as_json gave."""
        return cls(**{**kept, "headers": tuple(kept["headers"]), "fields": tuple(kept["fields"])})

    def missing(self, target: Target) -> list[str]:
        """The fields that must be filled and have no column, in the target's order. The kind can always be told."""
        return [name for name in target.fields if name in target.required - {"kind", *self.fields}]

    def twice(self) -> list[str]:
        """The fields that several columns claim."""
        return sorted({name for name in self.fields if name and self.fields.count(name) > 1})


def plain_heading(text: str) -> str:
    """A heading without case, spaces and signs: "Fällig am" is "faelligam"."""
    return _NOT_WORD.sub("", text.casefold().translate(_UMLAUTS))


def digest_of(headers: Iterable[str]) -> str:
    """Stands for the headings of a file in any order and spelling."""
    return hashlib.sha256("\n".join(sorted(map(plain_heading, headers))).encode()).hexdigest()


def check_headers(headers: Sequence[str], target: Target) -> None:
    """Raise FileRefused where no choice of columns could help: a heading twice, or too few columns."""
    seen: set[str] = set()
    for header in headers:
        if header and header.casefold() in seen:
            raise FileRefused(_("The column “%(column)s” occurs twice.") % {"column": header[:40]})
        seen.add(header.casefold())
    needed = len(target.required - {"kind"})
    if sum(map(bool, headers)) < needed and target.name != "history":
        raise FileRefused(_("The file has too few columns. The first row must hold the headings."))
    if sum(map(bool, headers)) < needed:
        raise FileRefused(
            _(
                "The file has too few columns: customer code, document number, date and amount are needed. "
                "The first row must hold the headings."
            )
        )


def proposed(headers: Sequence[str], rows: Sequence[Sequence[Cell]], words: Dict[str, str] | None = None) -> Layout:
    """The layout that the headings and the first rows suggest. `words` are those that may stand over each field, of
    another target than a history; a field's own name comes first."""
    known = {word: name for name, some in reversed(list((words or HEADINGS).items())) for word in some.split()}
    if words is not None:
        known |= {plain_heading(name): name for name in words}
    fields: list[str] = []
    for header in headers:
        name = known.get(plain_heading(header), "")
        fields.append("" if name in fields else name)
    layout = Layout(headers=tuple(headers), fields=tuple(fields))
    days = _cells(layout, rows, DAYS)
    amounts = _cells(layout, rows, AMOUNTS)
    dates = min(DATES, key=lambda each: _unread(days, date_reader(DATES[each][1])))
    numbers = min(NUMBERS, key=lambda each: _unread(amounts, _amounts(each)))
    below_zero = any(_is_below_zero(cell, _amounts(numbers)) for cell in amounts)
    return Layout(
        headers=layout.headers,
        fields=layout.fields,
        dates=dates,
        numbers=numbers,
        kind=SIGN if below_zero and words is None else "invoice",
    )


def is_ambiguous(layout: Layout, rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the days of `rows` can be read with the day first as well as with the month first, and so differ."""
    if layout.dates not in ("dmy", "mdy"):
        return False
    days = [cell for cell in _cells(layout, rows, DAYS) if isinstance(cell, str)]
    day_first, month_first = (date_reader(DATES[each][1]) for each in ("dmy", "mdy"))
    if not days or _unread(days, day_first) or _unread(days, month_first):
        return False
    return any(day_first(cell) != month_first(cell) for cell in days)


def mapping_of(layout: Layout, target: Target) -> Mapping:
    """The mapping that reads files of this layout. Raises MappingRefused when it is not complete."""
    columns: list[dict[str, Any]] = []
    for header, name in zip(layout.headers, layout.fields, strict=True):
        if not name:
            continue
        column: dict[str, Any] = {"header": header, "field": name, "required": name in target.required}
        if target.fields[name] == "code":
            # A code under the name of its field was written here, as text.
            column["whole_number"] = target.name == "history" or header != name
        if name == "kind":
            column["choices"] = {word: kind for kind, words in KIND_WORDS.items() for word in words}
        elif target.fields[name] == "choice":
            column["choices"] = dict(target.words[name])
        if name == "amount" and layout.kind == SIGN and "kind" not in layout.fields:
            column["signed"] = True
        columns.append(column)
    constants = {}
    if "kind" in target.fields and "kind" not in layout.fields:
        constants = {"kind": "credit_note" if layout.kind == "credit_note" else "invoice"}
    _example, decimal, thousands = NUMBERS[layout.numbers]
    ignored = [header for header, name in zip(layout.headers, layout.fields, strict=True) if header and not name]
    content = {
        "title": layout.name,
        "target": target.name,
        "file": {
            "dates": list(DATES[layout.dates][1]),
            "decimal": decimal,
            "thousands": thousands,
            "ignored": ignored,
        },
        "column": columns,
        "constants": constants,
    }
    return parse_mapping(layout.name or OWN, content, target)


def _amounts(numbers: str) -> Any:
    _example, decimal, thousands = NUMBERS[numbers]
    return amount_reader(decimal, thousands, signed=True)


def _cells(layout: Layout, rows: Sequence[Sequence[Cell]], names: tuple[str, ...]) -> list[Cell]:
    """The cells of those fields that are not empty, as they stand in the file."""
    places = [at for at, name in enumerate(layout.fields) if name in names]
    cells = [row[at] for row in rows for at in places if at < len(row)]
    return [cell.strip() if isinstance(cell, str) else cell for cell in cells if plain(cell).strip()]


def _unread(cells: Sequence[Cell], read: Any) -> int:
    count = 0
    for cell in cells:
        try:
            read(cell)
        except BadCell:
            count += 1
    return count


def _is_below_zero(cell: Cell, read: Any) -> bool:
    try:
        amount: Decimal = read(cell)
    except BadCell:
        return False
    return amount < 0

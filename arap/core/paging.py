"""Pages by keyset: a page starts after a row, not at a number, so it costs the same everywhere in a list."""

from dataclasses import dataclass
from datetime import date

SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list that is ordered by date and id."""

    on: date
    id: int

    def __str__(self) -> str:
        return f"{self.on.isoformat()}{SEPARATOR}{self.id}"


def read_row(text: str | None) -> Row | None:
    """The row named in an address; None, the first page, for anything that is not one."""
    day, separator, number = (text or "").partition(SEPARATOR)
    pk = read_number(number)
    if not separator or pk is None:
        return None
    try:
        return Row(date.fromisoformat(day), pk)
    except ValueError:
        return None


def read_number(text: str | None) -> int | None:
    """A number from an address, small enough to be an id; None for anything else."""
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) <= 18 else None

"""What becomes of a document or a customer of a file: found once, shown by a dry run, and written by a load."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core.models import Company
from arap.core.queries import first_open_day
from arap.desk.mapping.cells import shown
from arap.desk.models import ImportLine

Fate = ImportLine.Fate


@dataclass(slots=True, kw_only=True)
class Outcome:
    """`rows` of the file make one thing. `made` is what is to be written; `field` and `message` say why it is left out
    or what of it changes."""

    rows: list[int]
    fate: str = Fate.NEW.value
    kind: str = ""
    number: str = ""
    customer_code: str = ""
    customer_name: str = ""
    currency: str = ""
    amount: Decimal | None = None
    issued_on: date | None = None
    due_on: date | None = None
    field: str = ""
    message: str = ""
    row_at_fault: int = 0
    made: Any = None

    @property
    def waits(self) -> bool:
        """Whether there is something to write."""
        return self.fate in (Fate.NEW, Fate.CHANGED)

    def reject(self, name: str, message: object, *, row: int = 0) -> "Outcome":
        """Leave it out. `name` is the column as the file calls it."""
        self.fate, self.field, self.message = Fate.REJECTED.value, name, str(message)
        self.row_at_fault = row or self.rows[0]
        self.made = None
        return self


class OpenDays:
    """The first open day from a day on, asked once for each day."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._known: dict[date, date | None] = {}

    def first(self, day: date) -> date | None:
        """The first day from `day` on that lies in an open period."""
        if day not in self._known:
            self._known[day] = first_open_day(self.company, day)
        return self._known[day]


def difference(
    known: Sequence[dict[str, Any]], said: Sequence[dict[str, Any]], names: Iterable[str], *, derived: Collection[str]
) -> str | None:
    """The first field of `names` in which the rows of the book and of the file differ; "" when their number does.

    What is `derived` where the file is silent agrees with an empty cell.
    """
    if len(known) != len(said):
        return ""
    for ours, theirs in zip(known, said, strict=True):
        for name in names:
            if name in derived and alike(theirs.get(name)) is None:
                continue
            if alike(ours.get(name)) != alike(theirs.get(name)):
                return name
    return None


def alike(value: Any) -> Any:
    """A value as it is compared: texts without the blanks that a reader drops, nothing for an empty one."""
    if isinstance(value, str):
        value = "\n".join(" ".join(line.split()) for line in value.splitlines()).strip()
    return None if value in ("", None) else value


def conflict(known: object) -> str:
    """The sentence for a document that the book has with other content."""
    if alike(known) is None:
        return _("conflict: this document is in the book with other content.")
    return _("conflict: the book has “%(known)s” for this document.") % {"known": shown(str(known))}

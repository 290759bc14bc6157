"""What an undo touches above the book, for its preview: the rooms above name who tells it, as a dotted name that is
resolved when it is asked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.module_loading import import_string

from arap.core.models import Company


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the preview, and the page it leads to ("" where there is none)."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """What would be open again on `on`, of which customers; `document_ids` are the receipt's and the items'."""

    company: Company
    customer_ids: Collection[int]
    item_ids: Collection[int]
    document_ids: Collection[int]
    on: date


_tellers: list[str] = []


def register(dotted: str) -> None:
    """Name a function (Reopened) -> list[Notice] that is asked before something is undone."""
    if dotted not in _tellers:
        _tellers.append(dotted)


def ask(reopened: Reopened) -> list[Notice]:
    """All that the rooms above have to say about it."""
    return [notice for dotted in _tellers for notice in import_string(dotted)(reopened)]

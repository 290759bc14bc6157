"""Long tables that are fast to lay out: one cell per column for many rows, a line of text for each row.

Laying out a cell costs much more than a line in it, so thirty rows share one table row whose cells hold thirty lines
(`white-space: pre`). Every line has the same height, so the columns stay in step and a page breaks between any two
rows. The price is that nothing wraps: a text that is too long for its column is cut here, with "…". Where the whole
text matters more than speed, write an ordinary table.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from django.utils.functional import Promise

from arap.core.pdf.fonts import WIDTHS, fonts_folder

ROWS_PER_BLOCK = 30
ELLIPSIS = "…"
GAP_MM = 3  # between two columns, as in base.css
POINTS_PER_MM = 72 / 25.4  # not money: lengths
SIZE_POINTS = 7.95  # of the text of a paper, as in base.css  # not money: a font size
_WHOLE_EM = 1000

Cell = str | tuple[str, str]  # a text, or a text and a quiet one after it


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head (a lazy text is printed in the paper's languages) and width in whole millimetres."""

    head: str | Promise
    width_mm: int
    align: Literal["left", "right"] = "left"
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns. `name` is a class of the table, for its own style sheet."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """The lines of one column in one block, cut to its width."""

    column: Column
    lines: list[Cell] = field(default_factory=list)


def blocks(table: Table) -> list[list[Stack]]:
    """The table in blocks of rows, each as a list of columns."""
    return [
        [
            Stack(column, [cut_cell(row[n], _room_mm(column, n), 600 if column.is_strong else 400) for row in part])
            for n, column in enumerate(table.columns)
        ]
        for part in (table.rows[start : start + ROWS_PER_BLOCK] for start in range(0, len(table.rows), ROWS_PER_BLOCK))
    ]


def _room_mm(column: Column, place: int) -> int:
    return column.width_mm - (GAP_MM if place else 0)


def cut_cell(cell: Cell, room_mm: float, weight: int = 400) -> Cell:
    """The cell in one line that fits; of two texts the quiet one gives way first, and whole."""
    if isinstance(cell, str):
        return cut(cell, room_mm, weight)
    text, quiet = cut(cell[0], room_mm, weight), cell[1]
    fits = width(f"{text} ", weight) + width(quiet) <= room_mm
    return (text, quiet if fits else "")


def cut(text: str, width_mm: float, weight: int = 400, size: float = SIZE_POINTS) -> str:
    """`text` in one line, cut with "…" where it is wider than `width_mm` at `size` points; line breaks are spaces."""
    line = " ".join(text.split())
    if width(line, weight, size) <= width_mm:
        return line
    room = width_mm - width(ELLIPSIS, weight, size)
    kept = 0
    for n, character in enumerate(line):
        room -= width(character, weight, size)
        if room < 0:
            break
        kept = n + 1
    return line[:kept].rstrip() + ELLIPSIS


def width(text: str, weight: int = 400, size: float = SIZE_POINTS) -> float:
    """How many millimetres `text` takes in one line at `size` points, kerning left out."""
    advances = _advances()[str(weight)]
    return sum(advances.get(character, _WHOLE_EM) for character in text) * size / _WHOLE_EM / POINTS_PER_MM


@cache
def _advances() -> dict[str, dict[str, int]]:
    loaded: dict[str, dict[str, int]] = json.loads((fonts_folder() / WIDTHS).read_text(encoding="utf-8"))
    return loaded

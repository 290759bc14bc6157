"""A shorter way to what WeasyPrint asks of each style: properties that no style sheet sets on an element.

Each element has a hundred properties, and nearly all of them are its parent's or the initial ones. WeasyPrint takes
each of them through every special case there is. A test holds that the bytes come out the same. (All of them filled in
together when the first is asked for were as fast, and took a tenth more memory.)
"""

from typing import Any

from weasyprint.css import ComputedStyle
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

usual_way = ComputedStyle.__missing__
_SPECIAL = {"display", "float", "page", "position", *INITIAL_NOT_COMPUTED}
_PLAIN = {key for key in INITIAL_VALUES if key not in _SPECIAL and not key.startswith(("text_decoration_", "__"))}
# Properties such as margin-inline-start, which stand for others by the direction of the text.
_BY_DIRECTION = {name(block="ttb", inline=way) for name in PHYSICAL_FUNCTIONS.values() for way in ("ltr", "rtl")}


def install() -> None:
    """From now on WeasyPrint goes the shorter way, in this process."""
    ComputedStyle.__missing__ = missing


def remove() -> None:
    """And from now on it does not."""
    ComputedStyle.__missing__ = usual_way


def missing(self: Any, key: str) -> Any:
    """In place of WeasyPrint's: the value of a property that was not asked for before."""
    parent = self.parent_style
    if key not in _PLAIN or key in self.cascaded or parent is None or _goes_by_direction(self):
        return usual_way(self, key)
    value = self[key] = parent[key] if key in INHERITED else INITIAL_VALUES[key]
    return value


def _goes_by_direction(style: Any) -> bool:
    if "by_direction" not in vars(style):
        style.by_direction = not _BY_DIRECTION.isdisjoint(style.cascaded)
    return bool(style.by_direction)

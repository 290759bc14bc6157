"""The one table of keys. A key means one thing wherever it stands; what posts is Ctrl Enter everywhere.

The list on `?` is made of it and of what the page itself declares (`data-key`, legends). Keys of pages are agreed in
PAGES: a test holds every template against it, so that no two things of one page can come to share a key.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Key:
    """Keys as they stand on a keyboard, what they do, and where: a name of static/js/keys.js, "" is anywhere."""

    keys: tuple[str, ...]
    label: str | Promise
    where: str = ""


ANYWHERE = (
    Key(("/", "Ctrl K"), _("find a record, a page or an act")),
    Key(("?",), _("these keys")),
    Key(("F1",), _("help for this page"), "help"),
    Key(("Esc",), _("leave a field or close a list")),
    Key(("Z",), _("undo"), "undo"),
    Key(("Ctrl Enter",), _("record what is on the screen"), "record"),
    Key(("Ctrl Shift Enter",), _("record it and begin another"), "record and begin"),
)
LISTS = (
    Key(("J", "K"), _("move in a list"), "rows"),
    Key(("Enter",), _("open"), "opening rows"),
    Key(("X",), _("tick"), "ticks"),
    Key(("Shift X",), _("tick to here"), "counted ticks"),
    Key(("→", "←"), _("show and hide the items of a row"), "folded rows"),
)
# What each key means on pages, in the order of the keyboard. Digits are tabs and proposals, by their place.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("find",),
    "?": ("keys",),
    "[": ("previous page", "newest"),
    "]": ("next page", "older"),
    "a": ("add to an invoice by a debit note",),
    "c": ("new customer, on their list", "credit, on an invoice"),
    "d": ("duplicate, on an invoice", "dispute, on a customer"),
    "e": ("change what is shown",),
    "f": ("filter",),
    "m": ("send by e-mail", "mark as read, where nothing is sent"),
    "n": ("write a new one: an invoice on their list, a note on a customer",),
    "o": ("owner",),
    "p": ("post, on invoices", "promise, on a customer"),
    "r": ("new receipt",),
    "s": ("statement",),
    "t": ("call, on a customer",),
    "v": ("keep this view",),
    "x": ("export, on pages without ticks",),
    "z": ("undo",),
}
PLACES = frozenset("123456789")

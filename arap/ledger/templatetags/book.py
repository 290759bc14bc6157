"""Words for what stands in the book: kinds of documents and the state of an item at a date."""

from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.states import STATES
from arap.ledger.models import Document
from arap.ledger.reasons import reason_words

register = template.Library()

# What happens to items besides documents; they stand in the same timelines.
ACTS: dict[str, str | Promise] = {
    "applied": pgettext_lazy("state", "Applied"),
    "unapplied": _("Unapplied"),
    "paid_by": _("Paid by a group member"),
    "paid_for": _("Used for a group member"),
}


class Open(Protocol):
    """Anything with the two amounts of an item and the day its age counts from."""

    amount: Decimal
    open_amount: Decimal
    aged_from_on: date


@register.filter
def kind_words(kind: str) -> str:
    """The kind of a document, or of an act between documents, as one reads it."""
    return str(ACTS[kind]) if kind in ACTS else str(Document.Kind(kind).label)


@register.filter
def reason(code: str) -> str:
    """Why a document was made, in words."""
    return reason_words(code)


@register.inclusion_tag("_status_tag.html")
def item_state(item: Open, as_of: date) -> dict[str, Any]:
    """The state of an item that had `open_amount` open on `as_of`. What is paid in part says so, late or not."""
    known = STATES[_state_code(item, as_of)]
    return {"shape": known.shape, "tone": known.tone, "word": known.word}


def _state_code(item: Open, as_of: date) -> str:
    if item.open_amount == 0:
        return "settled" if item.amount > 0 else "applied"
    is_part = item.open_amount != item.amount
    if item.amount < 0:
        return "part_applied" if is_part else "to_apply"
    if is_part:
        return "part_paid"
    return "overdue" if item.aged_from_on < as_of else "not_due"

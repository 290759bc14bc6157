"""The table of a reminder as plain text, in columns that also hold where Chinese characters are two cells wide."""

from datetime import date
from unicodedata import east_asian_width

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from arap.core import wording
from dunning.letters import Block

register = template.Library()


def cells(text: str) -> int:
    """How many columns `text` takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


@register.simple_tag
def item_lines(block: Block, as_of: date) -> str:
    """One line for each item, then credits and what is to be paid."""
    currency = block.currency
    head = (_("Document"), _("Due"), pgettext("column", "Age"), pgettext("amount", "Open") + f" {currency}")
    rows = [
        (
            f"{item.number} / {item.line}" if item.line > 1 else item.number,
            wording.prose_day(item.due_on),
            wording.age_words((as_of - item.due_on).days),
            wording.amount_text(item.open_amount, currency),
        )
        for item in block.items
    ]
    feet = []
    if block.total.credit:
        feet.append((_("Your payments not applied yet"), wording.amount_text(block.total.credit, currency)))
    feet.append((_("To pay"), f"{currency} {wording.amount_text(block.net, currency)}"))
    widths = [max(cells(row[at]) for row in (head, *rows)) for at in range(4)]
    widths[3] = max(widths[3], *(cells(amount) for _words, amount in feet))
    total = sum(widths) + 6
    lines = [
        "  ".join([*(_left(row[at], widths[at]) for at in range(3)), _right(row[3], widths[3])])
        for row in (head, *rows)
    ]
    lines.insert(1, "-" * total)
    lines.append("-" * total)
    lines += [_left(words, total - cells(amount)) + amount for words, amount in feet]
    return "\n".join(lines)


def _left(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text

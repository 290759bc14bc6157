"""Words for the lines of statements."""

from django import template
from django.utils.translation import gettext as _

from statements.paper import KINDS

register = template.Library()


@register.filter
def line_kind(kind: str) -> str:
    """What a line is, in the words of the paper: a kind of document, or a payment between members of a group."""
    return str(KINDS.get(kind) or _("Settlement by others"))

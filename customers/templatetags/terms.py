"""Payment terms in words, the notation "2/10 n/30" as people read it, and what contacts are there for."""

from datetime import date

from django import template
from django.utils.translation import gettext as _

from arap.core import wording
from arap.core.wording import HAIRLINE_DASH
from customers.models import Contact, PaymentTerms
from customers.rules import Due, Terms, TermsError, parse_terms

register = template.Library()


@register.filter
def terms_words(rule: str) -> str:
    """ "2/10 n/30" is "2/10 net 30", "2/10 净 30 天"; nothing agreed is a dash; what cannot be read stays."""
    if not rule:
        return HAIRLINE_DASH
    try:
        terms = parse_terms(rule)
    except TermsError:
        return rule
    return " ".join([*(f"{tier.percent.normalize():f}/{tier.days}" for tier in terms.discounts), _shares(terms)])


@register.filter
def named_terms(terms: PaymentTerms) -> str:
    """Terms by their name in the reader's script, or in words where they have no name but their notation."""
    name = wording.names(terms.name, terms.name_local)[0]
    return terms_words(terms.rule) if name in ("", terms.rule) else name


@register.filter
def custom_value(value: str, kind: str) -> str:
    """The value of a company's own field as people read it."""
    return wording.day(date.fromisoformat(value)) if kind == "date" else value


@register.filter
def roles_words(contact: Contact) -> str:
    """What somebody at a customer is there for."""
    return _(", ").join(str(Contact.ContactRole(role).label) for role in contact.roles)


@register.filter
def papers_words(contact: Contact) -> str:
    """Which papers somebody at a customer receives."""
    return _(", ").join(str(Contact.Paper(paper).label) for paper in contact.receives)


def _shares(terms: Terms) -> str:
    words = [_due(share.due, alone=not terms.discounts) for share in terms.shares]
    if len(words) == 1:
        return words[0]
    parts = [f"{share.percent.normalize():f}% {word}" for share, word in zip(terms.shares, words, strict=True)]
    return _(", ").join(parts)


def _due(due: Due, *, alone: bool) -> str:
    if due.kind == "eom":
        return _("EOM + %(days)s") % {"days": due.days} if due.days else _("End of month")
    if due.kind == "day":
        word = _("Day %(day)s of the month") % {"day": due.day_of_month}
        return f"{word} + {due.days}" if due.days else word
    return _("Net %(days)s") % {"days": due.days} if alone else _("net %(days)s") % {"days": due.days}

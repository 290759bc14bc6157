"""Validators of single fields of customers."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.rules import TermsError, parse_terms

# One sentence for each code of TermsError.
TERMS_MESSAGES = {
    "unreadable": _("This is not a payment term. Examples: n/30, eom+10, day 15, 2/10 n/30."),
    "instalment": _("Write each instalment as a percentage and when it is due: 30% n/0, 70% n/60."),
    "sum": _("The instalments do not sum to 100 per cent."),
    "too_long": _("This is too long for a payment term."),
    "tiers": _("A later discount must be smaller."),
    "discount": _("A discount lies between 0 and 100 per cent."),
    "outlasts": _("The discount outlasts the due date."),
}


def validate_rule(value: str) -> None:
    """Accept a payment-term rule that parse_terms can read."""
    try:
        parse_terms(value)
    except TermsError as error:
        raise ValidationError(TERMS_MESSAGES[error.code], code=error.code) from error


def validate_country_code(value: str) -> None:
    """Accept an ISO 3166-1 code such as CN, or a code of another system, such as 391, that a history came with."""
    if not re.fullmatch(r"[A-Z0-9]{2,10}", value):
        raise ValidationError(_("A country is two to ten capital letters or digits, for example CN."))

"""Validators of single fields of customers."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.rules import TermsError, parse_terms


def validate_rule(value: str) -> None:
    """Accept a payment-term rule that parse_terms can read."""
    try:
        parse_terms(value)
    except TermsError as error:
        raise ValidationError(str(error)) from error


def validate_country_code(value: str) -> None:
    """Accept an ISO 3166-1 code such as CN, or a code of another system, such as 391, that a history came with."""
    if not re.fullmatch(r"[A-Z0-9]{2,10}", value):
        raise ValidationError(_("A country is two to ten capital letters or digits, for example CN."))

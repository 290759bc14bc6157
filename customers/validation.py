"""Validators of single fields of customers."""

from django.core.exceptions import ValidationError

from customers.rules import TermsError, parse_terms


def validate_rule(value: str) -> None:
    """Accept a payment-term rule that parse_terms can read."""
    try:
        parse_terms(value)
    except TermsError as error:
        raise ValidationError(str(error)) from error

"""Validators of single fields. Each raises ValidationError with one sentence."""

import re
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_time_zone(value: str) -> None:
    """Accept a name of the IANA time zone database, for example Asia/Shanghai."""
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone.") % {"value": value})


def validate_country(value: str) -> None:
    """Accept the form of an ISO 3166-1 two-letter code, for example CN."""
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise ValidationError(_("A country is two capital letters, for example CN."))

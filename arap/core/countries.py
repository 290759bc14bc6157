"""The countries of ISO 3166-1 with their names in the language in use (Unicode CLDR, from Babel)."""

from functools import cache

from babel import Locale
from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

# Codes of CLDR that are no country of ISO 3166-1: reserved ones, groups of countries and codes for tests.
NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "IC", "TA", "EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ"])


@cache
def names_in(language: str) -> dict[str, str]:
    """Code -> name in that language, in the order of the codes."""
    territories: dict[str, str] = dict(Locale.parse(to_locale(language)).territories)
    codes = sorted(code for code in territories if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY)
    return {code: territories[code] for code in codes}


def country_choices() -> list[tuple[str, str]]:
    """No country, then each as "DE Germany", by code, so that typing two letters finds it in every language."""
    names = names_in(get_language() or "en")
    return [("", "–"), *((code, f"{code} {name}") for code, name in names.items())]


class CountryField(forms.ChoiceField):
    """A country of the list, or none."""

    def __init__(self, **options: object) -> None:
        super().__init__(label=_("Country"), choices=country_choices, required=False, **options)  # type: ignore[arg-type]

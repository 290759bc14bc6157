"""Numbers of bank accounts: an IBAN is proved by its check digits, one of China is digits, others have a form."""

import re

from stdnum import bic, iban
from stdnum.exceptions import ValidationError

# ISO 13616: two letters of the country, two check digits. Nothing else begins so.
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]*")
_PLAIN = re.compile(r"[A-Z0-9]{4,34}")
# GB/T 33141 cards have 13 to 19 digits; account numbers of companies at China's banks have 9 to 30.
_CHINA = re.compile(r"\d{8,30}")
_SIGNS = re.compile(r"[\s./-]")


class BadNumber(ValueError):
    """A number that cannot be right; the argument says which rule it breaks: iban, china, form, bic."""


def read_account_no(text: str, *, country: str) -> str:
    """The account number as it is printed: an IBAN in groups of four, another as it was typed.

    `country` is where the company is, as an ISO code. Raises BadNumber.
    """
    compact = _SIGNS.sub("", text).upper()
    if _IBAN.fullmatch(compact):
        try:
            return str(iban.format(iban.validate(compact)))
        except ValidationError:
            raise BadNumber("iban") from None
    if country == "CN" and not _CHINA.fullmatch(compact):
        raise BadNumber("china")
    if not _PLAIN.fullmatch(compact):
        raise BadNumber("form")
    return " ".join(text.split())


def read_bic(text: str) -> str:
    """The BIC (ISO 9362) in capital letters; "" for none. Raises BadNumber."""
    if not text.strip():
        return ""
    try:
        return str(bic.validate(text))
    except ValidationError:
        raise BadNumber("bic") from None

"""Payment references: what a payer copies into the transfer, so that we know what was paid. Pure, no Django.

RF creditor reference, ISO 11649: "RF", two check digits (ISO 7064, mod 97-10), then at most 21 letters and digits. What
we put in is readable where it can be, and unique within a company:

- a number of our own series, INV-2026-000123, without its dashes: letters, then at least ten digits;
- a number of digits only, as it is;
- any other document (another spelling, Chinese characters, too long): "0D" and its id in the book;
- a customer code such as C-10482 without its dash: letters, then at most nine digits; any other customer: "0C" and id.

The shapes exclude each other, and none of them loses a character that could tell two apart.
"""

import re
import unicodedata
from collections.abc import Collection

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

BODY_LENGTH_MAX = 21
TEXT_MAX = 4_000
"""Remittance texts are short; what is longer is read up to here."""

_OWN_SERIES = re.compile(r"[A-Z]{1,6}-\d{4}-\d{6,11}")
_DIGITS = re.compile(r"\d{1,21}")
_CUSTOMER_CODE = re.compile(r"[A-Z]{1,6}-\d{1,9}")
_NOT_PLAIN = re.compile(r"[^A-Z0-9]+")


def document_reference(number: str, document_id: int) -> str:
    """The RF reference of a document: INV-2026-000123 gives RF98INV2026000123. `document_id` is its id in the book."""
    if number.isascii() and (_OWN_SERIES.fullmatch(number) or _DIGITS.fullmatch(number)):
        return _with_check(number.replace("-", ""))
    return _with_check(f"0D{document_id}")


def customer_reference(code: str, customer_id: int) -> str:
    """The RF reference of a customer's whole account, for what is paid by statement: C-10482 gives RF73C10482."""
    if code.isascii() and _CUSTOMER_CODE.fullmatch(code):
        return _with_check(code.replace("-", ""))
    return _with_check(f"0C{customer_id}")


def printed(reference: str) -> str:
    """The reference in groups of four, as it is printed: RF98 INV2 0260 0012 3."""
    return iso11649.format(reference)


def parse(text: str) -> str | None:
    """The RF reference that `text` is, without separators and in capitals, or None when it is none or miscopied."""
    plain = unicodedata.normalize("NFKC", text[:TEXT_MAX])
    return iso11649.validate(plain) if iso11649.is_valid(plain) else None


def find(text: str, known: Collection[str]) -> tuple[list[str], str]:
    """Which of the `known` references `text` holds, in its order and each once; and the text without them.

    A payer may write them in groups, in small or full-width letters, with dashes, and join anything on. The longest
    known reference is taken where several begin alike.
    """
    folded = unicodedata.normalize("NFKC", text[:TEXT_MAX]).upper()
    places = [place for place, letter in enumerate(folded) if not _NOT_PLAIN.match(letter)]
    plain = "".join(folded[place] for place in places)
    known = frozenset(known)
    lengths = sorted({len(reference) for reference in known}, reverse=True)
    found: dict[str, None] = {}
    kept, at, start = "", 0, plain.find("RF")
    while start >= 0:
        readings = (plain[start : start + length] for length in lengths)
        reference = next((reading for reading in readings if reading in known), None)
        if reference:
            found[reference] = None
            kept += folded[at : places[start]] + " "
            at = places[start + len(reference) - 1] + 1
        start = plain.find("RF", start + (len(reference) if reference else 1))
    return list(found), kept + folded[at:]


def _with_check(body: str) -> str:
    assert len(body) <= BODY_LENGTH_MAX, "a reference holds at most 21 characters"
    reference = f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"
    assert iso11649.is_valid(reference), "check digits are right"
    return reference

"""Whether a tax number can be right, as far as the number itself shows it."""

import re

from stdnum.cn import ric, uscc
from stdnum.eu import vat

SHAPE = re.compile(r"[0-9A-Z][0-9A-Z ./-]*")
# Taxpayers registered before 2015 keep 15 digits; sole traders had the 18 of their identity card and two more.
CHINESE_OLD = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{20}")
EUROPEAN = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
     "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"]
)  # fmt: skip


def tax_number_fault(number: str, country: str) -> str:
    """What is wrong with the tax number of a customer in `country` (ISO 3166-1): "shape", "length", "check", or "".

    China: the unified social credit code of 18 characters with its check character (GB 32100-2015), an identity number
    of a sole trader, or an old number of 15 or 20. European Union: the VAT number of the country, with or without its
    two letters. Elsewhere only the shape is judged: capital letters, digits, and signs between them.
    """
    if not number:
        return ""
    if not SHAPE.fullmatch(number):
        return "shape"
    if country == "CN":
        if CHINESE_OLD.fullmatch(number):
            return ""
        if len(number) != 18:
            return "length"
        return "" if uscc.is_valid(number) or ric.is_valid(number) else "check"
    if country in EUROPEAN:
        prefix = "EL" if country == "GR" else country
        plain = re.sub(r"[ ./-]", "", number)
        return "" if vat.is_valid(plain if plain.startswith(prefix) else prefix + plain) else "check"
    return ""

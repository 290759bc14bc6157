"""Money: currencies, their minor units, rounding, reading and printing. Decimal only, no Django.

Codes and minor units: ISO 4217, list one. Funds codes with four decimals (CLF, UYW) and codes
without a minor unit (metals, testing) are left out, because nobody is invoiced in them.
The SQL twin of `minor_unit` is the function core_minor_unit (migrations/sql/minor_unit.sql); a test
compares the two for every code.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

ZERO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN "
    "QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)

CURRENCIES: dict[str, int] = {
    **dict.fromkeys(TWO_DECIMALS.split(), 2),
    **dict.fromkeys(ZERO_DECIMALS.split(), 0),
    **dict.fromkeys(THREE_DECIMALS.split(), 3),
}

ZERO = Decimal(0)
# numeric(18, 3) holds fifteen digits before the point; more is a typing error, not money.
AMOUNT_LIMIT = Decimal(10) ** 15

_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class AmountError(ValueError):
    """A text that is not an amount of the currency. The message is one English sentence."""


def currency_choices() -> list[tuple[str, str]]:
    """(code, code) of every currency in alphabetical order, for form fields."""
    return [(code, code) for code in sorted(CURRENCIES)]


# Those traded with most come first in a list to choose from; the others follow by code.
USUAL = ("CNY", "USD", "EUR", "JPY", "HKD", "GBP")


def currencies_to_choose(base: str) -> list[str]:
    """Every code, the base currency and the usual ones first."""
    return list(dict.fromkeys([base, *USUAL, *sorted(CURRENCIES)]))


def minor_unit(currency: str) -> int:
    """Number of decimals of `currency`: 2 for CNY, 0 for JPY, 3 for KWD.

    Raises AmountError for a code that is not in ISO 4217.
    """
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise AmountError(f"Unknown currency {currency!r}.") from None


def quantum(currency: str) -> Decimal:
    """The smallest amount of `currency`: 0.01 for CNY, 1 for JPY."""
    return Decimal(1).scaleb(-minor_unit(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded to the minor unit of `currency`, a half away from zero.

    This is the only rounding of money; call it once, at a named place. It equals PostgreSQL's
    round(numeric, int), so both sides of the application round alike.
    """
    return amount.quantize(quantum(currency), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimals than `currency` knows."""
    return amount == quantize(amount, currency)


def parse_amount(text: str, currency: str) -> Decimal:
    """The amount that `text` states in `currency`: plain digits, a point, an optional sign.

    Raises AmountError for anything else, for more decimals than the currency has, and for
    fifteen digits or more before the point. Nothing is rounded.
    """
    cleaned = text.strip()
    if not _AMOUNT.fullmatch(cleaned) or not cleaned.isascii():
        raise AmountError(f"{text!r} is not an amount.")
    amount = Decimal(cleaned)
    if abs(amount) >= AMOUNT_LIMIT:
        raise AmountError(f"{text!r} is too large.")
    if not is_exact(amount, currency):
        raise AmountError(f"{text!r} has more decimals than {currency} knows.")
    return quantize(amount, currency)


def format_amount(amount: Decimal, currency: str) -> str:
    """`amount` with the decimals of its currency: "12.50" CNY, "1250" JPY, "1.250" KWD.

    Raises AmountError when that would hide decimals: rounding belongs elsewhere.
    """
    rounded = quantize(amount, currency)
    if rounded != amount:
        raise AmountError(f"{amount} has more decimals than {currency} knows.")
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def to_base(amount: Decimal, rate: Decimal, base_currency: str) -> Decimal:
    """`amount` in base currency at `rate` base units for one unit, rounded once to its minor unit."""
    return quantize(amount * rate, base_currency)


def split(amount: Decimal, weights: list[Decimal], currency: str) -> list[Decimal]:
    """`amount` in parts proportional to `weights`; each is rounded, the last takes the remainder.

    The parts always sum to `amount` exactly. Weights are not negative and not all zero.
    """
    total = sum(weights, ZERO)
    assert total > 0, "weights must not all be zero"
    assert min(weights) >= 0, "a weight must not be negative"
    parts = [quantize(amount * weight / total, currency) for weight in weights[:-1]]
    return [*parts, amount - sum(parts, ZERO)]

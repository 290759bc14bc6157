"""Payment terms: when an invoice falls due and what an early payer may keep. Pure, no Django.

Notation (case does not matter):

    n/30, net 30        30 days after the invoice date
    eom, eom+10         end of the invoice's month, then 10 days (月结10天 is eom+10)
    day 15, day 15+30   the first 15th on or after the invoice date (after 30 days first); a month
                        without that day gives its last day
    2/10 n/30           2 % discount when paid within 10 days, else the whole after 30
    3/10 2/20 n/60      two tiers of discount
    30% n/0, 70% n/60   instalments by percent; the last takes the remainder of rounding
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from arap.core.dates import add_months, day_of_month, end_of_month
from arap.core.money import quantize, split

HUNDRED = Decimal(100)
# Ten years: longer terms are typing errors, and date arithmetic stays far from its end.
DAYS_MAX = 3660

_TIER = re.compile(r"(\d+(?:\.\d+)?)\s*%?\s*/\s*(\d+)(?=[\s,])")
_NET = re.compile(r"(?:n\s*/\s*|net\s+)(\d+)")
_EOM = re.compile(r"eom(?:\s*\+\s*(\d+))?")
_DAY = re.compile(r"day\s+(\d+)(?:\s*\+\s*(\d+))?")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%\s+(.+)")


class TermsError(ValueError):
    """A rule that is not in the notation. The message is one English sentence; for each `code` there is a
    translated one in validation.py."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Due:
    """`net`: days after the invoice date. `eom`: days after its month's end. `day`: the first
    `day_of_month` on or after the invoice date plus days."""

    kind: Literal["net", "eom", "day"]
    days: int = 0
    day_of_month: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """One instalment: a percentage of the total and when it falls due."""

    percent: Decimal
    due: Due


@dataclass(frozen=True, slots=True)
class DiscountTier:
    """`percent` off the amount when it is paid at most `days` after the invoice date."""

    percent: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Instalments in the order given (at least one, summing to 100 %) and discounts by days."""

    shares: tuple[Share, ...]
    discounts: tuple[DiscountTier, ...] = ()


@dataclass(frozen=True, slots=True)
class Instalment:
    """An amount in the invoice's currency and the date it falls due."""

    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True)
class DiscountOffer:
    """Paid on or before `until_on`, `discount` (in the invoice's currency) need not be paid."""

    until_on: date
    percent: Decimal
    discount: Decimal


def net(days: int) -> Terms:
    """Terms with a single amount due `days` after the invoice date."""
    return Terms(shares=(Share(HUNDRED, Due("net", days)),))


def parse_terms(rule: str) -> Terms:
    """The terms that `rule` states in the notation above. Raises TermsError."""
    text = rule.strip().lower()
    tiers: list[DiscountTier] = []
    while found := _TIER.match(text):
        tiers.append(DiscountTier(Decimal(found[1]), _days(found[2])))
        text = text[found.end() :].lstrip(" ,")
    terms = Terms(shares=_parse_shares(text, rule), discounts=tuple(tiers))
    _check_discounts(terms, rule)
    return terms


def _parse_shares(text: str, rule: str) -> tuple[Share, ...]:
    if "%" not in text:
        return (Share(HUNDRED, _parse_due(text, rule)),)
    shares = []
    for part in text.split(","):
        found = _SHARE.fullmatch(part.strip())
        if not found:
            raise TermsError("instalment", f"{rule!r}: each instalment is a percentage and a due rule.")
        shares.append(Share(Decimal(found[1]), _parse_due(found[2], rule)))
    if sum(share.percent for share in shares) != HUNDRED or min(s.percent for s in shares) <= 0:
        raise TermsError("sum", f"{rule!r}: the instalments do not sum to 100 per cent.")
    return tuple(shares)


def _parse_due(text: str, rule: str) -> Due:
    text = text.strip()
    if found := _NET.fullmatch(text):
        return Due("net", _days(found[1]))
    if found := _EOM.fullmatch(text):
        return Due("eom", _days(found[1] or "0"))
    if (found := _DAY.fullmatch(text)) and 1 <= int(found[1]) <= 31:
        return Due("day", _days(found[2] or "0"), int(found[1]))
    raise TermsError("unreadable", f"{rule!r} is not a payment term; examples are n/30, eom+10 and 2/10 n/30.")


def _days(text: str) -> int:
    if len(text) > 4 or int(text) > DAYS_MAX:
        raise TermsError("too_long", f"{text[:20]} days is too long for a payment term.")
    return int(text)


def _check_discounts(terms: Terms, rule: str) -> None:
    last = terms.shares[-1].due
    for earlier, later in pairwise(terms.discounts):
        if later.days <= earlier.days or later.percent >= earlier.percent:
            raise TermsError("tiers", f"{rule!r}: a later discount must be smaller.")
    for tier in terms.discounts:
        if not 0 < tier.percent < HUNDRED:
            raise TermsError("discount", f"{rule!r}: a discount lies between 0 and 100 per cent.")
        if last.kind == "net" and tier.days > last.days:
            raise TermsError("outlasts", f"{rule!r}: the discount outlasts the due date.")


def due_on(due: Due, document_on: date) -> date:
    """The due date of an invoice dated `document_on`. The due date itself is not late."""
    if due.kind == "eom":
        return end_of_month(document_on) + timedelta(days=due.days)
    day = document_on + timedelta(days=due.days)
    if due.kind == "net":
        return day
    candidate = day_of_month(day.year, day.month, due.day_of_month)
    return candidate if candidate >= day else add_months(day, 1, day=due.day_of_month)


def instalments(terms: Terms, *, document_on: date, amount: Decimal, currency: str) -> list[Instalment]:
    """The amounts and due dates of an invoice of `amount` in `currency`, in the order of the terms.

    Each is rounded to the minor unit; the last takes the remainder, so they sum to `amount`. A
    part that rounds to nothing is left out.
    """
    parts = split(amount, [share.percent for share in terms.shares], currency)
    return [
        Instalment(part, due_on(share.due, document_on))
        for part, share in zip(parts, terms.shares, strict=True)
        if part
    ]


def discount_offers(terms: Terms, *, document_on: date, amount: Decimal, currency: str) -> Sequence[DiscountOffer]:
    """What a payer of the whole `amount` may keep, best offer first; the last day counts."""
    return [
        DiscountOffer(
            until_on=document_on + timedelta(days=tier.days),
            percent=tier.percent,
            discount=quantize(amount * tier.percent / HUNDRED, currency),
        )
        for tier in terms.discounts
    ]


def discount_at(terms: Terms, *, document_on: date, paid_on: date, amount: Decimal, currency: str) -> Decimal:
    """The discount in `currency` that a payment of the whole `amount` on `paid_on` earns, else 0."""
    offers = discount_offers(terms, document_on=document_on, amount=amount, currency=currency)
    return next((offer.discount for offer in offers if paid_on <= offer.until_on), Decimal(0))


def write_terms(terms: Terms) -> str:
    """The one spelling of `terms` in the notation; parse_terms(write_terms(x)) == x."""
    tiers = [f"{_number(tier.percent)}/{tier.days}" for tier in terms.discounts]
    shares = [_write_due(share.due) for share in terms.shares]
    if len(shares) > 1:
        pairs = zip(terms.shares, shares, strict=True)
        shares = [f"{_number(share.percent)}% {due}" for share, due in pairs]
    return " ".join([*tiers, ", ".join(shares)])


def _write_due(due: Due) -> str:
    if due.kind == "net":
        return f"n/{due.days}"
    word = "eom" if due.kind == "eom" else f"day {due.day_of_month}"
    return f"{word}+{due.days}" if due.days else word


def _number(percent: Decimal) -> str:
    return f"{percent.normalize():f}"

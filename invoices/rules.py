"""Money rules of invoices and credit notes. Pure: Decimal and date in and out, no Django.

All rates and discounts are percentages (13 means 13 %), all amounts are in the document's currency
and come out in its minor unit (0, 2 or 3 decimals). Rounding is half up and happens once per line,
never on the document total.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from arap.core.money import ZERO, quantize

Entry = Literal["net", "gross"]

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Net and tax of a line or a document, in the currency's minor unit. Gross (价税合计) is always
    their sum.
    """

    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net + other.net, self.tax + other.tax)

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net - other.net, self.tax - other.tax)

    def __neg__(self) -> "Amounts":
        return Amounts(-self.net, -self.tax)


NOTHING = Amounts(ZERO, ZERO)


class CreditExceedsOriginal(ValueError):
    """More was to be credited than is left of the original line. `left` is what is left, in the
    measure asked for.
    """

    def __init__(self, left: Decimal) -> None:
        super().__init__(f"only {left} is left to credit")
        self.left = left


def line_amounts(
    *,
    quantity: Decimal,
    unit_price: Decimal,
    discount_percent: Decimal,
    tax_rate: Decimal,
    entry: Entry,
    currency: str,
) -> Amounts:
    """Net and tax of one line; `unit_price` is with tax when `entry` is "gross", without tax when
    it is "net".

    Gross entry: net = round(gross / (1 + rate)), tax = gross - net, so the price the customer was
    told stays exact. Net entry: tax = round(net x rate). Source: the rounding that the Chinese
    e-invoice interfaces check; 100.00 gross at 13 % is 88.50 + 11.50. A negative quantity makes a
    discount line; it rounds as its positive twin.
    """
    entered = quantize(quantity * unit_price * (HUNDRED - discount_percent) / HUNDRED, currency)
    if entry == "gross":
        net = quantize(entered * HUNDRED / (HUNDRED + tax_rate), currency)
        return Amounts(net, entered - net)
    return Amounts(entered, quantize(entered * tax_rate / HUNDRED, currency))


def document_amounts(lines: Iterable[Amounts]) -> Amounts:
    """Sum of line nets and sum of line taxes. The tax is never recomputed on the total, so no cent
    can appear here.
    """
    return sum(lines, NOTHING)


def credit_gross_of_quantity(
    original: Amounts,
    credited: Amounts,
    *,
    quantity: Decimal,
    quantity_left: Decimal,
    currency: str,
) -> Decimal:
    """Gross amount of taking back `quantity` of the `quantity_left` not yet credited.

    It is the quantity's share of what is left, so a price reduction credited before lowers what a
    returned piece is worth, and the last piece takes the remainder. Raises CreditExceedsOriginal
    (in units) when more is asked for than is left.
    """
    if not quantity_left or not 0 < quantity / quantity_left <= 1:
        raise CreditExceedsOriginal(quantity_left)
    return quantize((original.gross - credited.gross) * quantity / quantity_left, currency)


def credit_part(original: Amounts, credited: Amounts, *, amount: Decimal, entry: Entry, currency: str) -> Amounts:
    """Net and tax of crediting `amount` of a line of which `credited` was credited before, at the
    line's own rate.

    `amount` is net or gross as `entry` says and has the sign of the line. The tax is rounded on the
    cumulated credit, less the tax credited before: credits in parts differ from the exact share by
    at most one minor unit each and add up to exactly the original, the last part taking the
    remainder. Raises CreditExceedsOriginal.
    """
    sign = -1 if original.gross < 0 else 1
    whole, before = (original, credited) if sign > 0 else (-original, -credited)
    left = whole - before
    wanted, measure_left = amount * sign, left.net if entry == "net" else left.gross
    if not 0 < wanted <= measure_left:
        raise CreditExceedsOriginal(measure_left * sign)
    if wanted == measure_left:
        part = left
    elif entry == "net":
        share = quantize(whole.tax * (before.net + wanted) / whole.net, currency) - before.tax
        part = Amounts(wanted, min(max(share, ZERO), left.tax))
    else:
        share = quantize(whole.tax * (before.gross + wanted) / whole.gross, currency) - before.tax
        tax = min(max(share, ZERO, wanted - left.net), left.tax, wanted)
        part = Amounts(wanted - tax, tax)
    return part if sign > 0 else -part

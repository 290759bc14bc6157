"""Early-payment discount (现金折扣): what a payment within the window earns, and what becomes of its output tax. Pure.

Sources. Partial payment: Brechner and Bergeman, Contemporary Mathematics for Business and Consumers, section 7-10: the
credit is the payment divided by 100 % less the rate. Output tax: Council Directive 2006/112/EC, article 90, and in
Germany section 17 UStG; in the United Kingdom VATA 1994, schedule 6, paragraph 4 (from 1 April 2015); in China the
discount is a cost of financing and the tax stays as invoiced (国税发〔1993〕154号).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from arap.core.money import ZERO, quantize
from customers.rules import Terms

HUNDRED = Decimal(100)

# Countries in which a discount that is taken lowers the taxable amount. Elsewhere the tax stays as invoiced.
_REDUCING = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
REDUCES_TAX = frozenset(_REDUCING.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an open item offers to an early payer. `percent` is of the basis; amounts in the item's currency.

    `share` is the part of the gross amount on which the percentage is computed: 1 where the basis is gross, net
    divided by gross where it is net. `most` is what may still be given on the item.
    """

    percent: Decimal
    until_on: date
    share: Decimal
    most: Decimal

    @property
    def rate(self) -> Decimal:
        """The discount as a fraction of the gross amount."""
        return self.percent / HUNDRED * self.share


def percent_at(terms: Terms, *, document_on: date, paid_on: date, grace_days: int) -> tuple[Decimal, date] | None:
    """The percentage that a payment with the value date `paid_on` earns, and the last day of its window with grace."""
    for tier in terms.discounts:
        until_on = document_on + timedelta(days=tier.days + grace_days)
        if paid_on <= until_on:
            return tier.percent, until_on
    return None


def net_share(net: Decimal, gross: Decimal) -> Decimal:
    """The net part of a gross amount, as a fraction; 1 where there is no gross amount to divide by."""
    return net / gross if gross else Decimal(1)


def most_discount(
    *, percent: Decimal, share: Decimal, amount: Decimal, credited: Decimal, granted: Decimal, currency: str
) -> Decimal:
    """The discount that may still be given on an item of `amount`: of what was not credited, less what was `granted`.

    Worked: 1,000.00 of which 100.00 was credited, at 2 %: 18.00.
    """
    whole = quantize(max(amount - credited, ZERO) * share * percent / HUNDRED, currency)
    return max(whole - granted, ZERO)


def earned(offer: Offer, *, cash: Decimal, open_amount: Decimal, currency: str) -> Decimal:
    """The discount that `cash` earns on an item of which `open_amount` is open (credit notes taken off before).

    In part, cash divided by (1 - rate) is settled: 49.00 at 2 % settles 50.00. A payment of all that is owed after the
    discount settles the item to the last cent; more cash than that leaves less to be given.
    """
    whole = min(quantize(open_amount * offer.rate, currency), offer.most)
    if cash <= 0 or whole <= 0:
        return ZERO
    if cash >= open_amount - whole:
        return max(open_amount - cash, ZERO)
    return max(min(quantize(cash / (1 - offer.rate), currency) - cash, whole, open_amount - cash), ZERO)


def payable(offer: Offer, *, open_amount: Decimal, currency: str) -> Decimal:
    """What settles the item within the window."""
    return open_amount - min(quantize(open_amount * offer.rate, currency), offer.most)


def tax_in(
    discount: Decimal, *, total: Decimal, taxes: Mapping[str, Decimal], reduced: Mapping[str, bool], currency: str
) -> dict[str, Decimal]:
    """The output tax that goes back with a discount, by tax code: the part of `discount` that is tax in the invoice.

    `total` is the invoice with tax, `taxes` its tax by code; `reduced` says which codes follow the discount. Worked
    (Haufe, Forderungen, 3 % Skonto): 71.40 of 2,380.00 with 380.00 of tax holds 11.40.
    """
    if not total:
        return {}
    parts = {code: quantize(discount * tax / total, currency) for code, tax in taxes.items() if reduced.get(code)}
    return {code: part for code, part in parts.items() if part}

"""Money rules of the book, pure. The SQL procedures hold the same rules; a test compares the two."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

ZERO = Decimal(0)
DIGITS = 60  # an amount of 18 digits times a base of 18, divided by 18 more: cut off sooner, a hair below half goes up


def rounded(amount: Decimal, minor_unit: int) -> Decimal:
    """`amount` rounded half away from zero to `minor_unit` decimals (0, 2 or 3)."""
    return amount.quantize(Decimal(1).scaleb(-minor_unit), rounding=ROUND_HALF_UP)


def share_of_base(open_base: Decimal, open_amount: Decimal, amount: Decimal, minor_unit: int) -> Decimal:
    """The base amount that goes with `amount` out of what is open now; all that is left when it empties the item.

    Worked: 100.00 open, 712.35 in base. 33.33 takes round(712.35 x 33.33 / 100.00) = 237.43; the last 66.67 takes
    what is left, 474.92, although 712.35 x 66.67 / 100.00 would round the same only by luck.
    """
    if amount == open_amount:
        return open_base
    with localcontext(prec=DIGITS):
        return rounded(open_base * amount / open_amount, minor_unit)


def cumulative_base(amounts: Sequence[Decimal], rate: Decimal, minor_unit: int) -> list[Decimal]:
    """Base amounts of the parts of a document that sum to the rounded whole.

    Each part is the difference of two rounded running sums. Worked, at rate 7.1235: 33.33 + 33.33 + 33.34 (100.00 =
    712.35) gives 237.43, 237.42 and 237.50.
    """
    bases: list[Decimal] = []
    running = ZERO
    with localcontext(prec=DIGITS):
        for amount in amounts:
            before = rounded(running * rate, minor_unit)
            running += amount
            bases.append(rounded(running * rate, minor_unit) - before)
    return bases


def realised_difference(debit_base: Decimal, credit_base: Decimal) -> Decimal:
    """Exchange loss (+) or gain (-), in base, when a debit and a credit of one amount meet at their historical bases.

    Worked: USD 100.00 invoiced at 7.10 (710.00), received at 7.05 (705.00): a loss of 5.00.
    """
    return debit_base - credit_base


def unrealised_difference(open_amount: Decimal, open_base: Decimal, rate: Decimal, minor_unit: int) -> Decimal:
    """What an open item's base lacks (+) or has too much (-) at the closing `rate`; both amounts signed as the item.

    Source: IAS 21.23(a) and CAS 19 art. 11(1), monetary items at the closing rate. Worked: USD 100.00 open at 710.00
    and a closing rate of 7.25 give +15.00; a credit of USD 100.00 at -710.00 gives -15.00.
    """
    with localcontext(prec=DIGITS):
        return rounded(open_amount * rate, minor_unit) - open_base

"""What a credit in one currency settles in another at an agreed rate. Pure."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal, localcontext

from arap.core.money import ZERO, quantize, quantum

DIGITS = 60


def taken(settled: Decimal, rate: Decimal, currency: str) -> Decimal:
    """What `settled`, in a debit's currency, takes of the credit in `currency` at `rate`: how much of it for one unit.

    At least one unit of its smallest coin. Worked: EUR 90.00 at USD 1.10 for EUR 1 take USD 99.00; JPY 10,000 at USD
    0.0067 take USD 67.00.
    """
    with localcontext(prec=DIGITS):
        return max(quantize(settled * rate, currency), quantum(currency))


def settled_by(
    debits: Sequence[tuple[int, Decimal]], credit: Decimal, rate: Decimal, *, currency: str
) -> dict[int, Decimal]:
    """How much of each debit (item id, open amount in `currency`), in their order, `credit` pays at `rate`; those
    that get nothing are left out.

    Never more than the credit: what it pays is cut off at the debit's smallest coin. Worked: USD 100.00 at USD 1.10 for
    EUR 1 pay EUR 90.90 (99.99), and not EUR 90.91 (100.001).
    """
    found: dict[int, Decimal] = {}
    with localcontext(prec=DIGITS):
        left = (credit / rate).quantize(quantum(currency), rounding=ROUND_DOWN)
    for item_id, open_amount in debits:
        part = min(open_amount, left)
        if part > ZERO:
            found[item_id] = part
            left -= part
    return found

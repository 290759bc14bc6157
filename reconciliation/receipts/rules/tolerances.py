"""Small differences: when a short or over-payment closes by itself. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from arap.core.money import ZERO, quantize

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to `amount` (in the currency) and up to `percent` of what is settled: both must hold."""

    amount: Decimal
    percent: Decimal

    def covers(self, difference: Decimal, *, of: Decimal, currency: str) -> bool:
        """Whether a difference (above zero) is small beside `of`, what was to be settled.

        Worked, up to 5.00 and 1 %: 4.99 of 1,000.00 is covered, 4.99 of 400.00 is not (4.00), 6.00 never is.
        """
        return ZERO < difference <= min(self.amount, quantize(of * self.percent / HUNDRED, currency))

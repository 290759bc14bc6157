"""Write-offs: who must approve them, and whether the output tax comes back. Pure.

Sources. United Kingdom: VATA 1994, section 36 (six months after the later of supply and due date, and written off).
Germany: section 17 (2) no. 1 UStG (the debt became uncollectible). China's VAT law knows no relief for bad debts.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from arap.core.dates import add_months

# Why a debt can no longer be collected at all; what is merely old or small is not uncollectible.
UNCOLLECTIBLE = frozenset({"insolvency", "uncollectible"})
RELIEF_MONTHS_GB = 6


def role_for(base_amount: Decimal, bands: Sequence[tuple[Decimal, str]], *, otherwise: str) -> str:
    """Who approves a write-off of `base_amount`: the role of the highest band (amount above, role) that it exceeds.

    Below the lowest band nobody needs to: an empty text. Without any band it is `otherwise`, whatever the amount.
    Worked, above 100 the credit manager and above 10,000 the controller: 100.00 nobody, 100.01 the credit manager.
    """
    if not bands:
        return otherwise
    exceeded = [band for band in bands if base_amount > band[0]]
    return max(exceeded)[1] if exceeded else ""


def tax_comes_back(country: str, *, reason: str, document_on: date, due_on: date, on: date) -> bool:
    """Whether the output tax in a debt that is written off on `on` is recovered in this country."""
    if country == "GB":
        return on >= add_months(max(document_on, due_on), RELIEF_MONTHS_GB)
    return country == "DE" and reason in UNCOLLECTIBLE

"""Tables of receipts, and of the papers that were made of them."""

from receipts.models.limits import ConfirmationLimit
from receipts.models.papers import ReceiptPaper
from receipts.models.receipts import Receipt, ReceiptIdentification, ReceiptQuerySet
from receipts.models.settling import Allowance, DiscountPolicy, Tolerance

__all__ = [
    "Allowance",
    "ConfirmationLimit",
    "DiscountPolicy",
    "Receipt",
    "ReceiptIdentification",
    "ReceiptPaper",
    "ReceiptQuerySet",
    "Tolerance",
]

"""Tables of receipts, and of the papers that were made of them."""

from receipts.models.limits import ConfirmationLimit
from receipts.models.papers import ReceiptPaper
from receipts.models.receipts import Receipt, ReceiptIdentification, ReceiptQuerySet

__all__ = ["ConfirmationLimit", "Receipt", "ReceiptIdentification", "ReceiptPaper", "ReceiptQuerySet"]

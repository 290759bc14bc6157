"""Tables of receipts, and of the papers that were made of them."""

from receipts.models.arrangements import Arrangement, ArrangementBand, ArrangementKind
from receipts.models.limits import ConfirmationLimit
from receipts.models.papers import ReceiptPaper
from receipts.models.receipts import Receipt, ReceiptIdentification, ReceiptQuerySet
from receipts.models.refunds import RESERVING, Payout, Refund, RefundBand
from receipts.models.settling import Allowance, ApplicationOrder, DiscountPolicy, Tolerance
from receipts.models.write_offs import Recovery, WriteOff, WriteOffBand

__all__ = [
    "RESERVING",
    "Allowance",
    "ApplicationOrder",
    "Arrangement",
    "ArrangementBand",
    "ArrangementKind",
    "ConfirmationLimit",
    "DiscountPolicy",
    "Payout",
    "Receipt",
    "ReceiptIdentification",
    "ReceiptPaper",
    "ReceiptQuerySet",
    "Recovery",
    "Refund",
    "RefundBand",
    "Tolerance",
    "WriteOff",
    "WriteOffBand",
]

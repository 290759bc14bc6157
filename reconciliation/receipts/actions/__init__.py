"""Writes of receipts: one verb, one function, one transaction, one audit row."""

from receipts.actions.applying import ReceiptApplied, apply_receipt, auto_apply_receipt
from receipts.actions.confirming import confirm_receipt, reject_receipt
from receipts.actions.identifying import identify_receipt, unidentify_receipt
from receipts.actions.planning import Rest
from receipts.actions.receiving import receive
from receipts.actions.recording import NewReceipt, Recorded, record_receipt, record_receipts
from receipts.actions.returning import reverse_receipt
from receipts.actions.unapplying import unapply_receipt

__all__ = [
    "NewReceipt",
    "ReceiptApplied",
    "Recorded",
    "Rest",
    "apply_receipt",
    "auto_apply_receipt",
    "confirm_receipt",
    "identify_receipt",
    "receive",
    "record_receipt",
    "record_receipts",
    "reject_receipt",
    "reverse_receipt",
    "unapply_receipt",
    "unidentify_receipt",
]

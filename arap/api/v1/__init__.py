"""The first version of the API. Importing the rooms declares their operations, so whoever wants all finds them here."""

from arap.api.operations import OPERATIONS
from arap.api.v1 import (
    aging,
    credit_notes,
    customers,
    invoices,
    invoicing,
    jobs,
    ledger,
    masters,
    messages,
    receipts,
    receiving,
    statements,
)

__all__ = [
    "OPERATIONS",
    "aging",
    "credit_notes",
    "customers",
    "invoices",
    "invoicing",
    "jobs",
    "ledger",
    "masters",
    "messages",
    "receipts",
    "receiving",
    "statements",
]

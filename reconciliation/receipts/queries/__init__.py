"""Reads around receipts, all from the book."""

from receipts.queries.applying import (
    Candidate,
    Named,
    Payable,
    best_for,
    candidates,
    credit_items,
    named,
    open_candidates,
    payables,
    proposals,
    receipt_by_number,
    unapplied,
)

__all__ = [
    "Candidate",
    "Named",
    "Payable",
    "best_for",
    "candidates",
    "credit_items",
    "named",
    "open_candidates",
    "payables",
    "proposals",
    "receipt_by_number",
    "unapplied",
]

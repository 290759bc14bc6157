"""Reads around receipts, all from the book."""

from receipts.queries.applying import (
    Candidate,
    Named,
    best_for,
    candidates,
    credit_items,
    named,
    open_candidates,
    proposals,
    receipt_by_number,
    unapplied,
)

__all__ = [
    "Candidate",
    "Named",
    "best_for",
    "candidates",
    "credit_items",
    "named",
    "open_candidates",
    "proposals",
    "receipt_by_number",
    "unapplied",
]

"""Writes to the book: one verb, one function, one transaction. Other rooms call these and nothing else."""

from arap.ledger.actions.applications import Applied, AppliedEntry, Pair, apply, apply_staged, unapply
from arap.ledger.actions.documents import (
    Closing,
    NewDocument,
    NewItem,
    NewLine,
    Posted,
    post_documents,
    post_staged,
    replace,
)
from arap.ledger.actions.recording import (
    APPLY_STAGED,
    OPEN_STAGING,
    POST_STAGED,
    book_transaction,
    lock,
    open_staging,
    refresh_statistics,
)
from arap.ledger.actions.replacing import undo_replacement
from arap.ledger.actions.revaluation import Revaluation, revalue
from arap.ledger.actions.reversals import reverse_document
from arap.ledger.actions.seals import seal_ledger, verify_seals

__all__ = [
    "APPLY_STAGED",
    "OPEN_STAGING",
    "POST_STAGED",
    "Applied",
    "AppliedEntry",
    "Closing",
    "NewDocument",
    "NewItem",
    "NewLine",
    "Pair",
    "Posted",
    "Revaluation",
    "apply",
    "apply_staged",
    "book_transaction",
    "lock",
    "open_staging",
    "post_documents",
    "post_staged",
    "refresh_statistics",
    "replace",
    "revalue",
    "reverse_document",
    "seal_ledger",
    "unapply",
    "undo_replacement",
    "verify_seals",
]

"""Writes of invoices: one verb, one function, one transaction, one audit row for each invoice."""

from invoices.actions.credits import CreditPart, credit_invoice
from invoices.actions.drafts import create_draft, create_drafts, delete_draft, enter_draft, update_draft
from invoices.actions.entered import Draft, DraftLine
from invoices.actions.posting import PostedInvoice, post_invoice, post_invoices

__all__ = [
    "CreditPart",
    "Draft",
    "DraftLine",
    "PostedInvoice",
    "create_draft",
    "create_drafts",
    "credit_invoice",
    "delete_draft",
    "enter_draft",
    "post_invoice",
    "post_invoices",
    "update_draft",
]

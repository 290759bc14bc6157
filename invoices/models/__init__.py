"""Tables of invoices, and of the papers that were made of them."""

from invoices.models.beside import InvoiceFact, InvoiceFile
from invoices.models.invoices import Invoice, InvoiceQuerySet
from invoices.models.lines import InvoiceInstalment, InvoiceLine
from invoices.models.papers import PAPER_LANGUAGES, InvoicePaper

__all__ = [
    "PAPER_LANGUAGES",
    "Invoice",
    "InvoiceFact",
    "InvoiceFile",
    "InvoiceInstalment",
    "InvoiceLine",
    "InvoicePaper",
    "InvoiceQuerySet",
]

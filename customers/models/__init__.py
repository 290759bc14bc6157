"""Customers and what hangs on them."""

from customers.models.customers import Contact, Customer, PayerAccount, PaymentTerms
from customers.models.notes import Note

__all__ = ["Contact", "Customer", "Note", "PayerAccount", "PaymentTerms"]

"""Customers and what hangs on them."""

from customers.models.contracts import Contract, ContractFile
from customers.models.customers import Contact, Customer, PayerAccount, PaymentTerms
from customers.models.notes import Note

__all__ = ["Contact", "Contract", "ContractFile", "Customer", "Note", "PayerAccount", "PaymentTerms"]

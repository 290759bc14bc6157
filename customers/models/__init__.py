"""Customers and what hangs on them."""

from customers.models.bank_accounts import BankAccount
from customers.models.contracts import Contract, ContractFile
from customers.models.custom import CustomField
from customers.models.customers import Contact, Customer, PayerAccount, PaymentTerms
from customers.models.notes import Note
from customers.models.personal import AccessEntry, Retention

__all__ = [
    "AccessEntry",
    "BankAccount",
    "Contact",
    "Contract",
    "ContractFile",
    "CustomField",
    "Customer",
    "Note",
    "PayerAccount",
    "PaymentTerms",
    "Retention",
]

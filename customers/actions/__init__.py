"""Writes of customers: one verb, one function, one transaction, one audit row."""

from customers.actions.bulk import NewCustomer, check_new_customer, create_customers
from customers.actions.contacts import add_contact, change_contact
from customers.actions.single import create_customer, set_parent, update_customer
from customers.actions.terms import ensure_terms

__all__ = [
    "NewCustomer",
    "add_contact",
    "change_contact",
    "check_new_customer",
    "create_customer",
    "create_customers",
    "ensure_terms",
    "set_parent",
    "update_customer",
]

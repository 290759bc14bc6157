"""Writes of customers: one verb, one function, one transaction, one audit row."""

from customers.actions.accounts import set_payer_accounts
from customers.actions.bank_accounts import (
    approve_bank_account,
    propose_bank_account,
    reject_bank_account,
    retire_bank_account,
)
from customers.actions.batch import change_customers
from customers.actions.bulk import NewCustomer, check_new_customer, create_customers
from customers.actions.contacts import add_contact, change_contact, let_contact_go, take_contact_back
from customers.actions.contracts import add_contract, attach_to_contract, change_contract, detach_from_contract
from customers.actions.custom import set_custom_values
from customers.actions.erasing import ask_erasure, erase_contacts, erase_notes, set_retention
from customers.actions.merging import merge_customer, unmerge_customer
from customers.actions.notes import withdraw_note, write_note
from customers.actions.single import create_customer, set_parent, update_customer
from customers.actions.terms import ensure_terms

__all__ = [
    "NewCustomer",
    "add_contact",
    "add_contract",
    "approve_bank_account",
    "ask_erasure",
    "attach_to_contract",
    "change_contact",
    "change_contract",
    "change_customers",
    "check_new_customer",
    "create_customer",
    "create_customers",
    "detach_from_contract",
    "ensure_terms",
    "erase_contacts",
    "erase_notes",
    "let_contact_go",
    "merge_customer",
    "propose_bank_account",
    "reject_bank_account",
    "retire_bank_account",
    "set_custom_values",
    "set_parent",
    "set_payer_accounts",
    "set_retention",
    "take_contact_back",
    "unmerge_customer",
    "update_customer",
    "withdraw_note",
    "write_note",
]

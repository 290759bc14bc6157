"""Who receives statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from arap.core.models import Company
from customers.models import Contact


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact at the customer; `language` is the one to write the letter in."""

    name: str
    address: str
    language: str


def recipients(company: Company, customers: Sequence[int]) -> dict[int, Recipient]:
    """Customer id -> the contact who receives statements: the one entered first. One query."""
    contacts = Contact.objects.filter(company=company, customer_id__in=customers, receives__contains=["statement"])
    found: dict[int, Recipient] = {}
    for contact in contacts.exclude(email="").order_by("pk"):
        found.setdefault(contact.customer_id, Recipient(contact.name, contact.email, contact.language))
    return found

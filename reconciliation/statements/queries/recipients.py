"""Who receives statements."""

from collections.abc import Sequence
from dataclasses import dataclass

from arap.core.models import Company
from customers.models import Contact
from customers.recipients import recipients as receiving


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact at the customer; `language` is the one to write the letter in."""

    name: str
    address: str
    language: str


def recipients(company: Company, customers: Sequence[int]) -> dict[int, Recipient]:
    """Customer id -> the first contact who receives statements. One query."""
    return {
        customer: Recipient(contacts[0].name, contacts[0].email, contacts[0].language)
        for customer, contacts in receiving(company, customers, Contact.Paper.STATEMENT).items()
    }

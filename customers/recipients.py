"""Who at a customer receives which of our papers."""

from collections.abc import Collection

from arap.core.models import Company
from customers.models import Contact


def receives_sql(paper: Contact.Paper) -> str:
    """The same as recipients() asks, as SQL on a row `k` of customers_contact: it receives `paper` at an address."""
    return f"(k.email <> '' and '{paper.value}' = any(k.receives))"


def recipients(company: Company, customer_ids: Collection[int], paper: Contact.Paper) -> dict[int, list[Contact]]:
    """Customer id -> its contacts with an address that receive `paper`; those for billing first. One query."""
    found = Contact.objects.filter(company=company, customer__in=customer_ids, receives__contains=[paper])
    rows: dict[int, list[Contact]] = {}
    for contact in found.exclude(email="").order_by("pk"):
        rows.setdefault(contact.customer_id, []).append(contact)
    for contacts in rows.values():
        contacts.sort(key=lambda contact: Contact.ContactRole.BILLING not in contact.roles)
    return rows

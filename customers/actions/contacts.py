"""People at the customer."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import User
from customers.models import Contact, Customer


@transaction.atomic
def add_contact(
    customer: Customer,
    *,
    name: str,
    email: str,
    phone: str = "",
    language: str = "en",
    receives: Sequence[str] = (),
    by: User | None,
) -> Contact:
    """Note a person at the customer, and which papers (Contact.Paper) they receive.

    Raises Invalid (facts: field) for what cannot be stored.
    """
    contact = Contact(
        company_id=customer.company_id,
        customer=customer,
        name=name,
        email=email,
        phone=phone,
        language=language,
        receives=list(receives),
    )
    try:
        contact.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_contact", messages[0], field=field) from error
    contact.save(force_insert=True)
    after = {"customer": customer.code, "name": name, "email": email, "receives": list(receives)}
    audit.record(by=by, verb="contact.add", obj=contact, after=after)
    return contact

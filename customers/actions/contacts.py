"""People at the customer."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import User
from customers.models import Contact, Customer

CHANGEABLE = ("name", "email", "phone", "language", "receives")


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
    _check(contact)
    contact.save(force_insert=True)
    after = {"customer": customer.code, "name": name, "email": email, "receives": list(receives)}
    audit.record(by=by, verb="contact.add", obj=contact, after=after)
    return contact


@transaction.atomic
def change_contact(
    contact: Contact, *, name: str, email: str, phone: str, language: str, receives: Sequence[str], by: User | None
) -> None:
    """Another name, address or language, other papers. Raises Invalid (facts: field) for what cannot be stored."""
    locked = Contact.objects.select_for_update(of=("self",)).select_related("company").get(pk=contact.pk)
    before = audit.snapshot(locked, CHANGEABLE)
    locked.name, locked.email, locked.phone, locked.language = name, email, phone, language
    locked.receives = list(receives)
    _check(locked)
    locked.save(update_fields=CHANGEABLE)
    old, new = audit.difference(before, audit.snapshot(locked, CHANGEABLE))
    if new:
        audit.record(by=by, verb="contact.change", obj=locked, before=old, after=new)
    contact.refresh_from_db()


def _check(contact: Contact) -> None:
    try:
        contact.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_contact", messages[0], field=field) from error

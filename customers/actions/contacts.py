"""People at the customer."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import User
from customers.models import Contact, Customer

CHANGEABLE = ("name", "email", "phone", "language", "roles", "receives")


@transaction.atomic
def add_contact(
    customer: Customer,
    *,
    name: str,
    email: str,
    phone: str = "",
    language: str = "en",
    roles: Sequence[str] = (),
    receives: Sequence[str] = (),
    by: User | None,
) -> Contact:
    """Note a person at the customer: what for (Contact.ContactRole), and which papers (Contact.Paper) they receive.

    Raises Invalid (facts: field) for what cannot be stored.
    """
    contact = Contact(
        company_id=customer.company_id,
        customer=customer,
        name=name,
        email=email,
        phone=phone,
        language=language,
        roles=list(roles),
        receives=list(receives),
    )
    _check(contact)
    contact.save(force_insert=True)
    after = {"customer": customer.code, **audit.snapshot(contact, CHANGEABLE)}
    audit.record(by=by, verb="contact.add", obj=contact, after=after)
    return contact


@transaction.atomic
def change_contact(
    contact: Contact,
    *,
    name: str,
    email: str,
    phone: str,
    language: str,
    roles: Sequence[str],
    receives: Sequence[str],
    by: User | None,
) -> None:
    """Another name, address or language, other papers. Raises Invalid (facts: field) for what cannot be stored."""
    locked = Contact.objects.select_for_update(of=("self",)).select_related("company").get(pk=contact.pk)
    before = audit.snapshot(locked, CHANGEABLE)
    locked.name, locked.email, locked.phone, locked.language = name, email, phone, language
    locked.roles, locked.receives = list(roles), list(receives)
    _check(locked)
    locked.save(update_fields=CHANGEABLE)
    old, new = audit.difference(before, audit.snapshot(locked, CHANGEABLE))
    if new:
        audit.record(by=by, verb="contact.change", obj=locked, before=old, after=new)
    contact.refresh_from_db()


@transaction.atomic
def let_contact_go(contact: Contact, *, by: User | None) -> None:
    """The person is no longer there: nothing is sent to them any more. Raises Refused("contact_gone")."""
    before = audit.snapshot(contact, ["is_active", "receives"])
    changed = Contact.objects.filter(pk=contact.pk, is_active=True).update(is_active=False, receives=[], left_at=Now())
    if not changed:
        raise Refused("contact_gone", _("This contact has left already."))
    contact.refresh_from_db()
    after = audit.snapshot(contact, ["is_active", "receives"])
    audit.record(by=by, verb="contact.leave", obj=contact, before=before, after=after)


@transaction.atomic
def take_contact_back(contact: Contact, *, receives: Sequence[str], by: User | None) -> None:
    """The person is there again and receives those papers. Raises Refused("contact_here") when they never left."""
    papers = [paper for paper in receives if paper in Contact.Paper.values]
    gone = Contact.objects.filter(pk=contact.pk, is_active=False, erased_at=None)
    changed = gone.update(is_active=True, receives=papers, left_at=None)
    if not changed:
        raise Refused("contact_here", _("This contact is there already."))
    contact.refresh_from_db()
    after = audit.snapshot(contact, ["is_active", "receives"])
    audit.record(by=by, verb="contact.return", obj=contact, before={"is_active": False, "receives": []}, after=after)


def _check(contact: Contact) -> None:
    try:
        contact.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_contact", messages[0], field=field) from error

"""Erasing personal data of contacts and notes. Whether the law allows it is decided by who calls."""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from customers.models import Contact, Note, Retention
from customers.rules import MONTHS_MAX, RETENTION_MIN

SAID = "select customers_erase_said(%s, %s, %s)"


@transaction.atomic
def set_retention(company: Company, months: Mapping[str, int], *, by: User | None) -> None:
    """For how many months the company keeps each kind (Retention.Kind). Raises Invalid (facts: field)."""
    for kind, wanted in months.items():
        least = RETENTION_MIN[kind]
        if not least <= wanted <= MONTHS_MAX:
            told = _("From %(least)s to %(most)s months.") % {"least": least, "most": MONTHS_MAX}
            raise Invalid("invalid_retention", told, field=kind)
    rows = Retention.objects.select_for_update().filter(company=company)
    before = {row.kind: row.months for row in rows}
    changed = {kind: wanted for kind, wanted in months.items() if before.get(kind) != wanted}
    for kind, wanted in changed.items():
        Retention.objects.update_or_create(company=company, kind=kind, defaults={"months": wanted})
    if changed:
        was = {kind: before.get(kind) for kind in changed}
        audit.record(by=by, verb="personal_data.retention", obj=company, before=was, after=changed)


@transaction.atomic
def ask_erasure(contact: Contact, *, by: User) -> None:
    """Note that the person wants to be erased, where that has to wait; the night's work does it when it may.

    Nothing more is sent to them. Raises Refused("erased") when it was done.
    """
    asked = Contact.objects.filter(pk=contact.pk, erased_at=None)
    if not asked.update(erase_asked_at=Now(), is_active=False, receives=[]):
        raise Refused("erased", _("This person’s data is erased already."))
    contact.refresh_from_db()
    audit.record(by=by, verb="contact.ask_erasure", obj=contact)


@transaction.atomic
def erase_contacts(company: Company, ids: Sequence[int], *, by: User | None, why: str) -> int:
    """Destroy name, addresses and telephone of the contacts, also in the history; how many were erased.

    An audit row each says that, when and why ("asked", "schedule"), without the words. Twice is once.
    """
    rows = Contact.objects.select_for_update().filter(company=company, pk__in=ids, erased_at=None)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    Contact.objects.filter(pk__in=found).update(
        name="", email="", phone="", roles=[], receives=[], is_active=False, erased_at=Now()
    )
    _forget_said(company, Contact._meta.label_lower, found)
    _note(company, "contact.erase", Contact._meta.label_lower, found, by, why)
    return len(found)


@transaction.atomic
def erase_notes(company: Company, ids: Sequence[int], *, by: User | None, why: str) -> int:
    """Destroy words and files of the notes, also in the history; how many were erased. Twice is once."""
    rows = Note.objects.filter(company=company, pk__in=ids, erased_at=None)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("select customers_erase_notes(%s, %s)", [company.pk, found])
    _forget_said(company, Note._meta.label_lower, found)
    _note(company, "note.erase", Note._meta.label_lower, found, by, why)
    return len(found)


def _forget_said(company: Company, kind: str, ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SAID, [company.pk, kind, [str(pk) for pk in ids]])


def _note(company: Company, verb: str, kind: str, ids: Sequence[int], by: User | None, why: str) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(company=company, actor=by, verb=verb, object_type=kind, object_id=str(pk), after={"why": why})
        for pk in ids
    )

"""Notes about a customer, and files beside them."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.files import NewFile, store
from arap.core.models import User
from customers.models import Customer, Note

TEXT_LENGTH_MAX = 4000


@transaction.atomic
def write_note(customer: Customer, *, text: str = "", file: NewFile | None = None, by: User) -> Note:
    """Keep a note, a file, or both. Raises Invalid (facts: field) where there is neither, or too much text."""
    text = text.strip().replace("\x00", "")
    if not text and file is None:
        raise Invalid("empty_note", _("Type a note or choose a file."), field="text")
    if len(text) > TEXT_LENGTH_MAX:
        raise Invalid("long_note", _("The text is too long."), field="text")
    kept = store(customer.company, [file], by=by)[0] if file else None
    note = Note.objects.create(company_id=customer.company_id, customer=customer, text=text, file=kept, written_by=by)
    after = {"customer": customer.code, "text": text, "file": kept.name if kept else ""}
    audit.record(by=by, verb="note.write", obj=note, after=after)
    return note


@transaction.atomic
def withdraw_note(note: Note, *, by: User) -> None:
    """Take a note back: it stays in the history. Raises Refused("note_withdrawn") when that was done already."""
    locked = Note.objects.select_for_update(of=("self",)).select_related("company").get(pk=note.pk)
    if locked.withdrawn_at is not None:
        raise Refused("note_withdrawn", _("This note was withdrawn already."))
    entry = audit.record(by=by, verb="note.withdraw", obj=locked, before={"text": locked.text})
    entry.refresh_from_db(fields=["at"])
    Note.objects.filter(pk=note.pk).update(withdrawn_at=entry.at, withdrawn_by=by)
    note.refresh_from_db()

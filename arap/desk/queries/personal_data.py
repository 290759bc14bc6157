"""What is kept of a person at a customer, wherever it stands, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from arap.core.models import AuditEntry
from arap.desk.actions.personal_data import open_items_of
from arap.outbox.models import Message
from customers.models import Contact, Note
from receipts.models import Receipt

SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is kept of `contact`. `is_open`: something is open of the customer, so nothing of it may go yet."""

    contact: Contact
    is_open: bool
    notes: Sequence[Note]
    messages: Sequence[Message]
    receipts: Sequence[Receipt]
    acts: Sequence[AuditEntry]

    def as_json(self) -> dict[str, Any]:
        """For the person: plain names and values, days and instants in ISO 8601."""
        return {
            "person": {
                "name": self.contact.name,
                "email": self.contact.email,
                "phone": self.contact.phone,
                "roles": self.contact.roles,
                "receives": self.contact.receives,
                "language": self.contact.language,
                "customer": self.contact.customer.code,
                "left_at": self.contact.left_at,
                "erasure_asked_for_at": self.contact.erase_asked_at,
            },
            "notes": [{"at": note.written_at, "text": note.text} for note in self.notes],
            "messages": [
                {"at": each.created_at, "kind": each.kind, "to_name": each.to_name, "to_address": each.to_address,
                 "subject": each.subject}
                for each in self.messages
            ],
            "payments": [
                {"received_on": each.received_on, "payer_name": each.payer_name, "payer_account": each.payer_account,
                 "remittance": each.remittance}
                for each in self.receipts
            ],
            "changes": [
                {"at": each.at, "act": each.verb, "before": each.before, "after": each.after} for each in self.acts
            ],
        }  # fmt: skip

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """The same as a table: what, when, field, value."""
        for what, found in self.as_json().items():
            for number, each in enumerate(found if isinstance(found, list) else [found], start=1):
                for field, value in each.items():
                    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
                    yield what, str(number), field, "" if shown is None else str(shown)


def dossier(contact: Contact) -> Dossier:
    """All that is kept of the person: by what they are called and reached, at their customer. Six queries."""
    company = contact.company_id
    named = Q()
    for word in (contact.name, contact.email, contact.phone):
        if word:
            named |= Q(text__icontains=word)
    of_customer = Note.objects.filter(company=company, customer=contact.customer_id, erased_at=None)
    notes = of_customer.filter(named) if named else of_customer.none()
    mail = Message.objects.filter(company=company, to_address__iexact=contact.email).order_by("-pk")
    paid = Receipt.objects.filter(company=company, customer=contact.customer_id, payer_name__iexact=contact.name)
    acts = AuditEntry.objects.filter(object_type=Contact._meta.label_lower, object_id=str(contact.pk))
    return Dossier(
        contact=contact,
        is_open=open_items_of(contact.customer).exists(),
        notes=list(notes.order_by("-pk")[:SHOWN_MAX]),
        messages=list(mail.defer("body_text", "body_html")[:SHOWN_MAX]) if contact.email else [],
        receipts=list(paid.order_by("-pk")[:SHOWN_MAX]) if contact.name else [],
        acts=list(acts.order_by("-pk")[:SHOWN_MAX]),
    )

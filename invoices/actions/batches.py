"""Sending many invoices at once: one message for each, and who was left out and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arap.core.errors import DomainError
from arap.core.models import Company, User
from arap.outbox.about import messages_about_ids
from arap.outbox.models import Message
from customers.models import Contact
from customers.recipients import recipients
from invoices.actions.sending import PAPERS, number_of, send_invoice
from invoices.models import Invoice
from invoices.papers import paper_language


@dataclass(frozen=True, slots=True)
class Skipped:
    """An invoice of a batch that was not sent, and why."""

    invoice_id: int
    number: str
    reason: str


def not_sendable(company: Company, invoices: Sequence[Invoice], *, but_key: str = "") -> dict[int, str]:
    """Invoice id -> why it is left out of a batch: a draft, nobody to send it to, or sent already. Two queries.

    Messages of the batch `but_key` itself do not count, so that an interrupted one goes on.
    """
    people = recipients(company, {invoice.customer_id for invoice in invoices}, Contact.Paper.INVOICE)
    sent = messages_about_ids(company, Invoice, [invoice.pk for invoice in invoices]).exclude(
        state__in=[Message.State.CANCELLED, Message.State.FAILED, Message.State.BOUNCED]
    )
    done = {pk for pk, key in sent.values_list("about_id", "dedupe_key") if not but_key or f":{but_key}:" not in key}
    reasons: dict[int, str] = {}
    for invoice in invoices:
        if invoice.document_id is None:
            reasons[invoice.pk] = _("A draft is not sent: post it first.")
        elif invoice.pk in done:
            reasons[invoice.pk] = _("Sent already; send it again from its own page.")
        elif invoice.customer_id not in people:
            reasons[invoice.pk] = _("No contact of the customer receives invoices by e-mail.")
    return reasons


def send_invoices(
    company: Company,
    invoice_ids: Sequence[int],
    *,
    key: str,
    by: User | None,
    report: Callable[[int], None] = lambda done: None,
) -> tuple[int, list[Skipped]]:
    """Queue one message for each of the invoices, in the customer's language, to its first contact that receives them.

    Returns how many messages there are, and who was left out and why. Safe to run again with the same `key`. `report`
    is told how many invoices are done. Each invoice is its own transaction.
    """
    invoices = list(PAPERS.filter(company=company, pk__in=invoice_ids).order_by("pk"))
    reasons = not_sendable(company, invoices, but_key=key)
    people = recipients(company, {invoice.customer_id for invoice in invoices}, Contact.Paper.INVOICE)
    count, skipped = 0, []
    for done, invoice in enumerate(invoices, start=1):
        reason = reasons.get(invoice.pk, "")
        if not reason:
            contact = people[invoice.customer_id][0]
            language = paper_language(invoice.customer, company)
            person = (contact.name, contact.email)
            try:
                send_invoice(company, invoice.pk, people=[person], language=language, key=key, by=by)
                count += 1
            except DomainError as error:
                reason = str(error)
        if reason:
            skipped.append(Skipped(invoice.pk, number_of(invoice), reason))
        report(done)
    return count, skipped

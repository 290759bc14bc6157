"""Sending invoices, debit notes and credit notes by e-mail: the same file each time, a message to each recipient."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from arap.core import audit
from arap.core.errors import NotFound, Refused
from arap.core.files import NewFile, store
from arap.core.models import Company, StoredFile, User
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from invoices.models import Invoice, InvoicePaper
from invoices.papers import TITLES, file_name, first_language, invoice_pdf

PAPERS = Invoice.objects.select_related(
    "customer", "document", "company", "terms", "credits__document", "adds_to__document"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text of the e-mail around a paper."""

    subject: str
    text: str


def stored_paper(invoice: Invoice, language: str) -> StoredFile | None:
    """The file that was sent in `language`, or None where none ever was."""
    found = InvoicePaper.objects.filter(company=invoice.company_id, invoice=invoice, language=language)
    paper = found.select_related("file").first()
    return paper.file if paper else None


def letter_for(invoice: Invoice, language: str) -> Letter:
    """What is said around the paper, in its (first) language, to be changed before it is sent."""
    with override(first_language(language)):
        context = {"invoice": invoice, "company": invoice.company, "number": number_of(invoice)}
        subject = _("%(kind)s %(number)s from %(company)s") % {
            "kind": TITLES[invoice.kind],
            "number": context["number"],
            "company": _own_name(invoice.company, language),
        }
        return Letter(subject, render_to_string("email/invoice.txt", context).strip() + "\n")


def send_invoice(
    company: Company,
    invoice_id: int,
    *,
    people: Sequence[tuple[str, str]],
    language: str,
    letter: Letter | None = None,
    key: str,
    by: User | None,
) -> list[Message]:
    """Queue the paper of a posted invoice for `people` (name, address); returns the messages in their order.

    The first time the PDF is made and kept; from then on the same file is sent. `key` names the act: the same key
    again gives the messages it gave then. Raises NotFound, Refused("invoice_is_draft") and CannotRender.
    """
    invoice = PAPERS.filter(company=company, pk=invoice_id).first()
    if invoice is None:
        raise NotFound("unknown_invoice", gettext_lazy("There is no such invoice."), invoice=invoice_id)
    if invoice.document is None:
        raise Refused("invoice_is_draft", gettext_lazy("A draft is not sent: post it first."), invoice=invoice_id)
    letter = letter or letter_for(invoice, language)
    # Rendering takes a while, so it is done before anything is locked.
    content = None if stored_paper(invoice, language) else invoice_pdf(invoice, language)
    with transaction.atomic():
        file = _kept(invoice, language, content, by)
        new = [_message(invoice, file, letter, language, person, key) for person in people]
        known = Message.objects.filter(company=company, dedupe_key__in=[each.dedupe_key for each in new])
        is_repeated = known.exists()
        messages = queue(company, new, by=by)
        if not is_repeated:
            after = {
                "number": number_of(invoice),
                "to": [address for _name, address in people],
                "subject": letter.subject,
                "language": language,
                "file": file.name,
                "sha256": file.sha256,
            }
            audit.record(by=by, verb="invoice.send", obj=invoice, after=after)
        return messages


def number_of(invoice: Invoice) -> str:
    """The number in the book; a draft has none."""
    return invoice.document.number if invoice.document else ""


def _own_name(company: Company, language: str) -> str:
    return company.name if language == "en" else company.name_local or company.name


def _kept(invoice: Invoice, language: str, content: bytes | None, by: User | None) -> StoredFile:
    """The file of the invoice: `content` unless another act kept one meanwhile."""
    if content is not None:
        name = file_name(number_of(invoice), "", language)
        try:
            with transaction.atomic():
                new = NewFile(name=name, media_type="application/pdf", content=content)
                file = store(invoice.company, [new], by=by)[0]
                InvoicePaper.objects.create(company=invoice.company, invoice=invoice, language=language, file=file)
                return file
        except IntegrityError:
            pass
    kept = stored_paper(invoice, language)
    assert kept is not None, "a paper is never taken away"
    return kept


def _message(
    invoice: Invoice, file: StoredFile, letter: Letter, language: str, person: tuple[str, str], key: str
) -> NewMessage:
    name, address = person
    return NewMessage(
        kind=Message.Kind.INVOICE,
        dedupe_key=f"invoice:{invoice.pk}:{key}:{address.lower()}"[:200],
        to_name=name,
        to_address=address,
        subject=letter.subject,
        body_text=letter.text,
        language=first_language(language),
        customer_id=invoice.customer_id,
        about=invoice,
        files=[file],
    )

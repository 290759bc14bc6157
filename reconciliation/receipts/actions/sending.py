"""Sending receipts by e-mail: the same file while nothing about them changed, one message per recipient and act."""

from collections.abc import Sequence

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
from invoices.actions.sending import Letter
from invoices.papers import first_language
from receipts.models import Receipt, ReceiptPaper
from receipts.papers import Applied, applied, payer, receipt_pdf

PAPERS = Receipt.objects.select_related("customer", "document", "company", "bank_account")


def stored_paper(receipt: Receipt, language: str, state: Applied) -> StoredFile | None:
    """The file that was sent in `language` and still says how the receipt is applied, or None."""
    found = ReceiptPaper.objects.filter(
        company=receipt.company_id, receipt=receipt, language=language, applied_sha256=state.sha256
    )
    paper = found.select_related("file").first()
    return paper.file if paper else None


def letter_for(receipt: Receipt, language: str) -> Letter:
    """What is said around the paper, in its (first) language, to be changed before it is sent."""
    company = receipt.company
    number = receipt.document.number if receipt.document else ""
    with override(first_language(language)):
        name = company.name if language == "en" else company.name_local or company.name
        subject = _("Receipt %(number)s from %(company)s") % {"number": number, "company": name}
        context = {"receipt": receipt, "company": company, "number": number}
        return Letter(subject, render_to_string("email/receipt.txt", context).strip() + "\n")


def send_receipt(
    company: Company,
    receipt_id: int,
    *,
    people: Sequence[tuple[str, str]],
    language: str,
    letter: Letter | None = None,
    key: str,
    by: User | None,
) -> list[Message]:
    """Queue the paper of a confirmed receipt for `people` (name, address); returns the messages in their order.

    The PDF is made and kept the first time, and again only when something was applied or undone since. The same `key`
    again gives the messages it gave then. Raises NotFound, Refused("receipt_not_confirmed") and CannotRender.
    """
    receipt = PAPERS.filter(company=company, pk=receipt_id).first()
    if receipt is None:
        raise NotFound("unknown_receipt", gettext_lazy("There is no such receipt."), receipt=receipt_id)
    if receipt.state != Receipt.State.CONFIRMED or receipt.document is None:
        raise Refused(
            "receipt_not_confirmed",
            gettext_lazy("Only a confirmed receipt that was not returned is sent."),
            pk=receipt_id,
        )
    letter = letter or letter_for(receipt, language)
    state = applied(receipt)
    # Rendering takes a while, so it is done before anything is locked.
    content = None if stored_paper(receipt, language, state) else receipt_pdf(receipt, language, state)
    with transaction.atomic():
        file = _kept(receipt, language, state, content, by)
        new = [_message(receipt, file, letter, language, person, key) for person in people]
        known = Message.objects.filter(company=company, dedupe_key__in=[each.dedupe_key for each in new])
        is_repeated = known.exists()
        messages = queue(company, new, by=by)
        if not is_repeated:
            after = {
                "number": receipt.document.number,
                "to": [address for _name, address in people],
                "subject": letter.subject,
                "language": language,
                "file": file.name,
                "sha256": file.sha256,
            }
            audit.record(by=by, verb="receipt.send", obj=receipt, after=after)
        return messages


def _kept(receipt: Receipt, language: str, state: Applied, content: bytes | None, by: User | None) -> StoredFile:
    """The file of the receipt: `content` unless another act kept one meanwhile."""
    if content is not None:
        assert receipt.document is not None, "it is in the book"
        try:
            with transaction.atomic():
                new = NewFile(name=f"{receipt.document.number}.pdf", media_type="application/pdf", content=content)
                file = store(receipt.company, [new], by=by)[0]
                ReceiptPaper.objects.create(
                    company=receipt.company,
                    receipt=receipt,
                    language=language,
                    applied_sha256=state.sha256,
                    file=file,
                )
                return file
        except IntegrityError:
            pass
    kept = stored_paper(receipt, language, state)
    assert kept is not None, "a paper is never taken away"
    return kept


def _message(
    receipt: Receipt, file: StoredFile, letter: Letter, language: str, person: tuple[str, str], key: str
) -> NewMessage:
    name, address = person
    customer = payer(receipt)
    return NewMessage(
        kind=Message.Kind.RECEIPT,
        dedupe_key=f"receipt:{receipt.pk}:{key}:{address.lower()}"[:200],
        to_name=name,
        to_address=address,
        subject=letter.subject,
        body_text=letter.text,
        language=first_language(language),
        customer_id=customer.pk if customer else None,
        about=receipt,
        files=[file],
    )

"""Credit notes: read as invoices are, and made of a posted invoice."""

from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import Choice, Day, Id, Money, Number, Text
from arap.api.v1.invoices import FILTERS, INVOICE, LANGUAGE, LISTED, answer, listed, matching, paper
from arap.api.v1.invoicing import QUEUED, SEND, send_paper
from arap.core.permissions import get_for
from invoices.actions import CreditPart, credit_invoice
from invoices.actions.drafts import LINES_MAX
from invoices.actions.sending import PAPERS
from invoices.models import Invoice, InvoiceLine

PART = Record(
    "CreditPart",
    {
        "line_id": Id(
            null=True, default=None, about=_("The line of the invoice; null for one taken on without lines.")
        ),
        "quantity": Number(11, 6, null=True, above_zero=True, default=None, about=_("Pieces that come back.")),
        "amount": Money(
            null=True, above_zero=True, default=None, about=_("Or an amount; neither is all that is left.")
        ),
        "entry": Choice(InvoiceLine.Entry.values, default="gross", about=_("Whether the amount is with tax.")),
    },
)
NEW = Record(
    "NewCreditNote",
    {
        "invoice_id": Id(),
        "on": Day(about=_("The date of the credit note.")),
        "parts": Many(PART, LINES_MAX, null=True, default=None, about=_("Without parts all that is left is credited.")),
        "posted_on": Day(null=True, default=None, about=_("Else that day, or the first open one.")),
        "reason": Text(2_000, default=""),
    },
)


@operation(
    "GET",
    "credit-notes/",
    "invoice.view",
    summary=_("Credit notes, last entered first"),
    query=Record("CreditNoteFilters", FILTERS),
    answer=page_of(LISTED),
)
def credit_notes_list(call: Call) -> Answer:
    return page(call, matching(call, Invoice.objects.credit_notes()), listed)


@operation(
    "POST",
    "credit-notes/",
    "invoice.credit",
    summary=_("Credit all or part of a posted invoice"),
    about=_("It is posted at once and applied to what is open of the invoice; the rest stays as credit."),
    body=NEW,
    answer=INVOICE,
    status=201,
)
def credit_notes_create(call: Call) -> Answer:
    body = call.body
    parts = None if body["parts"] is None else [CreditPart(**part) for part in body["parts"]]
    original = get_for(call.user, "invoice.credit", Invoice.objects.invoices(), body["invoice_id"], call.company)
    made = credit_invoice(
        call.company,
        original.pk,
        on=body["on"],
        by=call.user,
        parts=parts,
        posted_on=body["posted_on"],
        reason=body["reason"],
    )
    note = Invoice.objects.get(company=call.company, pk=made.invoice_id)
    return answer(note, status=201, location=f"/api/v1/credit-notes/{note.pk}/")


@operation("GET", "credit-notes/{id}/", "invoice.view", summary=_("One credit note with its lines"), answer=INVOICE)
def credit_notes_read(call: Call) -> Answer:
    return answer(call.row(Invoice.objects.credit_notes()))


@operation(
    "GET",
    "credit-notes/{id}/pdf/",
    "invoice.view",
    summary=_("The paper of a credit note"),
    about=_("As it was sent, else as it would be made now."),
    query=Record("CreditNotePaperLanguage", LANGUAGE),
    is_paper=True,
)
def credit_notes_paper(call: Call) -> Answer:
    return paper(call, call.row(PAPERS.filter(kind=Invoice.Kind.CREDIT_NOTE)))


@operation(
    "POST",
    "credit-notes/{id}/send/",
    "invoice.send",
    summary=_("Send the paper of a credit note by e-mail"),
    body=SEND,
    may_be_empty=True,
    answer=QUEUED,
)
def credit_notes_send(call: Call) -> Answer:
    return Answer({"message_ids": send_paper(call, call.row(PAPERS.filter(kind=Invoice.Kind.CREDIT_NOTE)))})

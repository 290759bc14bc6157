"""Invoices as they are made: drafted, changed, posted, one or thousands, and sent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.api.errors import ApiError, invalid
from arap.api.etags import check_match
from arap.api.operations import Answer, Call, operation
from arap.api.records import Many, Problem, Record
from arap.api.shapes import Choice, Day, Email, Flag, Id, Money, Number, Shape, Text
from arap.api.v1.customers import CURRENCY
from arap.api.v1.invoices import INVOICE, LISTED, PAPER_CODES, answer, draft_etag, summary
from arap.core.errors import Forbidden, Refused
from arap.core.models import TaxCode
from customers.models import Contact, PaymentTerms
from customers.queries import ids_by_code
from customers.recipients import recipients
from invoices.actions import (
    Draft,
    DraftLine,
    create_drafts,
    delete_draft,
    post_invoice,
    post_invoices,
    update_draft,
)
from invoices.actions.drafts import LINES_MAX
from invoices.actions.sending import PAPERS, Letter, letter_for, send_invoice
from invoices.models import Invoice, InvoiceLine
from invoices.papers import paper_language

BULK_MAX = 5_000
INSTALMENTS_MAX = 120
PEOPLE_MAX = 10

NEW_LINE = Record(
    "NewInvoiceLine",
    {
        "unit_price": Number(13, 6, signed=True),
        "quantity": Number(11, 6, signed=True, default=Decimal(1)),
        "description": Text(300, default=""),
        "unit": Text(20, default=""),
        "discount_percent": Number(3, 4, default=Decimal(0)),
        "tax_code": Text(20, null=True, default=None, about=gettext_lazy("Its rate counts unless one is given.")),
        "tax_rate": Number(3, 4, null=True, default=None, about=gettext_lazy("In per cent.")),
        "entry": Choice(
            InvoiceLine.Entry.values,
            default="net",
            about=gettext_lazy("Whether the price is without tax (net) or with it (gross)."),
        ),
    },
)
CONTENT: dict[str, Shape] = {
    "customer": Text(60, least=1, about=gettext_lazy("The customer's code.")),
    "currency": Text(3, pattern=CURRENCY),
    "issued_on": Day(),
    "lines": Many(NEW_LINE, LINES_MAX, least=1),
    "terms": Text(30, null=True, default=None, about=gettext_lazy("Code of payment terms; else the customer's.")),
    "instalments": Many(
        Record("NewInstalment", {"due_on": Day(), "amount": Money(above_zero=True)}),
        INSTALMENTS_MAX,
        default=(),
        about=gettext_lazy("Due dates and amounts that sum to the total, in place of the terms."),
    ),
    "rate": Number(
        10, 10, null=True, above_zero=True, default=None, about=gettext_lazy("Else the rate of the day of issue.")
    ),
    "reference": Text(140, default=""),
    "order_number": Text(60, default=""),
    "memo": Text(2_000, default=""),
}
POST_IT: dict[str, Shape] = {
    "post": Flag(default=False, about=gettext_lazy("Post at once. Needs the scope invoice.post, too.")),
}
NEW_INVOICE = Record("NewInvoice", {**CONTENT, **POST_IT})
DRAFT = Record("InvoiceDraft", CONTENT)
BULK = Record("NewInvoices", {"invoices": Many(DRAFT, BULK_MAX, least=1), **POST_IT})
MADE = Record(
    "MadeInvoices",
    {
        "invoices": Many(
            Record(
                "MadeInvoice",
                {"id": Id(), "number": Text(60, null=True), "document_id": Id(null=True), "posted_on": Day(null=True)},
            ),
            BULK_MAX,
        )
    },
)
WHEN = Record(
    "PostInvoice",
    {"posted_on": Day(null=True, default=None, about=gettext_lazy("Else the day of issue, or the first open one."))},
)
SEND = Record(
    "SendInvoice",
    {
        "language": Choice(PAPER_CODES, null=True, default=None),
        "to": Many(
            Record("Recipient", {"name": Text(150, default=""), "address": Email()}),
            PEOPLE_MAX,
            default=(),
            about=gettext_lazy("Else the customer's contacts who receive invoices."),
        ),
        "subject": Text(300, default=""),
        "text": Text(10_000, default=""),
    },
)
QUEUED = Record("QueuedMessages", {"message_ids": Many(Id(), PEOPLE_MAX)})


@operation(
    "POST",
    "invoices/",
    "invoice.draft",
    summary=gettext_lazy("Draft an invoice, and post it if you like"),
    body=NEW_INVOICE,
    answer=LISTED,
    status=201,
)
def invoices_create(call: Call) -> Answer:
    wants_post = _may_post(call)
    invoice = create_drafts(call.company, drafts_of(call, [call.body]), by=call.user)[0]
    due_on = invoice.instalments.aggregate(due=Max("due_on"))["due"]
    if wants_post:
        # All of it is open: nobody else can know of it yet.
        row = post_invoice(call.company, invoice.pk, by=call.user)
        invoice.state, invoice.document_id = Invoice.State.POSTED, row.document_id
        invoice.posted_on = date.fromisoformat(row.posted_on)
        said, etag = summary(invoice, row.number, Decimal(invoice.total), due_on), ""
    else:
        said, etag = summary(invoice, "", Decimal(0), due_on), draft_etag(invoice)
    return Answer(said, 201, f"/api/v1/invoices/{invoice.pk}/", etag)


@operation(
    "POST",
    "invoices/bulk/",
    "invoice.draft",
    summary=gettext_lazy("Draft thousands of invoices, and post them if you like"),
    about=gettext_lazy("All or none of them."),
    body=BULK,
    answer=MADE,
    status=201,
    rows="invoices",
)
def invoices_bulk(call: Call) -> Answer:
    wants_post = _may_post(call)
    given = call.body["invoices"]
    invoices = create_drafts(call.company, drafts_of(call, given, rows="invoices"), by=call.user)
    posted = {}
    if wants_post:
        posted = {
            row.invoice_id: row
            for row in post_invoices(call.company, [invoice.pk for invoice in invoices], by=call.user)
        }
    made = []
    for invoice in invoices:
        row = posted.get(invoice.pk)
        told = {"number": row.number, "document_id": row.document_id, "posted_on": row.posted_on} if row else EMPTY
        made.append({"id": invoice.pk, **told})
    return Answer({"invoices": made}, 201)


EMPTY: Mapping[str, Any] = {"number": None, "document_id": None, "posted_on": None}


@operation(
    "PUT",
    "invoices/{id}/",
    "invoice.draft",
    summary=gettext_lazy("Replace what a draft says"),
    body=DRAFT,
    answer=INVOICE,
    matches=True,
)
def invoices_replace(call: Call) -> Answer:
    invoice = _seen_draft(call)
    draft = drafts_of(call, [call.body])[0]
    return answer(update_draft(call.company, invoice.pk, draft, version=invoice.version, by=call.user))


@operation(
    "DELETE",
    "invoices/{id}/",
    "invoice.draft",
    summary=gettext_lazy("Throw a draft away"),
    status=204,
    matches=True,
)
def invoices_delete(call: Call) -> Answer:
    invoice = _seen_draft(call)
    delete_draft(call.company, invoice.pk, version=invoice.version, by=call.user)
    return Answer(status=204)


@operation(
    "POST",
    "invoices/{id}/post/",
    "invoice.post",
    summary=gettext_lazy("Post a draft: it enters the book and never changes again"),
    body=WHEN,
    may_be_empty=True,
    answer=INVOICE,
)
def invoices_post(call: Call) -> Answer:
    invoice = call.row(Invoice.objects.invoices())
    post_invoice(call.company, invoice.pk, by=call.user, posted_on=call.body["posted_on"])
    return answer(invoice)


@operation(
    "POST",
    "invoices/{id}/send/",
    "invoice.send",
    summary=gettext_lazy("Send the paper of a posted invoice by e-mail"),
    body=SEND,
    may_be_empty=True,
    answer=QUEUED,
)
def invoices_send(call: Call) -> Answer:
    invoice = call.row(PAPERS.filter(kind=Invoice.Kind.INVOICE))
    return Answer({"message_ids": send_paper(call, invoice)})


def send_paper(call: Call, invoice: Invoice) -> list[int]:
    """Queue the paper for those the request names, else for the customer's contacts; the ids of the messages."""
    body = call.body
    people = [(one["name"], one["address"]) for one in body["to"]]
    if not people:
        found = recipients(call.company, [invoice.customer_id], Contact.Paper.INVOICE)
        people = [(one.name, one.email) for one in found.get(invoice.customer_id, [])[:PEOPLE_MAX]]
    if not people:
        raise Refused("no_address", gettext_lazy("No contact of the customer receives invoices by e-mail."), field="to")
    language = body["language"] or paper_language(invoice.customer, call.company)
    letter = None
    if invoice.document_id and (body["subject"] or body["text"]):
        usual = letter_for(invoice, language)
        letter = Letter(body["subject"] or usual.subject, body["text"] or usual.text)
    # The request counts once by its own key, so each act of sending is a new one here.
    messages = send_invoice(
        call.company, invoice.pk, people=people, language=language, letter=letter, key=call.act_key, by=call.user
    )
    return [message.pk for message in messages]


def drafts_of(call: Call, given: Sequence[Mapping[str, Any]], *, rows: str = "") -> list[Draft]:
    """The drafts as the action wants them: codes are looked up, three queries for all. Raises ApiError 422."""
    customers = ids_by_code(call.company, {one["customer"] for one in given})
    terms = _ids(PaymentTerms, call, (one["terms"] for one in given))
    codes = _ids(TaxCode, call, (line["tax_code"] for one in given for line in one["lines"]))
    problems: list[Problem] = []
    drafts = []
    for place, one in enumerate(given):
        at = f"{rows}.{place}." if rows else ""
        if one["customer"] not in customers:
            told = _("There is no customer “%(code)s”.") % {"code": one["customer"]}
            problems.append(Problem(told, f"{at}customer"))
            continue
        if one["terms"] and one["terms"] not in terms:
            problems.append(Problem(_("There are no payment terms “%(code)s”.") % {"code": one["terms"]}, f"{at}terms"))
            continue
        drafts.append(_draft(one, customers, terms, _lines(one["lines"], codes, at, problems)))
    if problems:
        raise invalid(problems)
    return drafts


def _draft(
    one: Mapping[str, Any], customers: Mapping[str, int], terms: Mapping[str, int], lines: list[DraftLine]
) -> Draft:
    return Draft(
        customer_id=customers[one["customer"]],
        currency=one["currency"],
        issued_on=one["issued_on"],
        lines=lines,
        terms_id=terms[one["terms"]] if one["terms"] else None,
        instalments=[(part["due_on"], part["amount"]) for part in one["instalments"]],
        rate=one["rate"],
        reference=one["reference"],
        order_number=one["order_number"],
        memo=one["memo"],
    )


def _lines(
    given: Sequence[Mapping[str, Any]], codes: Mapping[str, int], at: str, problems: list[Problem]
) -> list[DraftLine]:
    lines = []
    for place, line in enumerate(given):
        code = line["tax_code"]
        if code and code not in codes:
            told = _("There is no tax code “%(code)s”.") % {"code": code}
            problems.append(Problem(told, f"{at}lines.{place}.tax_code"))
            continue
        fields = {name: value for name, value in line.items() if name != "tax_code"}
        lines.append(DraftLine(**fields, tax_code_id=codes[code] if code else None))
    return lines


def _ids(model: Any, call: Call, codes: Iterable[str | None]) -> dict[str, int]:
    """Code -> id of those in use; no query where none is named."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    found = model.objects.filter(company=call.company, code__in=wanted, is_active=True).order_by()
    return dict(found.values_list("code", "pk"))


def _may_post(call: Call) -> bool:
    """Whether the request asks for posting, which must be among what the token may do."""
    if call.body["post"] and "invoice.post" not in call.verbs:
        raise Forbidden("forbidden", gettext_lazy("This token may draft invoices, not post them."))
    return bool(call.body["post"])


def _seen_draft(call: Call) -> Invoice:
    """The draft, locked, in the state that the caller has seen."""
    invoice = call.row(Invoice.objects.invoices().select_for_update())
    if invoice.state != Invoice.State.DRAFT:
        raise ApiError(409, "already_posted", _("This invoice is posted already."))
    check_match(call.if_match, draft_etag(invoice))
    return invoice

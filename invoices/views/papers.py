"""The papers of invoices: as PDF, and on their way by e-mail, one or several."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from arap.core import jobs
from arap.core.errors import DomainError
from arap.core.files import file_response, pdf_response
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.outbox.about import messages_about
from customers.forms import SendForm
from customers.models import Contact
from customers.recipients import recipients
from invoices.actions.batches import not_sendable, send_invoices
from invoices.actions.sending import PAPERS, Letter, letter_for, number_of, send_invoice, stored_paper
from invoices.models import PAPER_LANGUAGES, Invoice
from invoices.papers import file_name, invoice_pdf, paper_language

AT_ONCE_MAX = 5
"""More invoices than these are sent by a job, which the browser need not wait for."""
BATCH_MAX = 500


@requires("invoice.view")
@require_safe
def pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The paper in a language: as it was sent, else as it would be made now, which keeps nothing."""
    invoice = get_for(request.user, "invoice.view", PAPERS, pk, request.company)
    language = chosen_language(request, paper_language(invoice.customer, request.company))
    kept = stored_paper(invoice, language)
    if kept:
        return file_response(kept, inline=True)
    name = file_name(number_of(invoice), _("Draft %(number)s") % {"number": invoice.pk}, language)
    return pdf_response(invoice_pdf(invoice, language), name)


@requires("invoice.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: CompanyRequest, pk: int) -> HttpResponse:
    """Who receives it, with which words and which file; then send."""
    invoice = get_for(request.user, "invoice.send", PAPERS, pk, request.company)
    if invoice.document is None:
        messages.error(request, _("A draft is not sent: post it first."))
        return redirect("invoices:detail", pk)
    language = chosen_language(request, paper_language(invoice.customer, request.company))
    found = recipients(request.company, [invoice.customer_id], Contact.Paper.INVOICE)
    contacts = found.get(invoice.customer_id, [])
    if request.method != "POST":
        form = SendForm(initial=first_words(letter_for(invoice, language), contacts), contacts=contacts)
        return _send_page(request, invoice, form, language)
    form = SendForm(request.POST, contacts=contacts)
    if not form.is_valid():
        return _send_page(request, invoice, form, language, status=422)
    data = form.cleaned_data
    letter = Letter(data["subject"], data["text"])
    try:
        sent = send_invoice(
            request.company,
            pk,
            people=form.people(),
            language=language,
            letter=letter,
            key=data["key"],
            by=request.user,
        )
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _send_page(request, invoice, form, language, status=error.status)
    messages.success(request, queued_words(len(sent)))
    return redirect("invoices:detail", pk)


@requires("invoice.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send_several(request: CompanyRequest) -> HttpResponse:
    """The invoices ticked in the list: who receives each, who is left out and why; then send."""
    given = request.POST if request.method == "POST" else request.GET
    ids = [int(pk) for pk in given.getlist("invoice") if pk.isascii() and pk.isdecimal() and len(pk) < 19][:BATCH_MAX]
    invoices = list(PAPERS.filter(company=request.company, pk__in=ids).order_by("pk"))
    reasons = not_sendable(request.company, invoices)
    if request.method == "POST" and len(reasons) < len(invoices):
        return _send_batch(request, [invoice.pk for invoice in invoices], given.get("key") or uuid4().hex)
    people = recipients(request.company, {invoice.customer_id for invoice in invoices}, Contact.Paper.INVOICE)
    rows = [
        {
            "invoice": invoice,
            "contact": next(iter(people.get(invoice.customer_id, [])), None),
            "reason": reasons.get(invoice.pk, ""),
        }
        for invoice in invoices
    ]
    count = len(invoices) - len(reasons)
    return render(request, "invoices/send_several.html", {"rows": rows, "count": count, "key": uuid4().hex})


def chosen_language(request: CompanyRequest, otherwise: str) -> str:
    """The language asked for, where it is one of a paper."""
    asked = (request.POST if request.method == "POST" else request.GET).get("lang", "")
    return asked if asked in dict(PAPER_LANGUAGES) else otherwise


def first_words(letter: Letter, contacts: list[Contact]) -> dict[str, Any]:
    """What stands in the form before anybody typed."""
    ticked = [str(contact.pk) for contact in contacts]
    return {"key": uuid4().hex, "contacts": ticked, "subject": letter.subject, "text": letter.text}


def queued_words(count: int) -> str:
    """What is said when messages are on their way."""
    return ngettext("%(count)s message is on its way.", "%(count)s messages are on their way.", count) % {
        "count": count
    }


def _send_page(
    request: CompanyRequest, invoice: Invoice, form: SendForm, language: str, status: int = 200
) -> HttpResponse:
    context = {
        "invoice": invoice,
        "form": form,
        "language": language,
        "languages": PAPER_LANGUAGES,
        "file_name": file_name(number_of(invoice), "", language),
        "kept": stored_paper(invoice, language),
        "sent": messages_about(request.company, invoice),
    }
    return render(request, "invoices/send.html", context, status=status)


def _send_batch(request: CompanyRequest, ids: list[int], key: str) -> HttpResponse:
    if len(ids) > AT_ONCE_MAX:
        job = jobs.create(
            request.company,
            "invoices.send",
            task="invoices.tasks.send_many",
            by=request.user,
            params={"invoices": ids, "key": key[:64]},
        )
        messages.success(request, _("The invoices are being sent: job %(number)s.") % {"number": job.pk})
        return redirect("invoices:list")
    count, skipped = send_invoices(request.company, ids, key=key[:64], by=request.user)
    messages.success(request, queued_words(count))
    for each in skipped:
        messages.warning(request, f"{each.number}: {each.reason}")
    return redirect("invoices:list")

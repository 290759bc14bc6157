"""The paper of a receipt: as PDF, and on its way by e-mail."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError
from arap.core.files import file_response, pdf_response
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.outbox.about import messages_about
from customers.forms import SendForm
from customers.models import Contact
from customers.recipients import recipients
from invoices.actions.sending import Letter
from invoices.models import PAPER_LANGUAGES
from invoices.papers import file_name, paper_language
from invoices.views.papers import chosen_language, first_words, queued_words
from receipts.actions.sending import PAPERS, letter_for, send_receipt, stored_paper
from receipts.models import Receipt
from receipts.papers import applied, payer, receipt_pdf


@requires("receipt.view")
@require_safe
def pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The paper in a language: as it was sent if nothing changed since, else as made now, which keeps nothing."""
    receipt = get_for(request.user, "receipt.view", PAPERS, pk, request.company)
    language = chosen_language(request, paper_language(payer(receipt), request.company))
    state = applied(receipt)
    kept = stored_paper(receipt, language, state) if receipt.state == Receipt.State.CONFIRMED else None
    if kept:
        return file_response(kept, inline=True)
    return pdf_response(receipt_pdf(receipt, language, state), _file_name(receipt, language))


@requires("receipt.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: CompanyRequest, pk: int) -> HttpResponse:
    """Who receives it, with which words and which file; then send."""
    receipt = get_for(request.user, "receipt.send", PAPERS, pk, request.company)
    if receipt.state != Receipt.State.CONFIRMED:
        messages.error(request, _("Only a confirmed receipt that was not returned is sent."))
        return redirect("receipts:detail", pk)
    customer = payer(receipt)
    language = chosen_language(request, paper_language(customer, request.company))
    ids = [customer.pk] if customer else []
    found = recipients(request.company, ids, Contact.Paper.INVOICE)
    contacts = found[ids[0]] if ids and ids[0] in found else []
    if request.method != "POST":
        form = SendForm(initial=first_words(letter_for(receipt, language), contacts), contacts=contacts)
        return _send_page(request, receipt, form, language)
    form = SendForm(request.POST, contacts=contacts)
    if not form.is_valid():
        return _send_page(request, receipt, form, language, status=422)
    data = form.cleaned_data
    letter = Letter(data["subject"], data["text"])
    try:
        sent = send_receipt(
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
        return _send_page(request, receipt, form, language, status=error.status)
    messages.success(request, queued_words(len(sent)))
    return redirect("receipts:detail", pk)


def _file_name(receipt: Receipt, language: str) -> str:
    number = receipt.document.number if receipt.document else ""
    return file_name(number, _("Receipt") + f" {receipt.pk}", language)


def _send_page(
    request: CompanyRequest, receipt: Receipt, form: SendForm, language: str, status: int = 200
) -> HttpResponse:
    context = {
        "receipt": receipt,
        "form": form,
        "language": language,
        "languages": PAPER_LANGUAGES,
        "file_name": _file_name(receipt, language),
        "kept": stored_paper(receipt, language, applied(receipt)),
        "sent": messages_about(request.company, receipt),
    }
    return render(request, "receipts/send.html", context, status=status)

"""Files beside an invoice, in the browser."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from invoices.actions.attaching import BYTES_MAX, attach, detach
from invoices.models import Invoice, InvoiceFile


@requires("invoice.draft")
@require_POST
def add(request: CompanyRequest, pk: int) -> HttpResponse:
    """Keep a file beside the invoice."""
    get_for(request.user, "invoice.draft", Invoice, pk, request.company)
    brought = request.FILES.get("file")
    if brought is None or brought.size is None or brought.size > BYTES_MAX:
        too_large = brought is not None or getattr(request, "upload_too_large", False)
        most = BYTES_MAX >> 20
        messages.error(
            request, _("This file is larger than %(most)s MB.") % {"most": most} if too_large else _("Choose a file.")
        )
        return redirect("invoices:detail", pk)
    try:
        attach(request.company, pk, name=brought.name or "", content=brought.read(), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect("invoices:detail", pk)


@requires("invoice.draft")
@require_POST
def remove(request: CompanyRequest, pk: int, file: int) -> HttpResponse:
    """Take a file off the invoice."""
    get_for(request.user, "invoice.draft", Invoice, pk, request.company)
    detach(request.company, pk, file, by=request.user)
    messages.success(request, _("The file is taken off; the history keeps that it was there."))
    return redirect("invoices:detail", pk)


@requires("invoice.view")
@require_safe
def show(request: CompanyRequest, pk: int, file: int) -> HttpResponse:
    """A file beside the invoice, to save."""
    get_for(request.user, "invoice.view", Invoice, pk, request.company)
    found = InvoiceFile.objects.filter(invoice=pk, removed_at=None).select_related("file")
    return file_response(get_for(request.user, "invoice.view", found, file, request.company).file)

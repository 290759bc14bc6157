"""A document of the book, whatever its kind."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history
from arap.ledger.models import Document
from arap.ledger.revaluation import REASON as REVALUATION


@requires("ledger.view")
@require_safe
def document(request: CompanyRequest, pk: int) -> HttpResponse:
    """The ledger face of a document. Invoices, receipts and revaluations have pages of their own, which show it too."""
    queryset = Document.objects.select_related("customer", "text", "invoice", "receipt", "reverses")
    found = get_for(request.user, "ledger.view", queryset, pk, request.company)
    if hasattr(found, "invoice"):
        return redirect("invoices:detail", found.invoice.pk)
    if hasattr(found, "receipt"):
        return redirect("receipts:detail", found.receipt.pk)
    if found.reason_code == REVALUATION:
        # It has a line for each open item of its currency, and a page that has them in pages.
        month = (found.reverses or found).posted_on
        return redirect(f"{reverse('desk:revaluation')}?month={month:%Y-%m}")
    return render(request, "desk/document.html", {"history": document_history(found), "document": found})

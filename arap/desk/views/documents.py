"""A document of the book, whatever its kind."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history
from arap.ledger.models import Document


@requires("ledger.view")
@require_safe
def document(request: CompanyRequest, pk: int) -> HttpResponse:
    """The ledger face of a document. Invoices and receipts have pages of their own, which show it too."""
    queryset = Document.objects.select_related("customer", "text", "invoice", "receipt", "reverses")
    found = get_for(request.user, "ledger.view", queryset, pk, request.company)
    if hasattr(found, "invoice"):
        return redirect("invoices:detail", found.invoice.pk)
    if hasattr(found, "receipt"):
        return redirect("receipts:detail", found.receipt.pk)
    return render(request, "desk/document.html", {"history": document_history(found), "document": found})

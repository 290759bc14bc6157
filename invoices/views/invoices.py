"""Invoices and credit notes: the list, and the page of one with its lines, items and journal."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history
from arap.outbox.about import messages_about
from invoices.filters import InvoiceFilter
from invoices.models import Invoice
from invoices.queries import OPEN_VIEWS, VIEWS, in_view, invoice_page, sort_of

VIEW_NAMES = {
    "open": pgettext_lazy("state", "Open"),
    "overdue": pgettext_lazy("state", "Overdue"),
    "paid": _("Paid in full"),
    "credit_notes": _("Credit notes"),
    "drafts": _("Drafts"),
    "all": _("All"),
}


@requires("invoice.view")
@require_safe
def invoice_list(request: CompanyRequest) -> HttpResponse:
    """Invoices by view, narrowed, sorted by one column, in pages."""
    company, today, asked = request.company, timezone.localdate(), request.GET
    view = asked.get("view", "all") if asked.get("view") in VIEWS else "all"
    narrowed = InvoiceFilter(asked, in_view(company, view, today), company=company, today=today)
    sort = sort_of(view, asked.get("sort"))
    page = invoice_page(company, narrowed.qs, sort=sort, after=asked.get("after", ""), before=asked.get("before", ""))
    context = {
        "page": page,
        "view": view,
        "views": [(each, VIEW_NAMES[each]) for each in VIEWS],
        "sort": sort,
        "by": sort.removeprefix("-"),
        "filter": narrowed,
        "text": asked.get("q", "").strip()[:100],
        "may_sort_by_due": view in OPEN_VIEWS,
    }
    return render(request, "invoices/invoice_list.html", context, status=422 if narrowed.form.errors else 200)


@requires("invoice.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One invoice or credit note: lines, instalments or open items, what was applied, journal."""
    queryset = Invoice.objects.select_related("customer", "document", "terms", "credits__document", "created_by")
    invoice = get_for(request.user, "invoice.view", queryset, pk, request.company)
    lines = list(invoice.lines.select_related("tax_code"))
    context = {
        "invoice": invoice,
        "lines": lines,
        "instalments": [] if invoice.document else list(invoice.instalments.all()),
        "facts": list(invoice.facts.all()),
        "credit_notes": list(invoice.credit_notes.select_related("document").order_by("id")),
        "sent": messages_about(request.company, invoice),
        "history": document_history(invoice.document) if invoice.document else None,
    }
    return render(request, "invoices/invoice.html", context)

"""Invoices, debit notes and credit notes: the list, and the page of one with its lines, items and journal."""

from decimal import Decimal
from uuid import uuid4

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.core.references import printed
from arap.ledger.history import document_history
from arap.outbox.about import messages_about
from invoices.actions.attaching import BYTES_MAX
from invoices.filters import InvoiceFilter
from invoices.history import changes_of
from invoices.models import Invoice
from invoices.papers import payment_reference, slip, tax_sums
from invoices.queries import OPEN_VIEWS, VIEWS, in_view, invoice_page, posting_previews, sort_of
from invoices.views.editor import SAVED_SESSION_KEY

VIEW_NAMES = {
    "open": pgettext_lazy("state", "Open"),
    "overdue": pgettext_lazy("state", "Overdue"),
    "paid": _("Paid in full"),
    "debit_notes": _("Debit notes"),
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
    """One invoice or note: lines, tax, items and what settled them, how to pay, mail, files, journal, acts."""
    queryset = Invoice.objects.select_related(
        "customer", "document", "terms", "credits__document", "adds_to__document", "created_by"
    )
    invoice = get_for(request.user, "invoice.view", queryset, pk, request.company)
    lines = list(invoice.lines.select_related("tax_code"))
    history = document_history(invoice.document) if invoice.document else None
    notes = list(Invoice.objects.filter(Q(credits=pk) | Q(adds_to=pk)).select_related("document").order_by("id"))
    context = {
        "invoice": invoice,
        "lines": lines,
        "tax_sums": tax_sums(lines),
        "open_amount": sum((each.item.open_amount for each in history.items), Decimal(0)) if history else None,
        "slip": slip(invoice, get_language() or "en") if history else None,
        "reference": printed(payment_reference(invoice)) if history else "",
        "posting": posting_previews(request.company, [invoice])[pk] if not history else None,
        "files": invoice.files.filter(removed_at=None).select_related("file", "added_by").defer("file__content"),
        "bytes_max": BYTES_MAX,
        "changes": changes_of(invoice),
        "key": uuid4().hex,
        "forget": request.session.pop(SAVED_SESSION_KEY, ""),
        "instalments": [] if invoice.document else list(invoice.instalments.all()),
        "facts": list(invoice.facts.all()),
        "credit_notes": [note for note in notes if note.credits_id],
        "debit_notes": [note for note in notes if note.adds_to_id],
        "sent": messages_about(request.company, invoice),
        "history": history,
    }
    return render(request, "invoices/invoice.html", context)

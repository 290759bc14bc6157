"""Posting from the browser: one draft, or those ticked in the list, with the effect shown first."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from invoices.actions import post_invoice, post_invoices
from invoices.models import Invoice
from invoices.queries import posting_previews
from invoices.views.papers import BATCH_MAX


@requires("invoice.post")
@require_http_methods(["GET", "HEAD", "POST"])
def post_several(request: CompanyRequest) -> HttpResponse:
    """The drafts ticked in the list: what posting does, which are left out and why; then post, all or none."""
    ids = ticked(request)
    invoices = list(
        Invoice.objects.filter(company=request.company, pk__in=ids)
        .select_related("customer", "document")
        .order_by("pk")
    )
    previews = posting_previews(request.company, invoices)
    good = [invoice for invoice in invoices if not previews[invoice.pk].reason]
    problem = ""
    if request.method == "POST" and good:
        key = request.POST.get("key", "")[:64] or uuid4().hex
        try:
            posted = post_invoices(request.company, [invoice.pk for invoice in good], by=request.user, key=key)
        except DomainError as error:
            problem = str(error.message)
        else:
            count = len(posted)
            words = ngettext("%(count)s invoice is posted.", "%(count)s invoices are posted.", count)
            messages.success(request, words % {"count": count})
            return redirect("invoices:list")
    context = {
        "rows": [(invoice, previews[invoice.pk]) for invoice in invoices],
        "effects": _effects(good),
        "count": len(good),
        "key": uuid4().hex,
        "problem": problem,
    }
    return render(request, "invoices/post_several.html", context, status=409 if problem else 200)


@requires("invoice.post")
@require_POST
def post(request: CompanyRequest, pk: int) -> HttpResponse:
    """Post a draft. It is then owed, and never edited again."""
    invoice = get_for(request.user, "invoice.post", Invoice, pk, request.company)
    try:
        posted = post_invoice(
            request.company, invoice.pk, by=request.user, key=request.POST.get("key", "")[:64] or None
        )
    except DomainError as error:
        messages.error(request, f"{error.message} " + _("Nothing was posted."))
    else:
        messages.success(request, _("Posted as %(number)s.") % {"number": posted.number})
    return redirect("invoices:detail", pk)


def ticked(request: CompanyRequest) -> list[int]:
    """The ids of the invoices ticked in the list; what is not an id is left out."""
    given = request.POST if request.method == "POST" else request.GET
    return [int(pk) for pk in given.getlist("invoice") if pk.isascii() and pk.isdecimal() and len(pk) < 19][:BATCH_MAX]


def _effects(invoices: list[Invoice]) -> list[dict[str, Any]]:
    """What the invoices do to the accounts by currency: credit notes take away."""
    sums: dict[str, list[Decimal]] = {}
    for invoice in invoices:
        sign = -1 if invoice.kind == Invoice.Kind.CREDIT_NOTE else 1
        parts = sums.setdefault(invoice.currency, [Decimal(0)] * 3)
        for at, amount in enumerate((invoice.net_total, invoice.tax_total, invoice.total)):
            parts[at] += sign * amount
    return [
        {"currency": currency, "net": net, "tax": tax, "total": total}
        for currency, (net, tax, total) in sorted(sums.items())
    ]

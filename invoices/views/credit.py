"""Crediting from the page of an invoice: all of it, some lines, or part of a line, with the effect shown first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arap.core.errors import DomainError
from arap.core.fields import MoneyField
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from invoices.actions import credit_invoice
from invoices.actions.credits import CreditPart, CreditPreview, Left, preview_credit, what_is_left
from invoices.forms import CreditForm, NumberField
from invoices.models import Invoice

QUERYSET = Invoice.objects.select_related("customer", "document", "company")
QUANTITY = NumberField(digits=12, decimals=6, required=False)


@dataclass(slots=True)
class Row:
    """A line that can be credited, with what was typed for it. `name` is its place in the names of fields."""

    left: Left
    name: str
    quantity: str = ""
    amount: str = ""
    error: str = ""

    @property
    def label(self) -> str:
        """What the line is for; empty where the invoice has no lines."""
        line = self.left.line
        return (line.description or line.description_local or str(line.line)) if line else ""


@requires("invoice.credit")
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: CompanyRequest, pk: int) -> HttpResponse:
    """What is credited, when and why; asked by htmx it answers with the effect alone."""
    invoice = get_for(request.user, "invoice.credit", QUERYSET, pk, request.company)
    today = timezone.localdate()
    if not invoice.is_owed or invoice.state != Invoice.State.POSTED:
        messages.error(request, _("Only a posted invoice of which something is left can be credited."))
        return redirect("invoices:detail", pk)
    rows = [Row(left, str(left.line.pk) if left.line else "none") for left in what_is_left(invoice)]
    if request.method != "POST":
        form = CreditForm(initial={"scope": "all", "on": today, "key": uuid4().hex}, today=today)
        preview, problem = _preview(request, invoice, None, today)
        return _page(request, invoice, form, rows, preview, problem)
    form = CreditForm(request.POST, today=today)
    valid = form.is_valid()
    parts = None if form.cleaned_data.get("scope") == "all" else _parts(rows, request.POST, invoice.currency)
    readable = not any(row.error for row in rows)
    preview, problem = _preview(request, invoice, parts, form.day, rows) if readable else (None, "")
    if request.headers.get("HX-Request") == "true":
        said = [row.error for row in rows if row.error]
        context = {"invoice": invoice, "preview": preview, "problem": problem or " ".join(said)}
        return render(request, "invoices/_credit_effect.html", context)
    if request.POST.get("then") == "show" or not valid or not readable or preview is None:
        refused = not valid or not readable or preview is None
        return _page(request, invoice, form, rows, preview, problem, status=422 if refused else 200)
    try:
        made = credit_invoice(
            request.company,
            pk,
            on=form.day,
            by=request.user,
            parts=parts,
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"] or None,
        )
    except DomainError as error:
        return _page(request, invoice, form, rows, preview, str(error.message), status=error.status)
    messages.success(request, _("Credit note %(number)s is posted.") % {"number": made.number})
    return redirect("invoices:detail", made.invoice_id)


def _parts(rows: Sequence[Row], data: QueryDict, currency: str) -> list[CreditPart]:
    """What was typed for the rows, put into them; what cannot be read becomes the row's error."""
    parts = []
    for row in rows:
        row.quantity = data.get(f"quantity-{row.name}", "").strip()[:60]
        row.amount = data.get(f"amount-{row.name}", "").strip()[:60]
        line_id = row.left.line.pk if row.left.line else None
        try:
            quantity = QUANTITY.clean(row.quantity)
            amount = MoneyField.read(row.amount, currency) if row.amount else None
        except ValidationError as error:
            row.error = error.messages[0]
            continue
        if quantity is not None and amount is not None:
            row.error = _("Type a quantity or an amount, not both.")
        elif quantity is not None or amount is not None:
            parts.append(CreditPart(line_id=line_id, quantity=quantity, amount=amount))
    return parts


def _preview(
    request: CompanyRequest,
    invoice: Invoice,
    parts: Sequence[CreditPart] | None,
    on: date,
    rows: Sequence[Row] = (),
) -> tuple[CreditPreview | None, str]:
    """The effect, or None and the sentence why there is none; what is about a line is put beside it."""
    if parts is not None and not parts:
        return None, _("Type a quantity or an amount for at least one line.")
    try:
        return preview_credit(request.company, invoice.pk, on=on, parts=parts), ""
    except DomainError as error:
        for row in rows:
            if "line" in error.facts and error.facts["line"] == (row.left.line.pk if row.left.line else None):
                row.error = str(error.message)
                return None, ""
        return None, str(error.message)


def _page(
    request: CompanyRequest,
    invoice: Invoice,
    form: CreditForm,
    rows: Sequence[Row],
    preview: CreditPreview | None,
    problem: str,
    status: int = 200,
) -> HttpResponse:
    context = {
        "invoice": invoice,
        "form": form,
        "scope": form["scope"].value(),
        "rows": rows,
        "preview": preview,
        "problem": problem,
    }
    return render(request, "invoices/credit.html", context, status=status)

"""A customer's next statement: seen before anything is kept or sent, as a page and as PDF, then sent."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core import wording
from arap.core.errors import DomainError
from arap.core.files import pdf_response
from arap.core.http import CompanyRequest
from arap.core.pdf import render_pdf
from arap.core.permissions import get_for, requires
from customers.models import Customer
from statements.actions import Wanted, preview, recipient_for, send_statement, wanted
from statements.forms import SendForm, StatementForm
from statements.models import Statement
from statements.pages import sections_of
from statements.paper import html_of
from statements.queries.recipients import Recipient, recipients
from statements.queries.runs import latest_rows, row_of
from statements.queries.said import Said
from statements.views.once import once

SHOWN = 5
CUSTOMERS = Customer.objects.select_related("terms")


@requires("statement.view")
@require_safe
def new(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a customer's statement would say, before anything is kept or sent."""
    customer = get_for(request.user, "statement.view", CUSTOMERS, pk, request.company)
    return _page(request, customer, _statement_form(customer, request.GET))


@requires("statement.view")
@require_safe
def new_pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The same as PDF, marked as a preview."""
    customer = get_for(request.user, "statement.view", CUSTOMERS, pk, request.company)
    form = _statement_form(customer, request.GET)
    said = _said(request, customer, form)
    if said is None:
        return _page(request, customer, form)
    return pdf_response(render_pdf(html_of(said)), f"{customer.code}-{said.as_of.isoformat()}.pdf")


@requires("statement.send")
@require_POST
def send(request: CompanyRequest, pk: int) -> HttpResponse:
    """Make the statement and send it to the contact on file or to the address that was typed."""
    customer = get_for(request.user, "statement.send", CUSTOMERS, pk, request.company)
    form, send_form = _statement_form(customer, request.POST), SendForm(request.POST)
    if not form.is_valid() or not send_form.is_valid():
        return _page(request, customer, form, send_form, status=422)

    def act() -> dict[str, Any]:
        made = send_statement(
            request.company, customer, _wanted(request, form), by=request.user, to=to,
            keeps_contact=send_form.cleaned_data["keeps_contact"],
        )  # fmt: skip
        return {"pk": made.pk, "number": made.number}

    try:
        to = chosen_recipient(request, customer, send_form)
        made = once(request, "statement.send", act)
    except DomainError as error:
        field = error.facts.get("field")
        where: StatementForm | SendForm = form if field in form.fields else send_form
        where.add_error(field if field in where.fields else None, str(error))
        return _page(request, customer, form, send_form, status=error.status)
    messages.success(request, _("%(number)s goes to %(address)s.") % {"number": made["number"], "address": to.address})
    return redirect("statements:detail", made["pk"])


def chosen_recipient(request: CompanyRequest, customer: Customer, form: SendForm) -> Recipient:
    """The contact on file, by name, unless another address was typed. Raises as `recipient_for`."""
    typed = form.cleaned_data["to_address"]
    known = recipients(request.company, [customer.pk]).get(customer.pk)
    if known and typed.lower() == known.address.lower():
        typed = ""
    return recipient_for(request.company, customer, to_address=typed)


def send_form_for(request: CompanyRequest, customer: Customer) -> SendForm:
    """The form with the contact's address in it."""
    known = recipients(request.company, [customer.pk]).get(customer.pk)
    return SendForm(initial={"to_address": known.address if known else ""})


def _statement_form(customer: Customer, data: Any) -> StatementForm:
    form = StatementForm(data, today=timezone.localdate(), language=customer.language)
    form.is_valid()
    return form


def _wanted(request: CompanyRequest, form: StatementForm) -> Wanted:
    given = form.cleaned_data
    return wanted(
        request.company,
        kind=given["kind"] or "open",
        as_of=form.as_of_on,
        from_on=given["from_on"],
        language=given["language"],
        at=timezone.now(),
        today=timezone.localdate(),
    )


def _said(request: CompanyRequest, customer: Customer, form: StatementForm) -> Said | None:
    """What the statement would say; None, with the errors in the form, where it cannot be, or says nothing."""
    if not form.is_valid():
        return None
    try:
        return preview(request.company, customer, _wanted(request, form))
    except DomainError as error:
        if error.code != "nothing_to_say":
            form.add_error(error.facts.get("field"), str(error))
        return None


def _page(
    request: CompanyRequest,
    customer: Customer,
    form: StatementForm,
    send_form: SendForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    said = _said(request, customer, form)
    rows, more = latest_rows(request.company, customer_id=customer.pk, before=None, limit=SHOWN)
    name, name2 = wording.names(customer.name, customer.name_local)
    context = {
        "customer": customer,
        "name": name,
        "name2": name2,
        "form": form,
        "said": said,
        "sections": sections_of(said) if said else [],
        "send_form": send_form or send_form_for(request, customer),
        "contact": recipients(request.company, [customer.pk]).get(customer.pk),
        "before": _before(said),
        "rows": rows,
        "more": more,
        "form_key": uuid4().hex,
        "query": urlencode(form.query),
    }
    return render(request, "statements/new.html", context, status=422 if form.errors else status)


def _before(said: Said | None) -> Any:
    """The latest statement of the same kind and days, so that nobody makes a second one without knowing."""
    if said is None:
        return None
    same = Statement.objects.filter(
        company=said.company, customer=said.customer_id, kind=said.kind, as_of=said.as_of, from_on=said.from_on
    )
    latest = same.select_related("company").order_by("-pk").first()
    return row_of(latest) if latest else None

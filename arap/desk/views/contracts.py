"""Contracts of customers: the list, the page of one with its files, recording and changing."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.file_kinds import SHOWN_INLINE
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.paging import Row, read_row
from arap.core.permissions import allows, get_for, requires
from arap.desk.field_words import entries_words
from arap.desk.forms.contracts import ContractForm, contract_values
from arap.desk.forms.files import FileForm
from customers.actions import add_contract, attach_to_contract, change_contract, detach_from_contract
from customers.history import contract_changes
from customers.models import Contract, ContractFile, Customer
from customers.queries import contracts as contracts_in
from customers.queries import why_nothing_new
from customers.rules import ENDING_DAYS
from invoices.models import Invoice

PAGE = 30
INVOICES_SHOWN = 10
VIEWS = {
    "ending": gettext_lazy("Ending soon"),
    "in_force": gettext_lazy("In force"),
    "without": gettext_lazy("Without a late-payment clause"),
    "all": gettext_lazy("All"),
}


@requires("customer.view")
@require_safe
def contracts(request: CompanyRequest) -> HttpResponse:
    """Contracts of all customers by view, those that end soon first of all; in pages."""
    today = timezone.localdate()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "ending"
    after = read_row(request.GET.get("after"))
    found = contracts_in(request.company, view=view, today=today)
    rows = list((found.filter(_beyond(view, after)) if after else found)[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    place = Row(last.valid_to or last.valid_from if view == "ending" else last.valid_from, last.pk) if last else None
    context = {
        "rows": [(contract, *state_of(contract, today)) for contract in rows[:PAGE]],
        "view": view,
        "views": VIEWS.items(),
        "days": ENDING_DAYS,
        "is_first": after is None,
        "first_query": urlencode({"view": view}),
        "next_query": urlencode({"view": view, "after": str(place)}) if place else "",
    }
    return render(request, "desk/contracts.html", context)


def _beyond(view: str, after: Row) -> Q:
    if view == "ending":
        return Q(valid_to__gt=after.on) | Q(valid_to=after.on, pk__gt=after.id)
    return Q(valid_from__lt=after.on) | Q(valid_from=after.on, pk__lt=after.id)


@requires("customer.view")
@require_http_methods(["GET", "HEAD", "POST"])
def contract(request: CompanyRequest, pk: int) -> HttpResponse:
    """One contract: its terms and clause, its files, the latest invoices under it, its history; a file is added."""
    found = get_for(request.user, "customer.view", _contracts(), pk, request.company)
    form = FileForm(request)
    if request.method == "POST":
        get_for(request.user, "customer.edit", Contract, pk, request.company)
        if form.is_valid() and not form.cleaned_data["file"]:
            form.add_error("file", _("Choose a file."))
        if form.is_valid():
            try:
                attach_to_contract(found, form.cleaned_data["file"], by=request.user)
            except DomainError as error:
                form.add_error("file", str(error.message))
            else:
                messages.success(request, _("The file is kept."))
                return redirect("desk:contract", pk)
    under = Invoice.objects.filter(company=request.company, contract=found).select_related("document")
    context = {
        "contract": found,
        "state": state_of(found, timezone.localdate()),
        "form": form,
        "files": found.files.filter(removed_at=None).select_related("file", "added_by").defer("file__content"),
        "invoices": list(under.order_by("-pk")[:INVOICES_SHOWN]) if allows(request.roles, "invoice.view") else [],
        "acts": entries_words(list(contract_changes(found)[:PAGE])),
    }
    return render(request, "desk/contract.html", context, status=422 if form.errors else 200)


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def contract_new(request: CompanyRequest, pk: int) -> HttpResponse:
    """Record a contract of a customer."""
    customer = get_for(request.user, "customer.edit", _customers(), pk, request.company)
    if fault := why_nothing_new(customer):
        messages.error(request, fault)
        return redirect("desk:customer", customer.pk)
    today = timezone.localdate()
    first = {"valid_from": today, "currency": customer.currency, "terms": customer.terms_id}
    form = ContractForm(request.POST or None, initial=first, company=request.company, contract=None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_contract(customer, by=request.user, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("Contract %(number)s is recorded.") % {"number": made.number})
            return redirect("desk:contract", made.pk)
    context = {"form": form, "customer": customer, "contract": None}
    return render(request, "desk/contract_edit.html", context, status=422 if form.errors else 200)


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def contract_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change a contract. What somebody else changed meanwhile is said; what was typed stays."""
    found = get_for(request.user, "customer.edit", _contracts(), pk, request.company)
    today = timezone.localdate()
    initial = contract_values(found)
    form = ContractForm(request.POST or None, initial=initial, company=request.company, contract=found, today=today)
    context: dict[str, Any] = {"form": form, "customer": found.customer, "contract": found}
    if request.method != "POST":
        return render(request, "desk/contract_edit.html", context)
    if form.is_valid():
        changes = dict(form.cleaned_data)
        version = changes.pop("version") or 0
        try:
            change_contract(found, version=version, by=request.user, **changes)
        except DomainError as error:
            if error.code == "stale_contract":
                context |= {"stale": entries_words(list(contract_changes(found)[:1])), "latest_version": found.version}
                return render(request, "desk/contract_edit.html", context, status=error.status)
            _say(form, error)
        else:
            messages.success(request, _("The changes are kept."))
            return redirect("desk:contract", pk)
    return render(request, "desk/contract_edit.html", context, status=422)


@requires("customer.view")
@require_safe
def contract_file(request: CompanyRequest, pk: int, contract_file: int) -> HttpResponse:
    """A file of a contract: pictures and PDFs to look at, others to save."""
    found = get_for(request.user, "customer.view", _files(pk), contract_file, request.company)
    inline = found.file.media_type in SHOWN_INLINE and "save" not in request.GET
    return file_response(found.file, inline=inline)


@requires("customer.edit")
@require_POST
def contract_file_remove(request: CompanyRequest, pk: int, contract_file: int) -> HttpResponse:
    """Take a file off a contract."""
    found = get_for(request.user, "customer.edit", _files(pk), contract_file, request.company)
    detach_from_contract(found.contract, found.pk, by=request.user)
    messages.success(request, _("The file is taken off; the history keeps that it was there."))
    return redirect("desk:contract", pk)


def state_of(contract: Contract, today: date) -> tuple[str, str]:
    """The mark (of arap.core.states) and the words for how a contract stands."""
    if not contract.is_active:
        return "discarded", _("Does not count")
    if contract.valid_from > today:
        return "queued", _("Not begun")
    if contract.valid_to is None or contract.valid_to > today + timedelta(days=ENDING_DAYS):
        return "done", _("In force")
    days = (contract.valid_to - today).days
    if days < 0:
        return "discarded", _("Ended")
    if days == 0:
        return "to_confirm", _("Ends today")
    return "to_confirm", ngettext("Ends in %(days)s day", "Ends in %(days)s days", days) % {"days": days}


def _contracts() -> QuerySet[Contract]:
    return Contract.objects.select_related("customer", "terms", "company")


def _customers() -> QuerySet[Customer]:
    return Customer.objects.select_related("merged_into", "company")


def _files(contract_pk: int) -> QuerySet[ContractFile]:
    rows = ContractFile.objects.filter(contract=contract_pk, removed_at=None)
    return rows.select_related("file", "contract", "contract__company")


def _say(form: ContractForm, error: DomainError) -> None:
    field = error.facts.get("field")
    form.add_error(field if field in form.fields else None, str(error.message))

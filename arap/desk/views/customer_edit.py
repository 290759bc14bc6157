"""A customer's master data: new, changed, and the history of every field."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError, Refused
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import allows, get_for, requires
from arap.desk.field_words import Words, entries_words
from arap.desk.forms.custom import PREFIX, custom_seen, custom_typed
from arap.desk.forms.customers import CustomerForm, first_values
from customers.actions import NewCustomer, create_customer, set_custom_values, set_payer_accounts, update_customer
from customers.history import changes, last_change
from customers.models import Customer

PAGE = 30
NOT_COLUMNS = ("seen", "accounts_seen", "payer_accounts")
DETAILS = ("address", "delivery_address", "phone", "bank_name", "bank_account")


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: CompanyRequest) -> HttpResponse:
    """Take up a customer."""
    first = {"currency": request.company.base_currency, "language": request.company.language}
    form = _form(request, None, request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():
                made = create_customer(
                    request.company, _new(given), by=request.user, details={name: given[name] for name in DETAILS}
                )
                set_custom_values(made, custom_typed(given), by=request.user)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("%(code)s is recorded.") % {"code": made.code})
            return redirect("desk:customer", made.pk)
    context = {"form": form, "customer": None}
    return render(request, "desk/customer_edit.html", context, status=422 if form.errors else 200)


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change a customer. What somebody else changed meanwhile is shown beside what was typed; nothing typed is lost."""
    found = get_for(request.user, "customer.edit", _customers(), pk, request.company)
    if request.method != "POST":
        form = _form(request, found, None, initial={**first_values(found), "seen": last_change(found)})
        return render(request, "desk/customer_edit.html", {"form": form, "customer": found})
    form = _form(request, found, request.POST, initial=first_values(found))
    if not form.is_valid():
        return render(request, "desk/customer_edit.html", {"form": form, "customer": found}, status=422)
    given = {
        name: value
        for name, value in form.cleaned_data.items()
        if name not in NOT_COLUMNS and not name.startswith(PREFIX)
    }
    giving_way = request.POST.get("keep_theirs", "").split(",")
    try:
        with transaction.atomic():
            update_customer(found, by=request.user, seen=form.cleaned_data["seen"] or 0, giving_way=giving_way, **given)
            accounts = form.cleaned_data["payer_accounts"]
            seen = form.cleaned_data["accounts_seen"].split("|")
            set_payer_accounts(found, accounts, by=request.user, seen=seen)
            own = form.cleaned_data
            set_custom_values(found, custom_typed(own), by=request.user, seen=custom_seen(own))
    except Refused as error:
        if error.code == "changed_meanwhile":
            return _changed_meanwhile(request, found, error)
        _say(form, error)
    except DomainError as error:
        _say(form, error)
    else:
        messages.success(request, _("The changes are kept."))
        return redirect("desk:customer", found.pk)
    return render(request, "desk/customer_edit.html", {"form": form, "customer": found}, status=422)


@requires("customer.view")
@require_safe
def customer_history(request: CompanyRequest, pk: int) -> HttpResponse:
    """Every change of a customer, its contacts and notes: who, when, from what to what. Newest first, in pages."""
    found = get_for(request.user, "customer.view", _customers(), pk, request.company)
    before = read_number(request.GET.get("before"))
    entries = changes(found)
    rows = list((entries.filter(pk__lt=before) if before else entries)[: PAGE + 1])
    context = {
        "customer": found,
        "rows": entries_words(rows[:PAGE]),
        "is_first": before is None,
        "next_query": urlencode({"before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
    }
    return render(request, "desk/customer_history.html", context)


def _customers() -> QuerySet[Customer]:
    return Customer.objects.select_related("owner", "terms", "parent", "company")


def _form(request: CompanyRequest, found: Customer | None, data: Any, *, initial: dict[str, Any]) -> CustomerForm:
    may_regroup = allows(request.roles, "customer.regroup")
    return CustomerForm(
        data,
        initial=initial,
        company=request.company,
        customer=found,
        may_regroup=may_regroup,
        today=timezone.localdate(),
    )


def _new(given: Mapping[str, Any]) -> NewCustomer:
    parent, owner, terms = given.get("parent"), given["owner"], given["terms"]
    return NewCustomer(
        code=given["code"],
        name=given["name"],
        name_local=given["name_local"],
        country=given["country"],
        tax_id=given["tax_id"],
        currency=given["currency"],
        segment=given["segment"],
        language=given["language"],
        owner_id=owner.pk if owner else None,
        terms_id=terms.pk if terms else None,
        parent_code=parent.code if parent else "",
        payer_accounts=tuple(given["payer_accounts"]),
    )


def _say(form: CustomerForm, error: DomainError) -> None:
    field = "parent" if error.code == "group_cycle" else error.facts.get("field")
    form.add_error(field if field in form.fields else None, str(error.message))


def _as_typed(value: Any) -> str:
    """What a field of the form holds for a value: a row by its number, a tick as "on"."""
    return "on" if value is True else str(getattr(value, "pk", value)) if value else ""


def _changed_meanwhile(request: CompanyRequest, found: Customer, error: Refused) -> HttpResponse:
    """The form again: what others changed elsewhere is in it, and where both changed a field the two stand beside
    each other. What was typed stays in the fields."""
    conflicts, merged, entries = error.facts["conflicts"], error.facts["merged"], error.facts["entries"]
    disputed = {conflict.field for conflict in conflicts}
    found.refresh_from_db()
    data = request.POST.copy()
    for name, value in first_values(found).items():
        if name in merged and name not in disputed and merged[name] == getattr(found, f"{name}_id", value):
            data[name] = _as_typed(value)
    data["seen"] = str(last_change(found))
    form = _form(request, found, data, initial=first_values(found))
    form.is_valid()
    words = Words.of((each.field, side) for each in conflicts for side in (each.was, each.theirs, each.mine))
    context = {
        "form": form,
        "customer": found,
        "latest": entries[0],
        "conflicts": [
            {
                "field": each.field,
                "label": words.label(each.field),
                "was": words.value(each.field, each.was),
                "theirs": words.value(each.field, each.theirs),
                "mine": words.value(each.field, each.mine),
            }
            for each in conflicts
        ],
        "disputed": ",".join(sorted(disputed)),
    }
    return render(request, "desk/customer_edit.html", context, status=409)

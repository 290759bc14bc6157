"""Customers that are one: found, compared, merged, and taken apart again."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.desk.field_words import Words
from arap.desk.queries.duplicates import candidates, like, open_of, side
from customers.actions import merge_customer, unmerge_customer
from customers.models import Customer

COMPARED = ("name", "name_local", "country", "tax_id", "currency", "terms", "language", "owner", "segment", "address")


@requires("customer.view")
@require_safe
def duplicates(request: CompanyRequest) -> HttpResponse:
    """Customers that may be one: the same tax number, or a name that differs in nothing that counts."""
    groups, more = candidates(request.company)
    return render(request, "desk/duplicates.html", {"groups": groups, "more": more})


@requires("customer.view")
@require_safe
def customer_duplicates(request: CompanyRequest, pk: int) -> HttpResponse:
    """Whom one customer may be the same as, also by a name that is only near."""
    found = get_for(request.user, "customer.view", Customer, pk, request.company)
    return render(request, "desk/customer_duplicates.html", {"customer": found, "rows": like(found)})


@requires("customer.merge")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_merge(request: CompanyRequest, pk: int, into_pk: int) -> HttpResponse:
    """Both beside each other and what merging would show; then merge. Offered to be undone, and undone any time."""
    duplicate = get_for(request.user, "customer.merge", _customers(), pk, request.company)
    into = get_for(request.user, "customer.merge", _customers(), into_pk, request.company)
    if request.method == "POST":
        try:
            merge_customer(duplicate, into, by=request.user)
        except DomainError as error:
            messages.error(request, str(error.message))
            return redirect("desk:customer_merge", pk, into_pk)
        request.session[UNDO_SESSION_KEY] = {
            "text": _("%(code)s is merged into %(into)s") % {"code": duplicate.code, "into": into.code},
            "url": reverse("desk:customer_unmerge", args=[duplicate.pk]),
            "fields": {},
        }
        return redirect("desk:customer", into.pk)
    context = {
        "duplicate": duplicate,
        "into": into,
        "rows": _compared(duplicate, into),
        "theirs": side(duplicate),
        "ours": side(into),
        "together": open_of(request.company.pk, [duplicate.pk, into.pk]),
    }
    return render(request, "desk/customer_merge.html", context)


@requires("customer.merge")
@require_POST
def customer_unmerge(request: CompanyRequest, pk: int) -> HttpResponse:
    """Let a duplicate stand for itself again."""
    duplicate = get_for(request.user, "customer.merge", _customers(), pk, request.company)
    into = duplicate.merged_into_id
    try:
        unmerge_customer(duplicate, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("desk:customer", into or duplicate.pk)
    messages.success(request, _("%(code)s stands for itself again.") % {"code": duplicate.code})
    return redirect("desk:customer", duplicate.pk)


def _customers() -> QuerySet[Customer]:
    return Customer.objects.select_related("company", "owner", "terms", "parent")


def _compared(duplicate: Customer, into: Customer) -> list[tuple[str, str, str, bool]]:
    """(label, of the duplicate, of the one that stays, whether they differ) of each field."""
    names = {field.name: field.attname for field in Customer._meta.concrete_fields}
    pairs = {name: (getattr(duplicate, names[name]), getattr(into, names[name])) for name in COMPARED}
    words = Words.of((name, value) for name, both in pairs.items() for value in both)
    return [
        (words.label(name), words.value(name, old), words.value(name, new), old != new)
        for name, (old, new) in pairs.items()
        if old or new
    ]

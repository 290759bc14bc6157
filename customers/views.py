"""Customers to choose from, for the forms of every room above."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.permissions import requires
from customers.queries import search

SHOWN = 12


@requires("customer.view")
@require_safe
def find(request: CompanyRequest) -> HttpResponse:
    """Customers that are meant by what is typed so far; with `all` also those that nothing new is recorded for."""
    found = search(request.company, request.GET.get("customer", "")[:60], is_short=True)
    if "all" not in request.GET:
        found = found.filter(is_active=True, merged_into=None)
    return render(request, "customers/_found.html", {"customers": found[:SHOWN]})

"""Holds: who is not reminded for now, and why."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core import wording
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.ledger.models import Item
from cases.actions import release_hold, set_hold
from cases.forms import HoldForm
from cases.models import Hold
from cases.queries import holds_in_force, items_to_hold
from customers.models import Customer

PAGE = 20


@requires("hold.view")
@require_safe
def holds(request: CompanyRequest) -> HttpResponse:
    """The holds in force today, newest first, in pages; of customers by code or name."""
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = holds_in_force(request.company, as_of=timezone.localdate(), text=text)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    context = {
        "rows": page[:PAGE],
        "text": text,
        "is_first": after is None,
        "next_query": urlencode({"q": text, "after": page[PAGE - 1].pk}) if len(page) > PAGE else "",
    }
    return render(request, "cases/holds.html", context)


@requires("hold.set")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest, customer_pk: int) -> HttpResponse:
    """Set a hold on a customer or on one of its items."""
    customer = get_for(request.user, "hold.set", Customer, customer_pk, request.company)
    today = timezone.localdate()
    items = items_to_hold(request.company, customer.pk)
    data = request.POST if request.method == "POST" else None
    form = HoldForm(data, items=items, today=today, initial={"item": request.GET.get("item", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            item = Item.objects.filter(company=request.company, pk=given["item"]).first() if given["item"] else None
            try:
                set_hold(
                    request.company, customer, item=item, reason=given["reason"], note=given["note"], starts_on=today,
                    ends_on=given["ends_on"], by=request.user,
                )  # fmt: skip
            except DomainError as error:
                form.add_error(error.facts.get("field"), str(error.message))
                status = error.status
            else:
                messages.success(request, _("On hold: no reminder leaves until it ends."))
                return redirect("desk:customer", customer.pk)
    name = wording.names(customer.name, customer.name_local)[0]
    return render(request, "cases/hold_new.html", {"form": form, "customer": customer, "name": name}, status=status)


@requires("hold.set")
@require_POST
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """End a hold as of today."""
    hold = get_for(request.user, "hold.set", Hold, pk, request.company)
    try:
        release_hold(hold, on=timezone.localdate(), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Released: the next run reminds again of what is due."))
    if request.POST.get("then") == "holds":
        return redirect("cases:holds")
    return redirect("desk:customer", hold.customer_id)

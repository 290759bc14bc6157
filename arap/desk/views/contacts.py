"""People at a customer."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.desk.forms.contacts import ContactForm
from customers.access import looked
from customers.actions import add_contact, change_contact, let_contact_go, take_contact_back
from customers.models import AccessEntry, Contact, Customer

FIRST_PAPERS = (Contact.Paper.INVOICE, Contact.Paper.STATEMENT, Contact.Paper.REMINDER)


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: CompanyRequest, pk: int) -> HttpResponse:
    """Add somebody who receives papers."""
    customer = get_for(request.user, "customer.edit", Customer, pk, request.company)
    first = {"language": customer.language, "receives": list(FIRST_PAPERS)}
    form = ContactForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            add_contact(customer, by=request.user, **form.cleaned_data)
        except DomainError as error:
            field = error.facts.get("field")
            form.add_error(field if field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("The contact is recorded."))
            return redirect("desk:customer", customer.pk)
    context = {"form": form, "customer": customer, "contact": None}
    return render(request, "desk/contact.html", context, status=422 if form.errors else 200)


@requires("customer.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: CompanyRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Change somebody: another address, other papers. What was sent before keeps the address it went to."""
    contact = get_for(request.user, "customer.edit", _contacts(pk), contact_pk, request.company)
    looked(
        request.company, request.user, AccessEntry.Page.CONTACT, customer_id=contact.customer_id, contact_id=contact.pk
    )
    form = ContactForm(request.POST or None, initial={name: getattr(contact, name) for name in ContactForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            change_contact(contact, by=request.user, **form.cleaned_data)
        except DomainError as error:
            field = error.facts.get("field")
            form.add_error(field if field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("The contact is changed."))
            return redirect("desk:customer", pk)
    context = {"form": form, "customer": contact.customer, "contact": contact}
    return render(request, "desk/contact.html", context, status=422 if form.errors else 200)


@requires("customer.edit")
@require_POST
def contact_leave(request: CompanyRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Somebody is no longer at the customer: nothing goes there any more. Offered to be undone."""
    contact = get_for(request.user, "customer.edit", _contacts(pk), contact_pk, request.company)
    received = list(contact.receives)
    let_contact_go(contact, by=request.user)
    request.session[UNDO_SESSION_KEY] = {
        "text": _("%(name)s receives nothing any more") % {"name": contact.name},
        "url": reverse("desk:contact_return", args=[pk, contact.pk]),
        "fields": {"receives": " ".join(received)},
    }
    return redirect("desk:customer", pk)


@requires("customer.edit")
@require_POST
def contact_return(request: CompanyRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Somebody is at the customer again, and receives what they received before they left, as far as it is known."""
    contact = get_for(request.user, "customer.edit", _contacts(pk), contact_pk, request.company)
    take_contact_back(contact, receives=request.POST.get("receives", "").split(), by=request.user)
    messages.success(request, _("%(name)s is back.") % {"name": contact.name})
    return redirect("desk:customer", pk)


def _contacts(customer_pk: int) -> QuerySet[Contact]:
    return Contact.objects.filter(customer=customer_pk, erased_at=None).select_related("customer", "company")

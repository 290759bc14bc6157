"""People at a customer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.desk.forms.contacts import ContactForm
from customers.actions import add_contact, change_contact
from customers.models import Contact, Customer

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
    contacts = Contact.objects.filter(customer=pk).select_related("customer", "company")
    contact = get_for(request.user, "customer.edit", contacts, contact_pk, request.company)
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

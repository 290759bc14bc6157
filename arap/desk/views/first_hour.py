"""The guided first hour in the practice company."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from arap.core.http import CompanyRequest
from arap.core.models import Company
from arap.core.permissions import requires
from arap.core.views.choices import target_of
from arap.desk.first_hour import Step
from arap.desk.queries.first_hour import first_hour
from arap.desk.queries.guide import first_debtor
from arap.desk.queries.practice import practice_of
from arap.desk.sample.names import HERO
from customers.models import Customer


@requires("practice.use")
@require_safe
def hour(request: CompanyRequest) -> HttpResponse:
    """The steps of one's roles with what is done of them."""
    practice = practice_of(request.user)
    is_there = practice is not None and practice == request.company
    found = first_hour(practice, request.user, request.roles)
    customer = _customer(request.company) if is_there else None
    context = {
        "practice": practice,
        "is_there": is_there,
        "found": found,
        "next": found.next,
        "rows": [(step, is_done, _url(step, customer) if is_there else "") for step, is_done in found.steps],
    }
    return render(request, "desk/first_hour.html", context)


@requires("practice.use")
@require_POST
def hide(request: CompanyRequest) -> HttpResponse:
    """Do not point to the first hour on Today any more, or do so again."""
    request.user.hides_first_hour = request.POST.get("hide") == "yes"
    request.user.save(update_fields=["hides_first_hour"])
    return redirect(target_of(request))


def _customer(company: Company) -> Customer | None:
    """The customer that the steps speak of; who owes most where somebody merged it away."""
    return Customer.objects.filter(company=company, code=HERO).first() or first_debtor(company)


def _url(step: Step, customer: Customer | None) -> str:
    if step.about_customer and customer is None:
        return reverse("desk:customers")
    url = reverse(step.page, args=[customer.pk] if step.about_customer and customer else [])
    return f"{url}?{step.query}" if step.query else url

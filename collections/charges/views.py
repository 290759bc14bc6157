"""Late charges: the runs, what one would charge, and what one has charged."""

from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from charges.actions import charge_late
from charges.forms import UntilForm
from charges.models import ChargePolicy, ChargeRun, ChargeSchedule
from charges.queries import DueCharge, charge_runs, due_charges, spans_of, sums_of

PAGE = 20
SHOWN_MAX = 500


@requires("charge.view")
@require_safe
def runs(request: CompanyRequest) -> HttpResponse:
    """The runs, newest first, and what late payment costs whom."""
    found = charge_runs(request.company)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    policies = ChargePolicy.objects.filter(company=request.company, is_active=True).select_related("customer")
    context = {
        "rows": page[:PAGE],
        "policies": policies.order_by("currency", "segment", "customer", "-valid_from")[:SHOWN_MAX],
        "schedule": ChargeSchedule.objects.filter(company=request.company, is_active=True).first(),
        "is_first": after is None,
        "next_query": urlencode({"after": page[PAGE - 1].pk}) if len(page) > PAGE else "",
    }
    return render(request, "charges/list.html", context)


@requires("charge.run")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """What would be charged, customer by customer; then charge it."""
    today = timezone.localdate()
    given = request.POST if request.method == "POST" else request.GET
    initial = {"until": today, "key": uuid4().hex}
    form = UntilForm(given if "until" in given else None, today=today, initial=initial)
    until = today if not form.is_bound else None
    if form.is_bound and form.is_valid():
        until = form.cleaned_data["until"]
    status, problem = (200 if until else 422), ""
    if request.method == "POST" and until and form.is_bound:
        key = form.cleaned_data["key"] or uuid4().hex
        try:
            made = charge_late(request.company, until=until, issued_on=today, by=request.user, key=key)
        except DomainError as error:
            problem, status = str(error.message), error.status
        else:
            count = len(made.charges)
            words = ngettext("%(count)s late charge is posted.", "%(count)s late charges are posted.", count)
            messages.success(request, words % {"count": count})
            return redirect("charges:run", made.run_id)
    due = due_charges(request.company, until=until) if until else []
    context = {
        "form": form,
        "until": until,
        "due": due[:SHOWN_MAX],
        "more": max(0, len(due) - SHOWN_MAX),
        "sums": _sums(due),
        "count": len(due),
        "key": uuid4().hex,
        "problem": problem,
        "has_policy": ChargePolicy.objects.filter(company=request.company, is_active=True).exists(),
    }
    return render(request, "charges/new.html", context, status=status)


@requires("charge.view")
@require_safe
def run(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a run charged: each item with its days, open amount, rate and interest, by document."""
    found = get_for(request.user, "charge.view", ChargeRun.objects.select_related("created_by"), pk, request.company)
    after = read_number(request.GET.get("after")) or 0
    spans = list(spans_of(found)[after : after + SHOWN_MAX + 1])
    context = {
        "run": found,
        "spans": spans[:SHOWN_MAX],
        "sums": sums_of(found),
        "is_first": after == 0,
        "next_query": urlencode({"after": after + SHOWN_MAX}) if len(spans) > SHOWN_MAX else "",
    }
    return render(request, "charges/run.html", context)


def _sums(due: list[DueCharge]) -> list[tuple[str, Decimal]]:
    """What all of it comes to, by currency, with tax."""
    sums: dict[str, Decimal] = {}
    for each in due:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.total
    return sorted(sums.items())

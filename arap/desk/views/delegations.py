"""Delegations of approvals: who decides for whom, set up and taken back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.actions.delegations import DECIDES, delegate, end_delegation
from arap.core.errors import Invalid, Refused
from arap.core.http import CompanyRequest
from arap.core.models import Delegation
from arap.core.permissions import allows, get_for, requires
from arap.desk.forms.delegations import DelegationForm

SHOWN = 100


@requires("approval.view")
@require_safe
def delegations(request: CompanyRequest) -> HttpResponse:
    """Who decides for whom, now, later and before: everybody may know."""
    now = timezone.now()
    rows = Delegation.objects.filter(company=request.company).select_related("giver", "taker", "created_by")
    others = allows(request.roles, "approval.delegate")
    found = [
        (row, _state(row, now), row.ends_at > now and (others or request.user.pk in (row.giver_id, row.taker_id)))
        for row in rows[:SHOWN]
    ]
    context = {"rows": found, "may_delegate": others or allows(request.roles, DECIDES)}
    return render(request, "desk/delegations.html", context)


@requires("approval.view")
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_new(request: CompanyRequest) -> HttpResponse:
    """Hand one's approvals to a colleague for a while."""
    today, others = timezone.localdate(), allows(request.roles, "approval.delegate")
    form = DelegationForm(
        request.POST or None, company=request.company, by=request.user, may_for_others=others, today=today
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            delegate(
                request.company,
                giver=given.get("giver") or request.user,
                taker=given["taker"],
                first_on=given["first_on"],
                last_on=given["last_on"],
                reason=given["reason"],
                today=today,
                by=request.user,
            )
        except Invalid as error:
            field = str(error.facts.get("field", ""))
            form.add_error(field if field in form.fields else None, str(error))
        else:
            messages.success(request, _("The approvals are handed over."))
            return redirect("desk:delegations")
    return render(request, "desk/delegation_new.html", {"form": form}, status=422 if form.errors else 200)


@requires("approval.view")
@require_POST
def delegation_end(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take the approvals back now."""
    rows = Delegation.objects.select_related("company")
    found = get_for(request.user, "approval.view", rows, pk, request.company)
    try:
        end_delegation(found, by=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The approvals are taken back."))
    return redirect("desk:delegations")


def _state(row: Delegation, now: object) -> str:
    if row.ends_at <= now:  # type: ignore[operator]
        return _("ended")
    return _("in force") if row.starts_at <= now else _("to come")  # type: ignore[operator]

"""The approvals inbox: all that needs a second person, in one list, and one act with what a yes would do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core import approvals
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import allows, requires
from receipts.forms import RejectForm


@requires("approval.view")
@require_safe
def inbox(request: CompanyRequest) -> HttpResponse:
    """What waits for this person, the oldest first, and what they asked for themselves."""
    titles = {kind: room.TITLE for kind, room in approvals.kinds().items()}
    found = {
        name: [(titles[row.kind], row) for row in approvals.waiting_for(request.company, request.user, own=own)]
        for name, own in (("mine", False), ("asked", True))
    }
    context = {**found, "at": timezone.now()}
    return render(request, "desk/approvals.html", context)


@requires("approval.view")
@require_safe
def approval(request: CompanyRequest, kind: str, pk: int) -> HttpResponse:
    """One act that waits, with what a yes would do today."""
    return _screen(request, kind, pk)


@requires("approval.decide")
@require_POST
def approve(request: CompanyRequest, kind: str, pk: int) -> HttpResponse:
    """The second person says yes."""
    waits = approvals.get_waiting(request.company, kind, pk)
    try:
        approvals.approve(request.company, kind, pk, on=timezone.localdate(), by=request.user)
    except DomainError as error:
        return _screen(request, kind, pk, problem=str(error.message), status=error.status)
    messages.success(request, _("%(title)s is approved.") % {"title": waits.title})
    return redirect("desk:approvals")


@requires("approval.decide")
@require_POST
def reject(request: CompanyRequest, kind: str, pk: int) -> HttpResponse:
    """The second person says no, and why."""
    waits = approvals.get_waiting(request.company, kind, pk)
    form = RejectForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, kind, pk, form=form, status=422)
    try:
        approvals.reject(request.company, kind, pk, by=request.user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, kind, pk, problem=str(error.message), status=error.status)
    messages.success(request, _("%(title)s is rejected.") % {"title": waits.title})
    return redirect("desk:approvals")


def _screen(
    request: CompanyRequest, kind: str, pk: int, *, problem: str = "", form: RejectForm | None = None, status: int = 200
) -> HttpResponse:
    waits, room, today = approvals.get_waiting(request.company, kind, pk), approvals.room(kind), timezone.localdate()
    power = approvals.power_of(request.user, request.company)
    is_own = waits.asked_by_id == request.user.pk
    context = {
        "waits": waits,
        "title": room.TITLE,
        "lines": room.effect(request.company, pk, today),
        "problem": problem,
        "is_own": is_own,
        "may_decide": allows(request.roles, "approval.decide")
        and power.decides(room.VERB, waits.role, waits.asked_by_id),
        "lender": power.lender(room.VERB, waits.role, waits.asked_by_id),
        "reject_form": form or RejectForm(company=request.company, today=today),
        "reject_open": form is not None,
    }
    return render(request, "desk/approval.html", context, status=status)

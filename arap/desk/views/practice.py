"""The practice company: what it is, going there, and a fresh one at will."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.errors import NotFound
from arap.core.http import CompanyRequest
from arap.core.middleware import SESSION_COMPANY
from arap.core.models import Company, Job, Role
from arap.core.permissions import requires
from arap.desk.actions.practice import CUSTOMERS, ITEMS, KIND, UNDER_WAY, begin_practice
from arap.desk.queries.practice import own_roles, practice_of


@requires("practice.use")
@require_safe
def practice(request: CompanyRequest) -> HttpResponse:
    """What it is for, whether there is one, and what a reset does."""
    found, held = practice_of(request.user), own_roles(request.user)
    context = {
        "practice": found,
        "is_there": found == request.company,
        "real": _real(request),
        "roles": _(", ").join(str(role.label) for role in Role if role in held),
        "at_work": Job.objects.filter(created_by=request.user, kind=KIND, state__in=UNDER_WAY).first(),
        "customers": CUSTOMERS,
        "items": ITEMS,
    }
    return render(request, "desk/practice.html", context)


@requires("practice.use")
@require_POST
def practice_reset(request: CompanyRequest) -> HttpResponse:
    """Make a fresh one. Who is in the old one goes back to the real company, where the job is watched."""
    real = _real(request)
    if real is None:
        raise NotFound("not_found", _("There is no such record."))
    job = begin_practice(real, by=request.user)
    if job.company_id != request.company.pk:
        request.session[SESSION_COMPANY] = job.company_id
    return redirect("desk:job", job.pk)


def _real(request: CompanyRequest) -> Company | None:
    """The company that counts: this one, or else the one that was worked in last."""
    if not request.company.is_practice:
        return request.company
    real = [each for each in request.companies if not each.is_practice]
    last = [each for each in real if each.pk == request.user.last_company_id]
    return next(iter(last or real), None)

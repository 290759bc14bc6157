"""Periods: which are open and for whom, what proves a month, closing and reopening it, exceptions."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.actions import grant_exception, reopen_period, revoke_exception, soft_close_period
from arap.core.dates import ONE_DAY
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.models import Company, Period, PeriodException, Role
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.core.queries import first_open_day
from arap.desk.forms.closing import ExceptionForm, ExplainForm, ReopenForm, SoftCloseForm
from arap.ledger.actions import seal_ledger
from arap.ledger.actions.closing import begin_check, close_month, explain_finding
from arap.ledger.closing import check_lines, check_under_way, is_stale, late_postings, latest_check

PAGE = 50
PERIODS = Period.objects.select_related("closed_by")


@requires("period.view")
@require_safe
def periods(request: CompanyRequest) -> HttpResponse:
    """All periods of a year, each with its state."""
    own = PERIODS.filter(company=request.company)
    years = sorted({each.year for each in own.dates("starts_on", "year")}, reverse=True)
    year = read_number(request.GET.get("year"))
    if year not in years:
        today = timezone.localdate()
        year = today.year if today.year in years else next(iter(years), None)
    rows = own.filter(starts_on__year=year).order_by("-starts_on") if year else []
    return render(request, "desk/periods.html", {"rows": rows, "years": years, "year": year})


@requires("period.view")
@require_safe
def period(request: CompanyRequest, pk: int) -> HttpResponse:
    """One period: its checks, who may post into it, and what was posted after it was closed."""
    return _screen(request, get_for(request.user, "period.view", PERIODS, pk, request.company))


@requires("period.close")
@require_POST
def period_check(request: CompanyRequest, pk: int) -> HttpResponse:
    """Run the checks, as a job."""
    found = get_for(request.user, "period.close", PERIODS, pk, request.company)
    return redirect("desk:job", begin_check(request.company, found, by=request.user).pk)


@requires("period.close")
@require_POST
def period_explain(request: CompanyRequest, pk: int) -> HttpResponse:
    """Say why the month may be closed although a check is not met."""
    found = get_for(request.user, "period.close", PERIODS, pk, request.company)
    form = ExplainForm(request.POST)

    def act() -> str:
        key, text = form.cleaned_data["check_key"], form.cleaned_data["text"]
        explain_finding(request.company, found, key, text=text, by=request.user)
        return _("Explained; it holds until the check finds something else.")

    return _acted(request, found, "explain_form", form, act)


@requires("ledger.seal")
@require_POST
def period_seal(request: CompanyRequest, pk: int) -> HttpResponse:
    """Seal what was posted since the last seal."""
    found = get_for(request.user, "ledger.seal", PERIODS, pk, request.company)
    seal = seal_ledger(request.company)
    messages.success(
        request,
        _("Sealed up to position %(position)s.") % {"position": seal.to_position}
        if seal
        else _("Everything was sealed already."),
    )
    return redirect("desk:period", found.pk)


@requires("period.close")
@require_POST
def period_soft_close(request: CompanyRequest, pk: int) -> HttpResponse:
    """Close it for all but some roles."""
    found = get_for(request.user, "period.close", PERIODS, pk, request.company)
    form = SoftCloseForm(request.POST)

    def act() -> str:
        roles = [Role(role) for role in form.cleaned_data["open_to"]]
        soft_close_period(request.company, found, by=request.user, open_to=roles)
        return _("Soft closed: only the roles that you chose post into it.")

    return _acted(request, found, "soft_form", form, act)


@requires("period.close")
@require_POST
def period_close(request: CompanyRequest, pk: int) -> HttpResponse:
    """Close it for everybody."""
    found = get_for(request.user, "period.close", PERIODS, pk, request.company)
    try:
        close_month(request.company, found, by=request.user)
    except DomainError as error:
        return _screen(request, found, problem=str(error.message), status=error.status)
    messages.success(request, _("Closed: nobody posts into it without an exception."))
    return redirect("desk:period", found.pk)


@requires("period.reopen")
@require_POST
def period_reopen(request: CompanyRequest, pk: int) -> HttpResponse:
    """Open it again, and why."""
    found = get_for(request.user, "period.reopen", PERIODS, pk, request.company)
    form = ReopenForm(request.POST)

    def act() -> str:
        reopen_period(request.company, found, by=request.user, reason=form.cleaned_data["reason"])
        return _("Open again.")

    return _acted(request, found, "reopen_form", form, act)


@requires("period.except")
@require_POST
def period_except(request: CompanyRequest, pk: int) -> HttpResponse:
    """Let somebody post into it although it is closed."""
    found = get_for(request.user, "period.except", PERIODS, pk, request.company)
    form = ExceptionForm(request.POST, company=request.company, by=request.user, today=timezone.localdate())

    def act() -> str:
        grant_exception(
            request.company,
            found,
            by=request.user,
            reason=form.cleaned_data["reason"],
            valid_until=form.valid_until,
            granted_to=form.cleaned_data["granted_to"],
        )
        return _("Granted; what is posted under it is listed here.")

    return _acted(request, found, "exception_form", form, act)


@requires("period.except")
@require_POST
def period_revoke(request: CompanyRequest, pk: int, exception: int) -> HttpResponse:
    """End an exception now."""
    found = get_for(request.user, "period.except", PERIODS, pk, request.company)
    rows = PeriodException.objects.filter(period=found).select_related("company", "period")
    granted = get_for(request.user, "period.except", rows, exception, request.company)
    try:
        revoke_exception(granted, by=request.user)
    except DomainError as error:
        return _screen(request, found, problem=str(error.message), status=error.status)
    messages.success(request, _("Revoked."))
    return redirect("desk:period", found.pk)


def _acted(request: CompanyRequest, found: Period, name: str, form: Any, act: Callable[[], str]) -> HttpResponse:
    """Do what the form asks for and come back; what it lacks, or why it was refused, stands on the page."""
    if not form.is_valid():
        return _screen(request, found, forms={name: form}, status=422)
    try:
        said = act()
    except DomainError as error:
        return _screen(request, found, forms={name: form}, problem=str(error.message), status=error.status)
    messages.success(request, said)
    return redirect("desk:period", found.pk)


def _screen(
    request: CompanyRequest,
    found: Period,
    *,
    forms: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    company, today = request.company, timezone.localdate()
    found = PERIODS.get(company=company, pk=found.pk)
    run, before = latest_check(company, found), read_number(request.GET.get("before"))
    lines = check_lines(company, found, run)
    late = late_postings(company, found, before=before, limit=PAGE + 1)
    exceptions = PeriodException.objects.filter(company=company, period=found)
    context = {
        "period": found,
        "open_to": [Role(role).label for role in found.open_to],
        "lines": lines,
        "run": run,
        "under_way": check_under_way(company, found),
        "is_stale": run is not None and is_stale(company, found, position=run.position),
        "is_ready": run is not None and all(line.is_settled for line in lines),
        "posts_next_on": _next_day(company, found),
        "exceptions": exceptions.select_related("granted_by", "granted_to").order_by("-pk"),
        "now": timezone.now(),
        "late": late[:PAGE],
        "next": late[PAGE - 1].position if len(late) > PAGE else None,
        "problem": problem,
        "soft_form": SoftCloseForm(auto_id="id_soft_%s"),
        "reopen_form": ReopenForm(),
        "exception_form": ExceptionForm(company=company, by=request.user, today=today, auto_id="id_exception_%s"),
        **(forms or {}),
    }
    return render(request, "desk/period.html", context, status=status)


def _next_day(company: Company, found: Period) -> Any:
    """Where a late paper is posted once this is closed."""
    return first_open_day(company, found.ends_on + ONE_DAY)

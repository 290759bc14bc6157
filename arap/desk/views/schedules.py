"""Saved reports that are sent by e-mail: set up, looked at, paused, sent at once, ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.errors import DomainError, Forbidden, Invalid, Refused
from arap.core.http import CompanyRequest
from arap.core.permissions import allows, get_for, requires
from arap.desk.actions import scheduling
from arap.desk.forms.schedules import ScheduleForm, when_words
from arap.desk.models import ReportSchedule, SavedView
from arap.desk.queries.saved_views import seen_by
from arap.desk.queries.schedules import all_schedules, may_read
from arap.desk.reports.kept import title_of

VERB = "report.view"
SENDINGS_SHOWN = 20


@requires("report.view")
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_new(request: CompanyRequest, pk: int) -> HttpResponse:
    """Have a saved report sent regularly."""
    view = get_for(request.user, VERB, seen_by(request.user, request.company), pk, request.company)
    form = _form(request, view, None)
    if request.method == "POST" and form.is_valid():
        try:
            scheduling.add_schedule(view, form.asked(), by=request.user, now=timezone.now())
        except (Invalid, Refused) as error:
            form.add_error("readers" if error.facts.get("field") == "readers" else None, str(error))
        else:
            messages.success(request, _("The report is sent from now on."))
            return redirect("desk:report_view", pk=view.pk)
    context = {"view": view, "report_title": title_of(view.page), "form": form}
    return render(request, "desk/schedule.html", context, status=422 if form.errors else 200)


@requires("report.view")
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: CompanyRequest, pk: int) -> HttpResponse:
    """One way in which a report is sent: when, to whom, and what became of it."""
    found = _found(request, pk)
    view = found.view
    form = _form(request, view, found)
    if request.method == "POST":
        _check_change(request, found)
        if form.is_valid():
            try:
                scheduling.change_schedule(found, form.asked(), by=request.user, now=timezone.now())
            except (Invalid, Refused) as error:
                form.add_error("readers" if error.facts.get("field") == "readers" else None, str(error))
            else:
                messages.success(request, _("The change is recorded."))
                return redirect("desk:report_schedule", pk=pk)
    context: dict[str, Any] = {
        "view": view,
        "report_title": title_of(view.page),
        "schedule": found,
        "when": when_words(found),
        "readers": [(each, may_read(each, view)) for each in scheduling.people_of(found)],
        "sendings": found.sendings.order_by("-due_at")[:SENDINGS_SHOWN],
        "may_change": _may_change(request, found),
        "form": form,
    }
    return render(request, "desk/schedule.html", context, status=422 if form.errors else 200)


@requires("report.view")
@require_POST
def schedule_act(request: CompanyRequest, pk: int) -> HttpResponse:
    """Pause, resume, send at once or end it: `act`."""
    found = _found(request, pk)
    _check_change(request, found)
    act, by = request.POST.get("act", ""), request.user
    try:
        if act == "pause":
            scheduling.pause_schedule(found, by=by)
            messages.success(request, _("Nothing is sent until somebody resumes it."))
        elif act == "resume":
            scheduling.resume_schedule(found, by=by, now=timezone.now())
            messages.success(request, _("The report is sent again from now on."))
        elif act == "now":
            scheduling.ask_now(found, by=by, now=timezone.now())
            messages.success(request, _("The report is being made and is on its way in a moment."))
        elif act == "remove":
            scheduling.remove_schedule(found, by=by)
            messages.success(request, _("The report is not sent any more."))
            return redirect("desk:report_view", pk=found.view_id)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("desk:report_schedule", pk=pk)


def _found(request: CompanyRequest, pk: int) -> ReportSchedule:
    """Raises NotFound: also for one of a view that this person does not see."""
    rows = all_schedules(request.company).filter(view__in=seen_by(request.user, request.company))
    return get_for(request.user, VERB, rows, pk, request.company)


def _form(request: CompanyRequest, view: SavedView, schedule: ReportSchedule | None) -> ScheduleForm:
    may_share = allows(request.roles, "report.share")
    return ScheduleForm(request.POST or None, view=view, schedule=schedule, by=request.user, may_share=may_share)


def _may_change(request: CompanyRequest, schedule: ReportSchedule) -> bool:
    own = request.user.pk in (schedule.created_by_id, schedule.view.owner_id)
    return own or allows(request.roles, "report.tidy")


def _check_change(request: CompanyRequest, schedule: ReportSchedule) -> None:
    """Raises Forbidden: others who see the view leave it as it is."""
    if not _may_change(request, schedule):
        raise Forbidden("forbidden", _("Only who set it up or a controller changes this."), verb="report.tidy")

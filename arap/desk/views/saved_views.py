"""Reports kept under a name: saved from the report's page, opened there again, renamed, shared, removed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import Forbidden, Invalid
from arap.core.http import CompanyRequest
from arap.core.permissions import allows, get_for, requires
from arap.desk.actions import saved_views as actions
from arap.desk.forms.saved_views import SavedViewForm
from arap.desk.forms.schedules import when_words
from arap.desk.models import SavedView
from arap.desk.queries.saved_views import seen_by
from arap.desk.queries.schedules import schedules_of
from arap.desk.reports.kept import AGING, address, read, report_of, title_of, verbs_of

VERB = "report.view"


@requires("report.view")
@require_POST
def save(request: CompanyRequest) -> HttpResponse:
    """Keep what a report asks. Back to the report, whatever came of it."""
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    report = report_of(page)
    here = reverse("desk:report", args=[report.slug]) if report else reverse(AGING if page == AGING else "desk:reports")
    try:
        view = actions.save_view(
            request.company,
            page=page,
            query=query,
            name=request.POST.get("name", ""),
            is_shared=bool(request.POST.get("is_shared")) and allows(request.roles, "report.share"),
            at=request.POST.get("at", ""),
            today=timezone.localdate(),
            by=request.user,
        )
    except Invalid as error:
        nothing = _("Nothing was saved.")
        messages.error(request, f"{error} {nothing}")
        return redirect(f"{here}?{query}".rstrip("?"))
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(address(view, today=timezone.localdate()))


@requires("report.view")
@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: CompanyRequest, pk: int) -> HttpResponse:
    """One saved report: what it asks today, its name and who sees it."""
    view = get_for(request.user, VERB, seen_by(request.user, request.company), pk, request.company)
    may_share = allows(request.roles, "report.share")
    form = SavedViewForm(request.POST or None, initial={"name": view.name, "is_shared": view.is_shared})
    if not may_share:
        del form.fields["is_shared"]
    if request.method == "POST":
        _check_change(request, view)
        if form.is_valid():
            is_shared = form.cleaned_data.get("is_shared", view.is_shared)
            try:
                actions.change_view(view, name=form.cleaned_data["name"], is_shared=is_shared, by=request.user)
            except Invalid as error:
                form.add_error("name", str(error))
            else:
                messages.success(request, _("The view “%(name)s” is changed.") % {"name": view.name})
                return redirect("desk:report_view", pk=view.pk)
    context = {**_shown(request, view), "form": form}
    return render(request, "desk/saved_view.html", context, status=422 if form.errors else 200)


@requires("report.view")
@require_POST
def drop(request: CompanyRequest, pk: int) -> HttpResponse:
    """Remove a saved report; offered to be undone where it is one's own."""
    view = get_for(request.user, VERB, seen_by(request.user, request.company), pk, request.company)
    _check_change(request, view)
    actions.delete_view(view, by=request.user)
    text = _("The view “%(name)s” is removed") % {"name": view.name}
    if view.owner_id != request.user.pk:
        messages.success(request, text)
        return redirect("desk:reports")
    request.session[UNDO_SESSION_KEY] = {
        "text": text,
        "url": reverse("desk:report_save_view"),
        "fields": {
            "page": view.page,
            "query": view.query,
            "name": view.name,
            "is_shared": "yes" if view.is_shared else "",
        },
    }
    return redirect("desk:reports")


def _shown(request: CompanyRequest, view: SavedView) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "view": view,
        "report_title": title_of(view.page),
        "read": read(view, today=today),
        "url": address(view, today=today),
        "may_change": _may_change(request, view),
        "schedules": [(each, when_words(each)) for each in schedules_of(view)],
        "may_open": allows(request.roles, verbs_of(view.page)[0]),
    }


def _may_change(request: CompanyRequest, view: SavedView) -> bool:
    return view.owner_id == request.user.pk or allows(request.roles, "report.tidy")


def _check_change(request: CompanyRequest, view: SavedView) -> None:
    """Raises Forbidden: others see a shared view, and leave it as it is."""
    if not _may_change(request, view):
        raise Forbidden("forbidden", _("Only its owner or a controller changes this view."), verb="report.tidy")

"""Long work: the list, one job with its live progress, and stopping it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core import jobs as actions
from arap.core.errors import Refused
from arap.core.http import CompanyRequest
from arap.core.job_kinds import failed_in_part, result_html, title_of, troubles_of, unit_of
from arap.core.models import Job
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires

PAGE = 20
VIEWS = ("all", "active", "failed")
ACTIVE = (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a job has taken (seconds), its rate per second, and how long it will still take; None is unknown."""

    seconds: int | None
    rate: float | None
    seconds_left: int | None
    percent: int | None


@requires("job.view")
@require_safe
def jobs(request: CompanyRequest) -> HttpResponse:
    """Jobs of the company, newest first, in pages. Reloads itself while one of them is under way."""
    view = request.GET.get("view", "all") if request.GET.get("view") in VIEWS else "all"
    after = read_number(request.GET.get("after"))
    found = Job.objects.filter(company=request.company).select_related("created_by").defer("result", "params")
    if view == "active":
        found = found.filter(state__in=ACTIVE)
    elif view == "failed":
        found = found.filter(Q(state=Job.State.FAILED) | failed_in_part(request.company))
    if after:
        found = found.filter(pk__lt=after)
    page = list(found.order_by("-pk")[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    now, troubles = timezone.now(), troubles_of(page)
    context = {
        "rows": [(job, title_of(job.kind), pace(job, now), troubles.get(job.pk)) for job in page],
        "view": view,
        "is_first": after is None,
        "is_live": any(job.state in ACTIVE for job in page),
        "first_query": urlencode({"view": view}),
        "next_query": urlencode({"view": view, "after": page[-1].pk}) if more else "",
        "here": request.get_full_path(),
    }
    return render(request, "jobs/_job_table.html" if request.htmx else "jobs/job_list.html", context)


@requires("job.view")
@require_safe
def job(request: CompanyRequest, pk: int) -> HttpResponse:
    """One job: how far it is, and in the end what became of it. htmx asks for the moving part alone."""
    found = get_for(request.user, "job.view", _jobs(), pk, request.company)
    is_active = found.state in ACTIVE
    context = {
        "job": found,
        "title": title_of(found.kind),
        "unit": unit_of(found.kind, found.progress_total or found.progress_done),
        "pace": pace(found, timezone.now()),
        "is_active": is_active,
        "trouble": troubles_of([found]).get(found.pk),
        "result": "" if is_active else result_html(found, request),
    }
    return render(request, "jobs/_job.html" if request.htmx else "jobs/job.html", context)


@requires("job.cancel")
@require_POST
def cancel(request: CompanyRequest, pk: int) -> HttpResponse:
    """Stop a job. What it has written by then stays."""
    found = get_for(request.user, "job.cancel", _jobs(), pk, request.company)
    try:
        actions.cancel(found, by=request.user)
    except Refused as error:
        messages.warning(request, str(error.message))
    else:
        messages.success(request, _("Stopped. What was written by then stays."))
    return redirect("desk:job", found.pk)


def pace(job: Job, now: datetime) -> Pace:
    """Time taken, rate, time left and whole per cent of a job, from what it last reported."""
    if job.started_at is None:
        return Pace(None, None, None, None)
    seconds = max(((job.finished_at or now) - job.started_at).total_seconds(), 0)
    rate = job.progress_done / seconds if job.progress_done and seconds * 2 >= 1 else None
    left = None
    percent = None
    if job.progress_total:
        percent = min(100 * job.progress_done // job.progress_total, 100)
        if rate and job.state == Job.State.RUNNING:
            left = round(max(job.progress_total - job.progress_done, 0) / rate)
    return Pace(round(seconds), rate, left, percent)


def _jobs() -> QuerySet[Job]:
    return Job.objects.select_related("created_by", "company")

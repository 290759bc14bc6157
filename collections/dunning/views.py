"""Reminders: runs, what each proposes, one reminder with its exact words, and releasing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from arap.core import jobs
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import Row as Place
from arap.core.paging import read_number, read_row
from arap.core.permissions import get_for, requires
from arap.outbox.models import Message
from customers.models import Customer
from dunning.actions import decide_run, exclude_notice, rehearsed, release_run
from dunning.forms import DayForm, ExcludeForm
from dunning.letters import letters_of
from dunning.models import DunningRun, Notice
from dunning.pages import PAGE, page_of, rows_of, skipped_of
from dunning.queries.runs import counts_of, totals_by_step

# What is done while the browser waits; beyond it, a job does it.
CUSTOMERS_AT_ONCE_MAX = 3000
NOTICES_AT_ONCE_MAX = 100
REHEARSAL_ROWS = 200
DECIDE_TASK, RELEASE_TASK = "dunning.tasks.decide", "dunning.tasks.release"
NOTICES = Notice.objects.select_related("run", "customer", "cycle", "company", "policy", "decided_by")


@requires("reminder.view")
@require_safe
def run_list(request: CompanyRequest) -> HttpResponse:
    """Runs, the latest day first, in pages; and the form that begins one."""
    return _list(request, DayForm(today=timezone.localdate(), initial={"as_of": timezone.localdate()}))


@requires("reminder.run")
@require_safe
def preview(request: CompanyRequest) -> HttpResponse:
    """What a run of that day would propose. Nothing is stored."""
    form = DayForm(request.GET, today=timezone.localdate(), is_rehearsal=True)
    if not form.is_valid():
        return _list(request, form, status=422)
    with rehearsed(request.company, as_of=form.cleaned_data["as_of"]) as run:
        # rendered inside: afterwards none of these rows is there
        return _run_page(request, run, is_rehearsal=True)


@requires("reminder.run")
@require_POST
def decide(request: CompanyRequest) -> HttpResponse:
    """Decide a day's reminders: at once, or by a job where there are many customers."""
    form = DayForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        return _list(request, form, status=422)
    as_of = form.cleaned_data["as_of"]
    if Customer.objects.filter(company=request.company).count() > CUSTOMERS_AT_ONCE_MAX:
        params = {"as_of": as_of.isoformat()}
        jobs.create(request.company, "reminders", task=DECIDE_TASK, by=request.user, params=params)
        messages.success(request, _("The reminders are being decided; the run appears here as soon as it has begun."))
        return redirect("dunning:list")
    return redirect("dunning:run", decide_run(request.company, as_of=as_of, by=request.user).pk)


@requires("reminder.view")
@require_safe
def run(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a run proposes or sent, by step, and whom it leaves out."""
    return _run_page(request, get_for(request.user, "reminder.view", DunningRun, pk, request.company))


@requires("reminder.run")
@require_POST
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send all that waits: at once, or by a job where there is much."""
    found = get_for(request.user, "reminder.run", DunningRun, pk, request.company)
    if found.notices.filter(state=Notice.State.PROPOSED).count() > NOTICES_AT_ONCE_MAX:
        jobs.create(request.company, "reminders.release", task=RELEASE_TASK, by=request.user, params={"run": found.pk})
        messages.success(request, _("The reminders are being released."))
        return redirect("dunning:run", pk)
    try:
        count = release_run(found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        text = ngettext("%(count)s reminder is on its way.", "%(count)s reminders are on their way.", count)
        messages.success(request, text % {"count": f"{count:,}"})
    return redirect("dunning:run", pk)


@requires("reminder.view")
@require_safe
def notice(request: CompanyRequest, pk: int) -> HttpResponse:
    """One reminder: what it asks for and why, its exact words, and what became of it."""
    return _notice_page(request, get_for(request.user, "reminder.view", NOTICES, pk, request.company), ExcludeForm())


@requires("reminder.run")
@require_POST
def exclude(request: CompanyRequest, pk: int) -> HttpResponse:
    """Leave a reminder out, for a reason."""
    found = get_for(request.user, "reminder.run", NOTICES, pk, request.company)
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        return _notice_page(request, found, form, status=422)
    try:
        exclude_notice(found, reason=form.cleaned_data["reason"], by=request.user)
    except DomainError as error:
        form.add_error(error.facts.get("field"), str(error.message))
        return _notice_page(request, found, form, status=error.status)
    messages.success(request, _("Left out: this step is not proposed again."))
    return redirect("dunning:run", found.run_id)


def _list(request: CompanyRequest, form: DayForm, status: int = 200) -> HttpResponse:
    found = DunningRun.objects.filter(company=request.company).order_by("-as_of", "-pk")
    after = read_row(request.GET.get("after"))
    if after:
        found = found.filter(as_of__lt=after.on)
    page = list(found[: PAGE + 1])
    unfinished = Job.objects.filter(
        company=request.company, kind__startswith="reminders", state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    last = page[PAGE - 1] if len(page) > PAGE else None
    context = {
        "rows": counts_of(page[:PAGE]),
        "form": form,
        "jobs": list(unfinished.order_by("-pk")[:5]),
        "is_first": after is None,
        "next_query": urlencode({"after": str(Place(last.as_of, last.pk))}) if last else "",
    }
    return render(request, "dunning/list.html", context, status=status)


def _run_page(request: CompanyRequest, found: DunningRun, *, is_rehearsal: bool = False) -> HttpResponse:
    steps = totals_by_step(found)
    view = request.GET.get("step", "")
    after = None if is_rehearsal else read_number(request.GET.get("after"))
    limit = REHEARSAL_ROWS if is_rehearsal else PAGE
    context: dict[str, Any] = {
        "run": found,
        "steps": steps,
        "total": sum(step["count"] for step in steps),
        "view": view,
        "skipped_count": found.skipped.count(),
        "waiting_count": found.notices.filter(state=Notice.State.PROPOSED).count(),
        "is_rehearsal": is_rehearsal,
        "is_first": after is None,
        "limit": limit,
    }
    if view == "skipped":
        context["left_out"], more = skipped_of(found, after=after, limit=limit)
        last = context["left_out"][-1].pk if context["left_out"] else None
    else:
        context["rows"], more = page_of(found, step=read_number(view), after=after, limit=limit)
        last = context["rows"][-1].notice.pk if context["rows"] else None
    context["more"] = more
    context["next_query"] = urlencode({"step": view, "after": last}) if more and not is_rehearsal else ""
    return render(request, "dunning/run.html", context)


def _notice_page(request: CompanyRequest, found: Notice, form: ExcludeForm, status: int = 200) -> HttpResponse:
    sent = list(
        Message.objects.filter(company=request.company, about_type="dunning.notice", about_id=found.pk).order_by("pk")
    )
    (row,) = rows_of([found], found.run.as_of)
    context = {
        "notice": found,
        "row": row,
        "items": list(found.items.order_by("due_on", "number", "line")),
        "messages_sent": sent,
        "letters": [] if sent else letters_of(request.company, [found]),
        "form": form,
        "may_exclude": found.state == Notice.State.PROPOSED,
    }
    return render(request, "dunning/notice.html", context, status=status)

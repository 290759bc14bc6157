"""Reminders: runs, what each proposes, one reminder with its exact words, releasing and stopping."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core import jobs, wording
from arap.core.errors import DomainError, Forbidden
from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import Row as Place
from arap.core.paging import read_number, read_row
from arap.core.permissions import allows, get_for, requires
from arap.outbox.about import messages_about_ids
from customers.models import Customer
from dunning.actions import (
    Released,
    decide_run,
    exclude_notice,
    rehearsed,
    release_notice,
    release_run,
    stop_run,
)
from dunning.forms import DayForm, ExcludeForm
from dunning.letters import letters_of
from dunning.models import DunningRun, Notice, Tone
from dunning.pages import PAGE, left_out_of, page_of, releasers, rows_of
from dunning.queries.effect import KEPT_BACK_SHOWN, effect_of
from dunning.queries.runs import counts_of, steps_of, unsent_of

# What is done while the browser waits; beyond it, a job does it.
CUSTOMERS_AT_ONCE_MAX = 3000
NOTICES_AT_ONCE_MAX = 100
DECIDE_JOB, RELEASE_JOB = "reminders", "reminders.release"
DECIDE_TASK, RELEASE_TASK = "dunning.tasks.decide", "dunning.tasks.release"
STATES_SHOWN = {"unsent": Notice.State.CANCELLED, "excluded": Notice.State.EXCLUDED}
UNDER_WAY = [Job.State.QUEUED, Job.State.RUNNING]
RUNS = DunningRun.objects.select_related("company")
NOTICES = Notice.objects.select_related("run__company", "customer", "cycle", "company", "policy", "decided_by")


@requires("reminder.view")
@require_safe
def run_list(request: CompanyRequest) -> HttpResponse:
    """Runs, the latest day first, in pages; and the form that begins one."""
    return _list(request, DayForm(today=timezone.localdate(), initial={"as_of": timezone.localdate()}))


@requires("reminder.prepare")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: CompanyRequest) -> HttpResponse:
    """What a run of that day would propose. Nothing is stored; a day that has its run shows that one.

    The form that also decides posts here, so that its token stands in no address; the day does.
    """
    if request.method == "POST":
        day = urlencode({"as_of": request.POST.get("as_of", "")})
        return redirect(f"{reverse('dunning:preview')}?{day}")
    form = DayForm(request.GET, today=timezone.localdate(), is_rehearsal=True)
    if form.is_valid() and Customer.objects.filter(company=request.company).count() > CUSTOMERS_AT_ONCE_MAX:
        form.add_error("as_of", _("There are too many customers to wait for a preview. Decide the day: nothing leaves"
                                  " before it is released."))  # fmt: skip
    if not form.is_valid():
        return _list(request, form, status=422)
    as_of = form.cleaned_data["as_of"]
    if stored := DunningRun.objects.filter(company=request.company, as_of=as_of).first():
        return redirect("dunning:run", stored.pk)
    with rehearsed(request.company, as_of=as_of) as run:
        # read inside, where the rows are; rendered when the locks are free again
        context = _run_context(request, run, rehearsal_of=as_of)
    return render(request, "dunning/run.html", context)


@requires("reminder.prepare")
@require_POST
def decide(request: CompanyRequest) -> HttpResponse:
    """Decide a day's reminders: at once, or by a job where there are many customers."""
    today = timezone.localdate()
    form = DayForm(request.POST, today=today)
    if not form.is_valid():
        return _list(request, form, status=422)
    as_of = form.cleaned_data["as_of"]
    if Customer.objects.filter(company=request.company).count() > CUSTOMERS_AT_ONCE_MAX:
        params = {"as_of": as_of.isoformat()}
        jobs.create(request.company, DECIDE_JOB, task=DECIDE_TASK, by=request.user, params=params)
        messages.success(request, _("The reminders are being decided; the run appears here as soon as it has begun."))
        return redirect("dunning:list")
    return redirect("dunning:run", decide_run(request.company, as_of=as_of, today=today, by=request.user).pk)


@requires("reminder.view")
@require_safe
def run(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a run proposes or sent, by step, and whom it leaves out."""
    found = get_for(request.user, "reminder.view", RUNS, pk, request.company)
    return render(request, "dunning/run.html", _run_context(request, found))


@requires("reminder.run")
@require_safe
def effect(request: CompanyRequest, pk: int) -> HttpResponse:
    """What releasing would do, looked at before it is done."""
    found = get_for(request.user, "reminder.run", RUNS, pk, request.company)
    if found.state != DunningRun.State.PROPOSED:
        return redirect("dunning:run", pk)
    context = {
        "run": found,
        "effect": effect_of(found, as_of=timezone.localdate()),
        "kept_back_shown": KEPT_BACK_SHOWN,
        "is_under_way": _release_jobs(request, found).exists(),
    }
    return render(request, "dunning/effect.html", context)


@requires("reminder.run")
@require_POST
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send all that waits: at once, or by a job where there is much. One job for a run is enough."""
    found = get_for(request.user, "reminder.run", RUNS, pk, request.company)
    if found.notices.filter(state=Notice.State.PROPOSED).count() > NOTICES_AT_ONCE_MAX:
        if not _release_jobs(request, found).exists():
            params = {"run": found.pk}
            jobs.create(request.company, RELEASE_JOB, task=RELEASE_TASK, by=request.user, params=params)
        messages.success(request, _("The reminders are being released."))
        return redirect("dunning:run", pk)
    try:
        done = release_run(found, by=request.user, as_of=timezone.localdate())
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _released_words(done))
    return redirect("dunning:run", pk)


@requires("reminder.run")
@require_POST
def stop(request: CompanyRequest, pk: int) -> HttpResponse:
    """Stop what has not left."""
    found = get_for(request.user, "reminder.run", RUNS, pk, request.company)
    try:
        count = stop_run(found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        text = ngettext("Stopped: %(count)s reminder is not sent.", "Stopped: %(count)s reminders are not sent.", count)
        messages.success(request, text % {"count": f"{count:,}"})
    return redirect("dunning:run", pk)


@requires("reminder.view")
@require_safe
def notice(request: CompanyRequest, pk: int) -> HttpResponse:
    """One reminder: what it asks for and why, its exact words, and what became of it."""
    return _notice_page(request, get_for(request.user, "reminder.view", NOTICES, pk, request.company), ExcludeForm())


@requires("reminder.send")
@require_POST
def send(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send one reminder; the last reminder is for those who release whole runs."""
    found = get_for(request.user, "reminder.send", NOTICES, pk, request.company)
    if found.tone == Tone.FINAL and not allows(request.roles, "reminder.run"):
        raise Forbidden("last_reminder", _("The last reminder is released by: %(who)s.") % {
            "who": releasers(request.company)})  # fmt: skip
    try:
        release_notice(found, by=request.user, as_of=timezone.localdate())
    except DomainError as error:
        return _notice_page(request, found, ExcludeForm(), problem=str(error.message), status=error.status)
    if found.state == Notice.State.RELEASED:
        messages.success(request, _("The reminder is on its way."))
    else:
        messages.warning(request, _("It is not sent."))
    return redirect("dunning:notice", pk)


@requires("reminder.prepare")
@require_POST
def exclude(request: CompanyRequest, pk: int) -> HttpResponse:
    """Leave a reminder out, for a reason."""
    found = get_for(request.user, "reminder.prepare", NOTICES, pk, request.company)
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


def _released_words(done: Released) -> str:
    text = ngettext("%(count)s reminder is on its way.", "%(count)s reminders are on their way.", done.released)
    words = text % {"count": f"{done.released:,}"}
    if done.not_sent:
        more = ngettext("%(count)s is not sent; it says why.", "%(count)s are not sent; each says why.", done.not_sent)
        words += ("" if wording.in_chinese() else " ") + more % {"count": f"{done.not_sent:,}"}
    return words


def _release_jobs(request: CompanyRequest, found: DunningRun) -> Any:
    own = Job.objects.filter(company=request.company, kind=RELEASE_JOB, params__run=found.pk)
    return own.filter(state__in=UNDER_WAY)


def _list(request: CompanyRequest, form: DayForm, status: int = 200) -> HttpResponse:
    found = DunningRun.objects.filter(company=request.company).order_by("-as_of", "-pk")
    after = read_row(request.GET.get("after"))
    if after:
        found = found.filter(as_of__lt=after.on)
    page = list(found[: PAGE + 1])
    unfinished = Job.objects.filter(company=request.company, kind__in=[DECIDE_JOB, RELEASE_JOB], state__in=UNDER_WAY)
    last = page[PAGE - 1] if len(page) > PAGE else None
    context = {
        "rows": counts_of(page[:PAGE]),
        "form": form,
        "jobs": list(unfinished.order_by("-pk")[:5]),
        "is_first": after is None,
        "next_query": urlencode({"after": str(Place(last.as_of, last.pk))}) if last else "",
    }
    return render(request, "dunning/list.html", context, status=status)


def _run_context(request: CompanyRequest, found: DunningRun, *, rehearsal_of: date | None = None) -> dict[str, Any]:
    """All that the page of a run shows, read: of a rehearsal nothing is left when it is rendered."""
    numbers, steps = steps_of(found)
    view = request.GET.get("step", "")
    after = read_number(request.GET.get("after"))
    same_day = {"as_of": rehearsal_of.isoformat()} if rehearsal_of else {}
    context: dict[str, Any] = {
        "run": found,
        "numbers": numbers,
        "steps": steps,
        "view": view,
        "is_rehearsal": rehearsal_of is not None,
        "is_ahead": rehearsal_of is not None and rehearsal_of > timezone.localdate(),
        "same_day": urlencode(same_day),
        "is_first": after is None,
        "releasers": "" if allows(request.roles, "reminder.run") else releasers(request.company),
        "release_job": None if rehearsal_of else _release_jobs(request, found).first(),
        "unsent_count": 0 if rehearsal_of or found.state == DunningRun.State.STOPPED else unsent_of(found),
    }
    if view == "skipped":
        context["left_out"], more = left_out_of(found, after=after, limit=PAGE)
        last = context["left_out"][-1].skipped.customer_id if context["left_out"] else None
    else:
        context["rows"], more = page_of(
            found,
            today=timezone.localdate(),
            step=read_number(view),
            state=STATES_SHOWN.get(view),
            after=after,
            limit=PAGE,
        )
        last = context["rows"][-1].notice.customer_id if context["rows"] else None
    context["next_query"] = urlencode({**same_day, "step": view, "after": last}) if more else ""
    return context


def _notice_page(
    request: CompanyRequest, found: Notice, form: ExcludeForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    sent = list(messages_about_ids(request.company, Notice, [found.pk]).order_by("pk"))
    (row,) = rows_of(request.company, [found], found.run.as_of, today=timezone.localdate())
    waits = found.state == Notice.State.PROPOSED
    may_send = allows(request.roles, "reminder.run") or (
        allows(request.roles, "reminder.send") and found.tone != Tone.FINAL
    )
    context = {
        "notice": found,
        "row": row,
        "items": list(found.items.order_by("due_on", "number", "line")),
        "messages_sent": sent,
        "letters": [] if sent else letters_of(request.company, [found]),
        "form": form,
        "problem": problem,
        "waits": waits,
        "may_send": waits and may_send and bool(row.recipients),
        "releasers": releasers(request.company) if waits and not may_send else "",
    }
    return render(request, "dunning/notice.html", context, status=status)

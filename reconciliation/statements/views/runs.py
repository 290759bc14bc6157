"""Runs: beginning one, who receives what, the effect of releasing it before it is released, stopping it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from arap.core import wording
from arap.core.dates import end_of_month, start_of_month
from arap.core.errors import DomainError, Refused
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from customers.queries import segments
from statements.actions import (
    begin_run,
    discard_run,
    is_at_work,
    release_run,
    retry_failed,
    start_job,
    start_release,
    stop_run,
)
from statements.actions.running import CHANGED
from statements.forms import DiscardForm, RunForm
from statements.models import Statement, StatementRun
from statements.models.choices import Unsent
from statements.queries.releasing import GOES, GONE, GROUPS, Plan, plan_of, release_job, words_of
from statements.queries.runs import (
    STATES,
    counts,
    latest_rows,
    next_try,
    rows_of_run,
    run_code,
    skipped_of_run,
    state_code,
    ties,
)
from statements.rules import MONTH_BACK
from statements.views.once import once

PAGE = 20
RELEASED_AT_ONCE_MAX = 200
State = StatementRun.State
# What a release that was interrupted left behind is released afterwards.
RELEASABLE = (State.READY, State.RELEASED)
RUNS = StatementRun.objects.select_related("company", "created_by", "released_by", "discarded_by")
# What may still be kept back.
UNSENT = ("ready", "making", "pending")
# How often the page asks again, in seconds: while things move, and while all that waits is tried later.
PACE, SLOW_PACE = 3, 60
SOON = timedelta(seconds=SLOW_PACE)
TEXT_MAX = 100


@requires("statement.view")
@require_safe
def run_list(request: CompanyRequest) -> HttpResponse:
    """Runs, the latest statements, and the form that begins a run."""
    last = end_of_month(start_of_month(timezone.localdate()) - MONTH_BACK)
    initial = {"as_of": wording.prose_day(last), "kind": "activity", "language": "own"}
    return _list(request, _run_form(request, initial=initial))


@requires("statement.run")
@require_POST
def begin(request: CompanyRequest) -> HttpResponse:
    """Begin a run, or come back to the one there is; a worker makes it."""
    form = _run_form(request, data=request.POST)
    if form.is_valid():
        try:
            found = begin_run(
                request.company, **form.cleaned_data, at=timezone.now(), today=timezone.localdate(), by=request.user
            )
        except DomainError as error:
            form.add_error(error.facts.get("field", "as_of"), str(error))
        else:
            if found.state == State.MAKING and not is_at_work(found):
                start_job(found, by=request.user)
            else:
                messages.info(request, _("This run was begun before: here it is, as it was made."))
            return redirect("statements:run", found.pk)
    return _list(request, form, status=422)


@requires("statement.view")
@require_safe
def run(request: CompanyRequest, pk: int) -> HttpResponse:
    """One run: what became of it, checks before sending, and each statement with whom it reaches and what is next."""
    found = get_for(request.user, "statement.view", RUNS, pk, request.company)
    if request.htmx:
        context = _run_context(request, found)
        # Once nothing moves any more, the page is another one: with what can be done now.
        return render(request, "statements/_run.html", context) if context["pace"] else HttpResponseClientRefresh()
    return _run_page(request, found)


def _run_page(
    request: CompanyRequest, found: StatementRun, *, discard_form: DiscardForm | None = None, status: int = 200
) -> HttpResponse:
    context = _run_context(request, found)
    plan = context["plan"]
    context |= {
        "discard_form": discard_form or DiscardForm(),
        "can_discard": found.state != State.DISCARDED and found.released_at is None and not plan.gone,
    }
    if found.state not in (State.MAKING, State.RENDERING):
        tied = ties(found)
        context |= {
            "ties": tied,
            "is_tied": all(each.difference == 0 for each in tied),
            "failed": Statement.objects.filter(run=found, pdf_state=Statement.Pdf.FAILED).count(),
        }
    return render(request, "statements/run.html", context, status=status)


@requires("statement.run")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """What sending the run will do; and, once somebody has seen it, sending: at once, or by a job where there is much.

    Who gets a statement at which address, as it was seen, comes along: when that is no longer true, nothing is sent and
    the page says what has changed.
    """
    found = get_for(request.user, "statement.run", RUNS, pk, request.company)
    if found.state not in RELEASABLE:
        messages.warning(request, _("This run cannot be sent: it is still being made, or it was stopped or discarded."))
        return redirect("statements:run", pk)
    if request.method == "POST":
        try:
            return _release(request, found)
        except DomainError as error:
            return _release_page(request, found, problem=error, status=error.status)
    return _release_page(request, found)


@requires("statement.run")
@require_POST
def stop(request: CompanyRequest, pk: int) -> HttpResponse:
    """Stop what has not been sent."""
    found = get_for(request.user, "statement.run", StatementRun, pk, request.company)
    try:
        count = stop_run(found, by=request.user)
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        text = ngettext(
            "Stopped: %(count)s statement is not sent.", "Stopped: %(count)s statements are not sent.", count
        )
        messages.success(request, text % {"count": f"{count:,}"})
    return redirect("statements:run", pk)


@requires("statement.run")
@require_POST
def discard(request: CompanyRequest, pk: int) -> HttpResponse:
    """Put a run aside of which nothing was released, for a reason."""
    found = get_for(request.user, "statement.run", RUNS, pk, request.company)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _run_page(request, found, discard_form=form, status=422)
    try:
        discard_run(found, reason=form.cleaned_data["reason"], by=request.user)
    except DomainError as error:
        form.add_error(error.facts.get("field"), str(error))
        return _run_page(request, found, discard_form=form, status=error.status)
    messages.success(request, _("Discarded: the list does not show it any more, and another run can be begun."))
    return redirect("statements:list")


@requires("statement.send")
@require_POST
def retry(request: CompanyRequest, pk: int) -> HttpResponse:
    """Try all PDFs of the run that could not be made once more."""
    found = get_for(request.user, "statement.send", RUNS, pk, request.company)
    count = retry_failed(found, by=request.user)
    text = ngettext("%(count)s PDF is tried again.", "%(count)s PDFs are tried again.", count)
    messages.success(request, text % {"count": f"{count:,}"})
    return redirect("statements:run", pk)


def _run_context(request: CompanyRequest, found: StatementRun) -> dict[str, Any]:
    by_state = counts(found)
    total = sum(by_state.values())
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else ""
    why = request.GET.get("why", "") if request.GET.get("why", "") in GROUPS and not state else ""
    text = request.GET.get("q", "").replace("\0", "").strip()[:TEXT_MAX]
    after = read_number(request.GET.get("after")) or 0
    job = release_job(found)
    waits = found.state in RELEASABLE and job is None and by_state.get("ready", 0) > 0
    plan = plan_of(found) if why or not request.htmx else None
    unsent = sum(by_state.get(each, 0) for each in UNSENT)
    tried_at = next_try(found) if by_state.get("pending") else None
    return {
        "run": found,
        "code": run_code(found),
        "counts": [(each, state_code(each), count, Decimal(count) / total) for each, count in by_state.items()],
        "bar": [(state_code(each), count) for each, count in by_state.items()],
        "total": total,
        # While it waits to be released nothing is on its way, so there is nothing to stop.
        "unsent": unsent if found.state in (State.MAKING, State.RENDERING) or (job or not waits) else 0,
        "waits": waits,
        "plan": plan,
        "job": job,
        "tried_at": tried_at,
        "pace": _pace(found, by_state, is_released_now=job is not None, tried_at=tried_at),
        "state": state,
        "why": why,
        "why_words": _why_words(why),
        "text": text,
        "is_first": not after,
        **_run_rows(found, plan, state=state, why=why, text=text, after=after),
    }


def _run_rows(found: StatementRun, plan: Plan | None, *, state: str, why: str, text: str, after: int) -> dict[str, Any]:
    """A page of what the list shows: statements, or customers who have none, under their names for the template."""
    query = {name: value for name, value in (("state", state), ("why", why), ("q", text)) if value}
    if why == Unsent.NOTHING:
        skipped, more = skipped_of_run(found, text=text, after=after, limit=PAGE)
        last = skipped[-1].pk if skipped else 0
        shown: dict[str, Any] = {"skipped": skipped}
    else:
        ids = plan.ids.get(why, []) if plan is not None and why else None
        rows, more = rows_of_run(found, state=state, ids=ids, text=text, after=after, limit=PAGE)
        last = rows[-1].statement_id if rows else 0
        shown = {"rows": rows}
    first_query = urlencode(query)
    return {**shown, "first_query": first_query, "next_query": urlencode({**query, "after": last}) if more else ""}


def _pace(found: StatementRun, by_state: dict[str, int], *, is_released_now: bool, tried_at: datetime | None) -> int:
    """After how many seconds the page asks again; 0 where nothing moves without somebody doing something."""
    if found.state in (State.MAKING, State.RENDERING) or is_released_now:
        return PACE
    if by_state.get("making") or by_state.get("sending"):
        return PACE
    if not by_state.get("pending"):
        return 0
    return PACE if tried_at is None or tried_at <= timezone.now() + SOON else SLOW_PACE


def _why_words(why: str) -> str:
    if why in ("", GOES, GONE):
        return {GOES: _("To be sent now"), GONE: _("Released to be sent")}.get(why, "")
    return words_of(why)


def _release(request: CompanyRequest, found: StatementRun) -> HttpResponse:
    seen = request.POST.get("seen", "")

    def act() -> dict[str, int]:
        plan = plan_of(found)
        if plan.seen != seen:
            raise Refused("changed", CHANGED, changes=plan.changes_since(seen))
        if plan.goes + plan.stays <= RELEASED_AT_ONCE_MAX:
            return {"released": release_run(found, by=request.user, expected=plan.digest)}
        return {"job": start_release(found, by=request.user, expected=plan.digest, shown=plan.goes).pk}

    done = once(request, f"statement.release.{found.pk}", act)
    if "job" in done:
        messages.info(request, _("The statements are being queued."))
    else:
        count = done["released"]
        text = ngettext("%(count)s statement is on its way.", "%(count)s statements are on their way.", count)
        messages.success(request, text % {"count": f"{count:,}"})
    return redirect("statements:run", found.pk)


def _release_page(
    request: CompanyRequest, found: StatementRun, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponse:
    changes = problem.facts.get("changes", []) if problem else []
    context = {
        "run": found, "plan": plan_of(found), "problem": problem, "changes": changes, "form_key": uuid4().hex,
    }  # fmt: skip
    return render(request, "statements/release.html", context, status=status)


def _run_form(request: CompanyRequest, **options: Any) -> RunForm:
    return RunForm(today=timezone.localdate(), segments=segments(request.company), **options)


def _list(request: CompanyRequest, form: RunForm, *, status: int = 200) -> HttpResponse:
    everything = StatementRun.objects.filter(company=request.company)
    shows_discarded = "discarded" in request.GET
    runs = everything if shows_discarded else everything.exclude(state=State.DISCARDED)
    runs = runs.annotate(made=Count("statements"))
    before = read_number(request.GET.get("before"))
    rows, more = latest_rows(request.company, customer_id=None, before=before, limit=PAGE)
    context = {
        "form": form,
        "runs": [(each, run_code(each)) for each in runs.order_by("-as_of", "-pk")[:PAGE]],
        "discarded": everything.filter(state=State.DISCARDED).count(),
        "shows_discarded": shows_discarded,
        "rows": rows,
        "is_first": not before,
        "next_query": urlencode({"before": rows[-1].statement_id}) if more else "",
    }
    return render(request, "statements/list.html", context, status=status)

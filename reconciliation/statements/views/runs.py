"""Runs: beginning one, who receives what, the effect of releasing it before it is released, stopping it."""

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
from statements.actions import begin_run, is_at_work, release_run, retry_failed, start_job, start_release, stop_run
from statements.forms import RunForm
from statements.models import Statement, StatementRun
from statements.queries.releasing import plan_of, release_job
from statements.queries.runs import MOVING, STATES, counts, latest_rows, rows_of_run, run_code, state_code, ties
from statements.rules import MONTH_BACK
from statements.views.once import once

PAGE = 20
RELEASED_AT_ONCE_MAX = 200
State = StatementRun.State
# What a release that was interrupted left behind is released afterwards.
RELEASABLE = (State.READY, State.RELEASED)
RUNS = StatementRun.objects.select_related("company", "created_by", "released_by")
# What may still be kept back.
UNSENT = ("ready", "making", "pending")


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
    context = _run_context(request, found)
    if request.htmx:
        # Once nothing moves any more, the page is another one: with what can be done now.
        return render(request, "statements/_run.html", context) if context["is_busy"] else HttpResponseClientRefresh()
    if found.state in RELEASABLE:
        tied = ties(found)
        context |= {
            "ties": tied,
            "is_tied": all(each.difference == 0 for each in tied),
            "failed": Statement.objects.filter(run=found, pdf_state=Statement.Pdf.FAILED).count(),
        }
    return render(request, "statements/run.html", context)


@requires("statement.run")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """What sending the run will do; and, once somebody has seen it, sending: at once, or by a job where there is much.

    The number that was seen comes along: when it is no longer true, nothing is sent and the page says what is.
    """
    found = get_for(request.user, "statement.run", RUNS, pk, request.company)
    if found.state not in RELEASABLE:
        messages.warning(request, _("This run cannot be sent: it is still being made, or it was stopped."))
        return redirect("statements:run", pk)
    if request.method == "POST":
        try:
            return _release(request, found)
        except DomainError as error:
            return _release_page(request, found, problem=str(error), status=error.status)
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


@requires("statement.send")
@require_POST
def retry(request: CompanyRequest, pk: int) -> HttpResponse:
    """Try all PDFs of the run that could not be made once more."""
    count = retry_failed(get_for(request.user, "statement.send", StatementRun, pk, request.company))
    text = ngettext("%(count)s PDF is tried again.", "%(count)s PDFs are tried again.", count)
    messages.success(request, text % {"count": f"{count:,}"})
    return redirect("statements:run", pk)


def _run_context(request: CompanyRequest, found: StatementRun) -> dict[str, Any]:
    by_state = counts(found)
    total = sum(by_state.values())
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else ""
    rows, more = rows_of_run(found, state=state, after=read_number(request.GET.get("after")) or 0, limit=PAGE)
    job = release_job(found)
    waits = found.state in RELEASABLE and job is None and by_state.get("ready", 0) > 0
    unsent = sum(by_state.get(each, 0) for each in UNSENT)
    return {
        "run": found,
        "code": run_code(found),
        "counts": [(each, state_code(each), count, Decimal(count) / total) for each, count in by_state.items()],
        "bar": [(state_code(each), count) for each, count in by_state.items()],
        "total": total,
        # While it waits to be released nothing is on its way, so there is nothing to stop.
        "unsent": unsent if found.state in (State.MAKING, State.RENDERING) or (job or not waits) else 0,
        "plan": plan_of(found) if waits else None,
        "job": job,
        "is_busy": found.state in (State.MAKING, State.RENDERING)
        or job is not None
        or any(by_state.get(each) for each in MOVING),
        "state": state,
        "rows": rows,
        "is_first": not request.GET.get("after"),
        "next_query": urlencode({"state": state, "after": rows[-1].statement_id}) if more else "",
    }


def _release(request: CompanyRequest, found: StatementRun) -> HttpResponse:
    expected = read_number(request.POST.get("expected"))

    def act() -> dict[str, int]:
        plan = plan_of(found)
        if plan.goes != expected:
            raise Refused("changed", _("Meanwhile something has changed. Nothing was sent; look again."))
        if plan.goes + plan.stays <= RELEASED_AT_ONCE_MAX:
            return {"released": release_run(found, by=request.user)}
        return {"job": start_release(found, by=request.user, expected=plan.goes).pk}

    done = once(request, f"statement.release.{found.pk}", act)
    if "job" in done:
        messages.info(request, _("The statements are being queued."))
    else:
        count = done["released"]
        text = ngettext("%(count)s statement is on its way.", "%(count)s statements are on their way.", count)
        messages.success(request, text % {"count": f"{count:,}"})
    return redirect("statements:run", found.pk)


def _release_page(
    request: CompanyRequest, found: StatementRun, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"run": found, "plan": plan_of(found), "problem": problem, "form_key": uuid4().hex}
    return render(request, "statements/release.html", context, status=status)


def _run_form(request: CompanyRequest, **options: Any) -> RunForm:
    return RunForm(today=timezone.localdate(), segments=segments(request.company), **options)


def _list(request: CompanyRequest, form: RunForm, *, status: int = 200) -> HttpResponse:
    runs = StatementRun.objects.filter(company=request.company).annotate(made=Count("statements"))
    before = read_number(request.GET.get("before"))
    rows, more = latest_rows(request.company, customer_id=None, before=before, limit=PAGE)
    context = {
        "form": form,
        "runs": [(each, run_code(each)) for each in runs.order_by("-as_of", "-pk")[:PAGE]],
        "rows": rows,
        "is_first": not before,
        "next_query": urlencode({"before": rows[-1].statement_id}) if more else "",
    }
    return render(request, "statements/list.html", context, status=status)

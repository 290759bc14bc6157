"""Statements: one customer's, seen before it is sent; runs, what became of each statement, releasing and stopping."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core import wording
from arap.core.dates import end_of_month, start_of_month
from arap.core.errors import DomainError, NotFound
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.idempotency import idempotent
from arap.core.paging import read_number
from arap.core.pdf import render_pdf
from arap.core.permissions import get_for, requires
from customers.models import Customer
from customers.queries import segments
from statements.actions import (
    begin_run,
    preview,
    recipient_for,
    release_run,
    send_again,
    send_statement,
    start_job,
    start_release,
    stop_run,
    wanted,
)
from statements.forms import RunForm, StatementForm
from statements.models import Statement, StatementRun
from statements.paper import html_of
from statements.queries.recipients import recipients
from statements.queries.runs import STATES, counts, latest_rows, left_out, rows_of_run, state_code, ties
from statements.queries.said import Said
from statements.rules import MONTH_BACK

PAGE = 20
RELEASED_AT_ONCE_MAX = 200
CUSTOMERS = Customer.objects.select_related("terms")


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
            run = begin_run(
                request.company, **form.cleaned_data, at=timezone.now(), today=timezone.localdate(), by=request.user
            )
        except DomainError as error:
            form.add_error(error.facts.get("field", "as_of"), str(error))
        else:
            if run.state == StatementRun.State.MAKING:
                start_job(run, by=request.user)
            return redirect("statements:run", run.pk)
    return _list(request, form, status=422)


@requires("statement.view")
@require_safe
def run(request: CompanyRequest, pk: int) -> HttpResponse:
    """One run: counts by state, checks before sending, statements with what is next for each."""
    found = get_for(request.user, "statement.view", StatementRun, pk, request.company)
    by_state = counts(found)
    state = request.GET.get("state", "")
    rows = rows_of_run(
        found,
        state=state if state in STATES else "",
        after=read_number(request.GET.get("after")) or 0,
        limit=PAGE + 1,
    )
    tied = ties(found)
    total = sum(by_state.values())
    missing = left_out(found)
    context = {
        "run": found,
        "counts": [(each, state_code(each), count) for each, count in by_state.items()],
        "total": total,
        "unsent": sum(by_state.get(each, 0) for each in ("ready", "making", "pending")),
        "is_ready": found.state == StatementRun.State.READY,
        "is_busy": found.state in ("making", "rendering") or bool(by_state.get("sending") or by_state.get("pending")),
        "state": state,
        "form_key": uuid4().hex,
        "rows": rows[:PAGE],
        "next_query": urlencode({"state": state, "after": rows[PAGE - 1].statement_id}) if len(rows) > PAGE else "",
        "ties": tied,
        "is_tied": all(each.difference == 0 for each in tied),
        "addressed": total - sum(1 for _code, reason in missing if reason != "nothing"),
        "nothing": sum(1 for _code, reason in missing if reason == "nothing"),
        "no_address": [code for code, reason in missing if reason == "no_address"],
    }
    return render(request, "statements/_run.html" if request.htmx else "statements/run.html", context)


@requires("statement.run")
@require_POST
def release(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send the run: at once, or by a job where there are many."""
    found = get_for(request.user, "statement.run", StatementRun, pk, request.company)
    if Statement.objects.filter(run=found).count() > RELEASED_AT_ONCE_MAX:
        start_release(found, by=request.user)
        messages.info(request, _("The statements are being queued."))
    else:
        count = release_run(found, by=request.user)
        messages.success(request, _("%(count)s statements are on their way.") % {"count": count})
    return redirect("statements:run", pk)


@requires("statement.run")
@require_POST
def stop(request: CompanyRequest, pk: int) -> HttpResponse:
    """Stop what has not been sent."""
    found = get_for(request.user, "statement.run", StatementRun, pk, request.company)
    count = stop_run(found, by=request.user)
    messages.success(request, _("Stopped: %(count)s statements are not sent.") % {"count": count})
    return redirect("statements:run", pk)


@requires("statement.view")
@require_safe
def new(request: CompanyRequest, pk: int) -> HttpResponse:
    """What a customer's statement would say, before anything is kept or sent."""
    customer = get_for(request.user, "statement.view", CUSTOMERS, pk, request.company)
    return _new(request, customer, _statement_form(request, customer, request.GET))


@requires("statement.view")
@require_safe
def new_pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The same as PDF, marked as a preview."""
    customer = get_for(request.user, "statement.view", CUSTOMERS, pk, request.company)
    form = _statement_form(request, customer, request.GET)
    if not form.is_valid():
        return _new(request, customer, form, status=422)
    said = _said(request, customer, form)
    response = HttpResponse(render_pdf(html_of(said)), content_type="application/pdf")
    name = f"{customer.code}-{said.as_of.isoformat()}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires("statement.send")
@require_POST
def send(request: CompanyRequest, pk: int) -> HttpResponse:
    """Make the statement and send it to the contact on file or to the address that was typed."""
    customer = get_for(request.user, "statement.send", CUSTOMERS, pk, request.company)
    form = _statement_form(request, customer, request.POST)
    if not form.is_valid():
        return _new(request, customer, form, status=422)
    try:
        to = recipient_for(request.company, customer, to_address=request.POST.get("to_address", ""))
        keeps = bool(request.POST.get("keeps_contact"))
        want = _wanted(request, form)
        number = _once(
            request,
            "statement.send",
            lambda: send_statement(request.company, customer, want, by=request.user, to=to, keeps_contact=keeps).number,
        )
    except DomainError as error:
        return _new(request, customer, form, problem=error, status=error.status)
    words = {"number": number, "address": to.address}
    messages.success(request, _("%(number)s goes to %(address)s.") % words)
    return redirect("statements:new", pk)


@requires("statement.view")
@require_safe
def pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The file that was kept, to look at."""
    rows = Statement.objects.select_related("file")
    found = get_for(request.user, "statement.view", rows, pk, request.company)
    if found.file is None:
        raise NotFound("no_pdf", _("Its PDF is still being made."))
    return file_response(found.file, inline=True)


@requires("statement.send")
@require_POST
def again(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send the identical file once more."""
    rows = Statement.objects.select_related("customer", "company")
    found = get_for(request.user, "statement.send", rows, pk, request.company)
    to = recipient_for(request.company, found.customer, to_address=request.POST.get("to_address", ""))
    _once(request, f"statement.again.{found.pk}", lambda: send_again(found, by=request.user, to=to).pk)
    words = {"number": found.number, "address": to.address}
    messages.success(request, _("%(number)s goes to %(address)s.") % words)
    return redirect("statements:new", found.customer_id)


def _once(request: CompanyRequest, verb: str, act: Callable[[], Any]) -> Any:
    """Do the act once for the key of the form: a double click, or the page sent again, gets the first answer."""
    key = request.POST.get("key", "")[:64]
    wanted_once = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "key")}
    outcome = idempotent(request.company, f"{verb}:{key}" if key else None, wanted_once, act)
    return outcome.response


def _run_form(request: CompanyRequest, **options: Any) -> RunForm:
    return RunForm(today=timezone.localdate(), segments=segments(request.company), **options)


def _list(request: CompanyRequest, form: RunForm, *, status: int = 200) -> HttpResponse:
    runs = StatementRun.objects.filter(company=request.company).order_by("-as_of", "-pk")[:PAGE]
    before = read_number(request.GET.get("before"))
    rows = latest_rows(request.company.pk, customer_id=None, before=before, limit=PAGE)
    context = {
        "form": form,
        "runs": runs,
        "rows": rows,
        "form_key": uuid4().hex,
        "is_first": not before,
        "next_query": urlencode({"before": rows[-1].statement_id}) if len(rows) == PAGE else "",
    }
    return render(request, "statements/list.html", context, status=status)


def _statement_form(request: CompanyRequest, customer: Customer, data: Any) -> StatementForm:
    form = StatementForm(data, today=timezone.localdate(), language=customer.language)
    form.is_valid()
    return form


def _wanted(request: CompanyRequest, form: StatementForm) -> Any:
    given = form.cleaned_data
    return wanted(
        request.company,
        kind=given.get("kind") or "open",
        as_of=given.get("as_of") or timezone.localdate(),
        from_on=given.get("from_on"),
        language=given.get("language") or "own",
        at=timezone.now(),
        today=timezone.localdate(),
    )


def _said(request: CompanyRequest, customer: Customer, form: StatementForm) -> Said:
    return preview(request.company, customer, _wanted(request, form))


def _new(
    request: CompanyRequest,
    customer: Customer,
    form: StatementForm,
    *,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    said = None
    try:
        said = _said(request, customer, form)
    except DomainError as error:
        problem = problem or error
    name, name2 = wording.names(customer.name, customer.name_local)
    context = {
        "customer": customer,
        "name": name,
        "name2": name2,
        "form": form,
        "said": said,
        "problem": problem,
        "to_address": request.POST.get("to_address", ""),
        "contact": recipients(request.company, [customer.pk]).get(customer.pk),
        "rows": latest_rows(request.company.pk, customer_id=customer.pk, before=None, limit=PAGE),
        "form_key": uuid4().hex,
        "query": urlencode(form.query),
    }
    return render(request, "statements/new.html", context, status=status)

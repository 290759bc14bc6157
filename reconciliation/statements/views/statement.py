"""One statement that was made: what it says, its file, what became of it, and what can be done about it."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from arap.core import wording
from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import DomainError, NotFound
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.permissions import check, get_for, may, requires
from arap.outbox.about import messages_about
from statements.actions import leave_out as leave_out_of_run
from statements.actions import put_back as put_back_into_run
from statements.actions import release_one, retry_pdf, send_again
from statements.forms import LeaveOutForm, SendForm
from statements.models import Statement, StatementRun
from statements.models.choices import Unsent
from statements.pages import sections_of
from statements.queries.runs import BEFORE_RELEASE, MOVING, Row, row_of
from statements.queries.said import said_of
from statements.views.customer import chosen_recipient, send_form_for
from statements.views.once import once

STATEMENTS = Statement.objects.select_related(
    "company", "customer", "run", "file", "made_by", "released_by", "left_out_by"
).defer("file__content")


@requires("statement.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """What it says, from which position of the book, its file, its messages, and sending it again."""
    found = get_for(request.user, "statement.view", STATEMENTS, pk, request.company)
    if request.htmx and row_of(found).state not in MOVING:
        return HttpResponseClientRefresh()  # it has left: the page comes anew with what can be done now
    return _page(request, found)


@requires("statement.view")
@require_safe
def pdf(request: CompanyRequest, pk: int) -> HttpResponse:
    """The file that was kept, to look at or, with `?save`, to save."""
    rows = Statement.objects.select_related("file")
    found = get_for(request.user, "statement.view", rows, pk, request.company)
    if found.file is None:
        raise NotFound("no_pdf", _("Its PDF is still being made."))
    return file_response(found.file, inline="save" not in request.GET)


@requires("statement.send")
@require_POST
def again(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send the identical file once more, or for the first time where it was not sent: to the contact or as typed."""
    found = get_for(request.user, "statement.send", STATEMENTS, pk, request.company)
    _check_choice(request, found)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, found, send_form=form, status=422)
    try:
        to = chosen_recipient(request, found.customer, form)
        once(request, f"statement.again.{pk}", lambda: send_again(found, by=request.user, to=to).pk)
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(field if field in form.fields else None, str(error))
        return _page(request, found, send_form=form, status=error.status)
    messages.success(request, _("%(number)s goes to %(address)s.") % {"number": found.number, "address": to.address})
    return redirect("statements:detail", pk)


@requires("statement.send")
@require_POST
def send_one(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send one that its run left behind, now that somebody receives it."""
    found = get_for(request.user, "statement.send", STATEMENTS, pk, request.company)
    _check_choice(request, found)
    done = _("%(number)s is on its way.") % {"number": found.number}
    return _act(request, found, lambda: release_one(found, by=request.user), done)


@requires("statement.send")
@require_POST
def retry(request: CompanyRequest, pk: int) -> HttpResponse:
    """Try to make its PDF once more."""
    found = get_for(request.user, "statement.send", STATEMENTS, pk, request.company)
    return _act(request, found, lambda: retry_pdf(found, by=request.user), _("Its PDF is tried again."))


@requires("statement.run")
@require_POST
def leave_out(request: CompanyRequest, pk: int) -> HttpResponse:
    """Leave it out of its run, for a reason; offered to be undone."""
    found = get_for(request.user, "statement.run", STATEMENTS, pk, request.company)
    form = LeaveOutForm(request.POST)
    if not form.is_valid():
        return _page(request, found, leave_form=form, status=422)
    try:
        leave_out_of_run(found, reason=form.cleaned_data["reason"], by=request.user)
    except DomainError as error:
        form.add_error(error.facts.get("field"), str(error))
        return _page(request, found, leave_form=form, status=error.status)
    name = wording.names(found.customer.name, found.customer.name_local)[0]
    request.session[UNDO_SESSION_KEY] = {
        "text": _("Left out: %(name)s") % {"name": name},
        "url": reverse("statements:put_back", args=[pk]),
        "fields": {},
    }
    return redirect("statements:run", found.run_id)


@requires("statement.run")
@require_POST
def put_back(request: CompanyRequest, pk: int) -> HttpResponse:
    """Let it go with its run after all."""
    found = get_for(request.user, "statement.run", STATEMENTS, pk, request.company)
    done = _("%(number)s goes with its run again.") % {"number": found.number}
    return _act(request, found, lambda: put_back_into_run(found, by=request.user), done)


def _act(request: CompanyRequest, found: Statement, act: Callable[[], None], done: str) -> HttpResponse:
    """Do it, and go back to the run, where the next one waits."""
    try:
        act()
    except DomainError as error:
        messages.warning(request, str(error))
        return redirect("statements:detail", found.pk)
    messages.success(request, done)
    return redirect("statements:run", found.run_id) if found.run_id else redirect("statements:detail", found.pk)


def _check_choice(request: CompanyRequest, found: Statement) -> None:
    """What a reviewer left out, a reviewer sends. Raises Forbidden."""
    if found.unsent == Unsent.EXCLUDED:
        check(request.user, "statement.run", request.company)


def _page(
    request: CompanyRequest,
    found: Statement,
    *,
    send_form: SendForm | None = None,
    leave_form: LeaveOutForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row = row_of(found)
    name, name2 = wording.names(found.customer.name, found.customer.name_local)
    said = said_of(request.company, [found])[0]
    context = {
        "statement": found,
        "row": row,
        "said": said,
        "sections": sections_of(said),
        "name": name,
        "name2": name2,
        "sent": messages_about(request.company, found),
        "is_moving": row.state in MOVING and send_form is None and leave_form is None,
        "can_send": _can_send(request, found, row),
        "can_leave_out": row.run_state in BEFORE_RELEASE and not found.unsent and found.released_at is None,
        "send_form": send_form or send_form_for(request, found.customer),
        "leave_form": leave_form or LeaveOutForm(),
        "form_key": uuid4().hex,
    }
    return render(request, "statements/statement.html", context, status=status)


def _can_send(request: CompanyRequest, found: Statement, row: Row) -> bool:
    """Its file is there, nothing of it is under way, its run was not discarded, and this person may."""
    if found.file is None or row.state in MOVING or row.run_state == StatementRun.State.DISCARDED:
        return False
    return found.unsent != Unsent.EXCLUDED or may(request.user, "statement.run", request.company)

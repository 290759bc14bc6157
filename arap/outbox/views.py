"""The pages of the outbox: what left, what waits, and what a person has to decide."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.errors import DomainError, NotFound
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.outbox import actions
from arap.outbox.about import state_code
from arap.outbox.forms import SendAgainForm
from arap.outbox.models import Message
from arap.outbox.pages import VIEWS, Listed, counts, matching, message_page

PAGE = 20
# The formatted text as the recipient sees it, in a place where nothing runs and nothing is fetched.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"
QUERYSET = Message.objects.select_related("company", "created_by")


@requires("message.view")
@require_safe
def message_list(request: CompanyRequest) -> HttpResponse:
    """Messages, newest first, in pages; by state, and by address, recipient or subject."""
    view = request.GET.get("view", "") if request.GET.get("view") in VIEWS else "all"
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    after = read_number(request.GET.get("after"))
    found = matching(request.company, view, text).defer("body_text", "body_html")
    if after is not None:
        found = found.filter(pk__lt=after)
    page = list(found[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    filters = {"view": view, "q": text}
    numbers = counts(request.company)
    context = {
        "rows": [Listed(message, state_code(message.state)) for message in page],
        "counts": numbers,
        "view": view,
        "text": text,
        "is_first": after is None,
        "is_moving": after is None and numbers["waiting"] > 0,
        "first_query": urlencode(filters),
        "next_query": urlencode({**filters, "after": page[-1].pk}) if more else "",
    }
    return render(request, "outbox/message_list.html", context)


@requires("message.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One message: what it says, what became of it, what can be done."""
    return _screen(request, get_for(request.user, "message.view", QUERYSET, pk, request.company))


@requires("message.view")
@require_safe
def formatted(request: CompanyRequest, pk: int) -> HttpResponse:
    """The formatted text alone. It is shown as a stranger's page: without scripts, cookies or pictures from outside."""
    message = get_for(request.user, "message.view", QUERYSET, pk, request.company)
    if not message.body_html:
        raise NotFound("not_found", _("There is no such record."), pk=str(pk))
    response = HttpResponse(message.body_html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires("message.view")
@require_safe
def file(request: CompanyRequest, pk: int, line: int) -> HttpResponse:
    """An attachment, byte by byte as it leaves or left."""
    message = get_for(request.user, "message.view", QUERYSET, pk, request.company)
    attachment = message.attachments.select_related("file").filter(line=line).first()
    if attachment is None:
        raise NotFound("not_found", _("There is no such record."), pk=str(line))
    return file_response(attachment.file)


@requires("message.resolve")
@require_POST
def send_again(request: CompanyRequest, pk: int) -> HttpResponse:
    """Send what failed, bounced or is in doubt, to the address typed."""
    message = get_for(request.user, "message.resolve", QUERYSET, pk, request.company)
    form = SendAgainForm(request.POST, message=message)
    if not form.is_valid():
        return _screen(request, message, form=form, status=422)
    data = form.cleaned_data
    try:
        actions.send_again(
            message, by=request.user, is_checked=data["checked"], to_address=data.get("to_address") or ""
        )
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(field if field in form.fields else None, str(error.message))
        return _screen(request, message, form=form, status=error.status)
    messages.success(request, _("It waits to be sent again."))
    return redirect("outbox:detail", pk)


@requires("message.resolve")
@require_POST
def mark_sent(request: CompanyRequest, pk: int) -> HttpResponse:
    """Say that a message in doubt arrived."""
    return _act(request, pk, actions.mark_sent, _("Noted: it arrived."))


@requires("message.resolve")
@require_POST
def cancel(request: CompanyRequest, pk: int) -> HttpResponse:
    """Do not send it, or not again."""
    return _act(request, pk, actions.cancel, _("It will not be sent."))


@requires("message.resolve")
@require_POST
def allow_address(request: CompanyRequest, pk: int) -> HttpResponse:
    """Write to the message's address again."""

    def allow(message: Message, *, by: Any) -> None:
        if suppression := actions.suppression_of(message):
            actions.allow_address(suppression, by=by)

    return _act(request, pk, allow, _("This address may be written to again."))


def _act(request: CompanyRequest, pk: int, act: Callable[..., None], done: str) -> HttpResponse:
    message = get_for(request.user, "message.resolve", QUERYSET, pk, request.company)
    try:
        act(message, by=request.user)
    except DomainError as error:
        return _screen(request, message, problem=str(error.message), status=error.status)
    messages.success(request, done)
    return redirect("outbox:detail", pk)


def _screen(
    request: CompanyRequest,
    message: Message,
    *,
    form: SendAgainForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "message": message,
        "page": message_page(message),
        "form": form or SendAgainForm(message=message),
        "problem": problem,
    }
    return render(request, "outbox/message.html", context, status=status)

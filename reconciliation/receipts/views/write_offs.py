"""Write-offs in the browser: asked for, decided by a second person, undone, recovered."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.money import ZERO
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.ledger.actions import NewItem, NewLine
from arap.ledger.models import Account, Document, Item
from receipts.actions.writing_off import (
    Evidence,
    approve_write_off,
    document_of,
    recover_write_off,
    recovered,
    reject_write_off,
    request_write_off,
    reverse_write_off,
    undo_recovery,
)
from receipts.forms import RejectForm, UndoForm
from receipts.models import Recovery, WriteOff
from receipts.queries.effects import Posting
from receipts.queries.write_offs import Change, recoveries_of, undoing_recovery, undoing_write_off, write_offs
from receipts.write_off_forms import RecoverForm, WriteOffForm

PAGE = 50


@requires("write_off.view")
@require_safe
def write_off_list(request: CompanyRequest) -> HttpResponse:
    """Those that wait for a decision, and all others, the last asked for first, in pages."""
    found = write_offs(request.company)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    context = {
        "waiting": list(found.filter(state=WriteOff.State.REQUESTED).order_by("pk")) if not after else [],
        "rows": page[:PAGE],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "receipts/write_off_list.html", context)


@requires("write_off.request")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest, item: int) -> HttpResponse:
    """Ask for an open item, or a part of it, to be written off."""
    rows = Item.objects.filter(amount__gt=0).select_related("document", "customer")
    owed = get_for(request.user, "write_off.request", rows, item, request.company)
    today, status = timezone.localdate(), 200
    form = WriteOffForm(
        request.POST or None,
        request.FILES or None,
        company=request.company,
        today=today,
        item=owed,
        was_too_large=getattr(request, "upload_too_large", False),
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data, brought = form.cleaned_data, form.cleaned_data["evidence"]
            evidence = Evidence(name=brought.name, content=brought.read()) if brought else None
            try:
                made = request_write_off(
                    request.company,
                    owed.pk,
                    data["amount"],
                    reason=data["reason"],
                    explanation=data["explanation"],
                    on=data["on"] or today,
                    by=request.user,
                    evidence=evidence,
                )
            except DomainError as error:
                status = _add(form, error)
            else:
                messages.success(request, _written(made))
                return redirect("receipts:write_off", made.pk)
    context = {"form": form, "item": owed, "as_of": today}
    return render(request, "receipts/write_off_new.html", context, status=status)


@requires("write_off.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One write-off with its reason, evidence, decision and recoveries."""
    return _screen(request, get_for(request.user, "write_off.view", write_offs(request.company), pk, request.company))


@requires("write_off.approve")
@require_POST
def approve(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says yes: it enters the book today."""
    made = get_for(request.user, "write_off.approve", write_offs(request.company), pk, request.company)
    try:
        made = approve_write_off(request.company, pk, on=timezone.localdate(), by=request.user)
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _written(made))
    return redirect("receipts:write_off", pk)


@requires("write_off.approve")
@require_POST
def reject(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says no, and why."""
    made = get_for(request.user, "write_off.approve", write_offs(request.company), pk, request.company)
    form = RejectForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, made, reject_form=form, status=422)
    try:
        reject_write_off(request.company, pk, by=request.user, note=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _("Rejected; it never enters the book."))
    return redirect("receipts:write_off", pk)


@requires("write_off.reverse")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo a write-off: the debt is owed as before. Shown first."""
    made = get_for(request.user, "write_off.reverse", write_offs(request.company), pk, request.company)
    is_possible = made.state == WriteOff.State.POSTED

    def act(on: date, reason: str) -> str:
        mirror = reverse_write_off(request.company, pk, on=on, by=request.user, reason=reason)
        return _("Undone by %(number)s; the debt is owed as before.") % {"number": mirror.number}

    title = _("Undo the write-off")
    return _undoing(request, made, undoing_write_off(made) if is_possible else None, act, title=title)


@requires("write_off.recover")
@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: CompanyRequest, pk: int) -> HttpResponse:
    """What was written off is being paid: it is owed again first."""
    made = get_for(request.user, "write_off.recover", write_offs(request.company), pk, request.company)
    today, status, left = timezone.localdate(), 200, made.amount - recovered(made)
    form = RecoverForm(request.POST or None, company=request.company, today=today, item=made.item, left=left)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            on = form.cleaned_data["on"] or today
            try:
                recover_write_off(request.company, pk, form.cleaned_data["amount"], on=on, by=request.user)
            except DomainError as error:
                status = _add(form, error)
            else:
                messages.success(request, _("It is owed again; apply the receipt to it."))
                return redirect("receipts:write_off", pk)
    is_possible = made.state == WriteOff.State.POSTED and left > 0
    context = {"write_off": made, "form": form, "left": left, "is_possible": is_possible, "as_of": today}
    return render(request, "receipts/write_off_recover.html", context, status=status)


@requires("write_off.recover")
@require_http_methods(["GET", "HEAD", "POST"])
def unrecover(request: CompanyRequest, pk: int, recovery: int) -> HttpResponse:
    """Undo a recovery: the debt is written off as before. Shown first."""
    made = get_for(request.user, "write_off.recover", write_offs(request.company), pk, request.company)
    rows = Recovery.objects.filter(write_off=made).select_related("document")
    found = get_for(request.user, "write_off.recover", rows, recovery, request.company)

    def act(on: date, reason: str) -> str:
        mirror = undo_recovery(request.company, found.pk, on=on, by=request.user, reason=reason)
        return _("Undone by %(number)s; the debt is written off as before.") % {"number": mirror.number}

    is_undone = Document.objects.filter(reverses=found.document_id).exists()
    title = _("Undo the recovery")
    return _undoing(request, made, None if is_undone else undoing_recovery(found), act, title=title)


@requires("write_off.view")
@require_safe
def evidence(request: CompanyRequest, pk: int) -> HttpResponse:
    """The file that was brought as evidence, to save."""
    made = get_for(request.user, "write_off.view", write_offs(request.company), pk, request.company)
    if made.evidence is None:
        raise Http404
    return file_response(made.evidence)


def _written(made: WriteOff) -> str:
    if made.state == WriteOff.State.REQUESTED:
        return _("Asked for; somebody else approves it.")
    assert made.document is not None, "what is posted has a document"
    return _("Written off by %(number)s.") % {"number": made.document.number}


def _add(form: WriteOffForm | RecoverForm | UndoForm, error: DomainError) -> int:
    """Put a refusal beside its field; returns the status."""
    field = error.facts.get("field")
    form.add_error(field if field in form.fields else None, str(error.message))
    return error.status


def _screen(
    request: CompanyRequest,
    made: WriteOff,
    *,
    problem: str = "",
    reject_form: RejectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    made = write_offs(request.company).get(pk=made.pk)
    context = {
        "write_off": made,
        "recoveries": recoveries_of(made),
        "postings": _postings(made) if made.state == WriteOff.State.REQUESTED else [],
        "left": made.amount - recovered(made),
        "problem": problem,
        "may_approve_this": made.requested_by_id != request.user.pk,
        "reject_form": reject_form or RejectForm(company=request.company, today=timezone.localdate()),
        "reject_open": reject_form is not None,
    }
    return render(request, "receipts/write_off.html", context, status=status)


def _postings(made: WriteOff) -> list[Posting]:
    """What approving it today would post; nothing where less than its amount is open by now."""
    if made.amount > made.item.open_amount:
        return []
    document = document_of(made, made.item, timezone.localdate())
    known = {account.role: account for account in Account.objects.filter(company=made.company_id)}
    lines: list[NewLine | NewItem] = [*document.lines, *document.items]
    return [Posting(known[line.account], line.amount, line.base_amount or ZERO) for line in lines]


def _undoing(
    request: CompanyRequest, made: WriteOff, change: Change | None, act: Callable[[date, str], str], *, title: str
) -> HttpResponse:
    today, status = timezone.localdate(), 200
    initial = {"on": today, "key": uuid4().hex}
    form = UndoForm(request.POST or None, initial=initial, company=request.company, today=today)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = act(form.cleaned_data["on"] or today, form.cleaned_data["reason"])
            except DomainError as error:
                status = _add(form, error)
            else:
                messages.success(request, done)
                return redirect("receipts:write_off", made.pk)
    context = {"write_off": made, "change": change, "form": form, "title": title}
    return render(request, "receipts/write_off_undo.html", context, status=status)

"""The screen of one receipt, and everything that can be done to it."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import DomainError
from arap.core.fields import read_day
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.ledger.history import document_history
from arap.outbox.about import messages_about
from receipts.actions import (
    ReceiptApplied,
    apply_receipt,
    confirm_receipt,
    identify_receipt,
    reject_receipt,
    reverse_receipt,
    unapply_receipt,
)
from receipts.forms import IdentifyForm, RejectForm, ReturnForm, read_amounts
from receipts.models import Receipt
from receipts.pages import ReceiptPage, neighbours, receipt_page, waiting

QUERYSET = Receipt.objects.select_related(
    "customer__terms", "document__text", "bank_account", "recorded_by", "confirmed_by", "company"
)


@requires("receipt.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """What came in, what it could meet, what it met."""
    return _screen(request, get_for(request.user, "receipt.view", QUERYSET, pk, request.company))


@requires("receipt.apply")
@require_POST
def apply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Apply the amounts typed. A refusal gives the screen back with everything that was typed."""
    receipt = get_for(request.user, "receipt.apply", QUERYSET, pk, request.company)
    before = receipt_page(request.company, receipt, typed=request.POST)
    amounts, errors = read_amounts(request.POST, [line.candidate for line in before.lines], receipt.currency)
    on = _day(request.POST.get("on", ""))
    if errors or on is None:
        problem = "" if on else _("The day cannot be read. Type 20, 20/11, +7 or 2026-11-20.")
        return _screen(request, receipt, typed=request.POST, errors=errors, problem=problem, status=422)
    try:
        applied = apply_receipt(
            request.company, pk, amounts, effective_on=on, by=request.user, key=request.POST.get("key") or None
        )
    except DomainError as error:
        return _screen(request, receipt, typed=request.POST, problem=str(error.message), status=error.status)
    _offer_undo(request, receipt, applied, before, on)
    if request.POST.get("then") == "next":
        following = neighbours(request.company, receipt)[1] or waiting(request.company).exclude(pk=pk).first()
        return redirect("receipts:detail", following.pk) if following else redirect("receipts:list")
    return redirect("receipts:detail", pk)


@requires("receipt.unapply")
@require_POST
def unapply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo what was applied: of the documents named, or all of it."""
    receipt = get_for(request.user, "receipt.unapply", QUERYSET, pk, request.company)
    numbers = [number for number in request.POST.get("numbers", "").split("\n") if number.strip()]
    on = _day(request.POST.get("on", ""))
    if on is None:
        return _screen(
            request, receipt, problem=_("The day cannot be read. Type 20, 20/11, +7 or 2026-11-20."), status=422
        )
    try:
        unapply_receipt(
            request.company,
            pk,
            effective_on=on,
            by=request.user,
            numbers=numbers or None,
            reason=request.POST.get("reason", "")[:200],
            key=request.POST.get("key") or None,
        )
    except DomainError as error:
        return _screen(request, receipt, problem=str(error.message), status=error.status)
    messages.success(request, _("Unapplied; what was settled is open again, and both acts stay in the history."))
    return redirect("receipts:detail", pk)


@requires("receipt.reverse")
@require_POST
def return_receipt(request: CompanyRequest, pk: int) -> HttpResponse:
    """The money went back: a dated mirror in the book, and what was paid with it is open again."""
    receipt = get_for(request.user, "receipt.reverse", QUERYSET, pk, request.company)
    form = ReturnForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, receipt, return_form=form, status=422)
    data = form.cleaned_data
    try:
        mirror = reverse_receipt(
            request.company,
            pk,
            on=data["on"] or timezone.localdate(),
            by=request.user,
            reason=data["reason"],
            key=data["key"],
        )
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _screen(request, receipt, return_form=form, status=error.status)
    messages.success(request, _("Taken back by %(number)s; what it paid is open again.") % {"number": mirror.number})
    return redirect("receipts:detail", pk)


@requires("receipt.identify")
@require_POST
def identify(request: CompanyRequest, pk: int) -> HttpResponse:
    """Say whose the money is."""
    receipt = get_for(request.user, "receipt.identify", QUERYSET, pk, request.company)
    form = IdentifyForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, receipt, identify_form=form, status=422)
    data = form.cleaned_data
    try:
        identify_receipt(
            request.company,
            pk,
            data["customer"].pk,
            on=data["on"] or timezone.localdate(),
            by=request.user,
            key=data["key"],
        )
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _screen(request, receipt, identify_form=form, status=error.status)
    return redirect("receipts:detail", pk)


@requires("receipt.confirm")
@require_POST
def confirm(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says yes: the receipt enters the book."""
    receipt = get_for(request.user, "receipt.confirm", QUERYSET, pk, request.company)
    try:
        confirm_receipt(request.company, pk, by=request.user)
    except DomainError as error:
        return _screen(request, receipt, problem=str(error.message), status=error.status)
    return redirect("receipts:detail", pk)


@requires("receipt.confirm")
@require_POST
def reject(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says no, and why: the receipt never enters the book."""
    receipt = get_for(request.user, "receipt.confirm", QUERYSET, pk, request.company)
    form = RejectForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, receipt, reject_form=form, status=422)
    try:
        reject_receipt(request.company, pk, by=request.user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _screen(request, receipt, reject_form=form, status=error.status)
    return redirect("receipts:detail", pk)


def _screen(
    request: CompanyRequest,
    receipt: Receipt,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[int, str] | None = None,
    problem: str = "",
    status: int = 200,
    **forms: object,
) -> HttpResponse:
    company, today = request.company, timezone.localdate()
    page = receipt_page(company, receipt, typed=typed, errors=errors)
    previous, following = neighbours(company, receipt)
    initial = {"key": uuid4().hex, "on": today}
    context = {
        "page": page,
        "receipt": receipt,
        "history": document_history(receipt.document) if receipt.document else None,
        "sent": messages_about(company, receipt),
        "previous": previous,
        "following": following,
        "waiting_count": waiting(company).count(),
        "problem": problem,
        "as_of": today,
        "on_text": (typed or {}).get("on") or "",
        "key": (typed or {}).get("key") or uuid4().hex,
        "may_confirm_this": receipt.recorded_by_id != request.user.pk,
        "return_form": forms.get("return_form") or ReturnForm(initial=initial, company=company, today=today),
        "identify_form": forms.get("identify_form") or IdentifyForm(initial=initial, company=company, today=today),
        "reject_form": forms.get("reject_form") or RejectForm(company=company, today=today),
        "return_open": "return_form" in forms,
        "reject_open": "reject_form" in forms,
    }
    return render(request, "receipts/receipt.html", context, status=status)


def _day(text: str) -> date | None:
    """The day typed; today where nothing was, None for what is not a day."""
    today = timezone.localdate()
    try:
        return read_day(text, today) if text.strip() else today
    except (ValueError, OverflowError):
        return None


def _offer_undo(
    request: CompanyRequest, receipt: Receipt, applied: ReceiptApplied, before: ReceiptPage, on: date
) -> None:
    """Put the undo into the next page, where it would take back this act, the whole of it and nothing else.

    It would not where a document was met before, nor where credit notes paid, too.
    """
    met = sorted({str(entry["document"]) for entry in applied.entries})
    text = ngettext(
        "%(number)s applied to %(count)s document", "%(number)s applied to %(count)s documents", len(met)
    ) % {"number": applied.number, "count": len(met)}
    met_before = {line.number for line in before.applied}
    with_notes = any(line.sign < 0 and line.typed for line in before.lines)
    if not met or with_notes or met_before & set(met):
        messages.success(request, text)
        return
    request.session[UNDO_SESSION_KEY] = {
        "text": text,
        "url": reverse("receipts:unapply", args=[receipt.pk]),
        "fields": {"numbers": "\n".join(met), "on": max(on, timezone.localdate()).isoformat(), "key": uuid4().hex},
    }

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
from arap.core.permissions import allows, get_for, requires
from arap.ledger.history import document_history
from arap.outbox.about import messages_about
from receipts.actions import (
    ReceiptApplied,
    Rest,
    apply_receipt,
    confirm_receipt,
    identify_receipt,
    reject_receipt,
)
from receipts.forms import IdentifyForm, RejectForm, RestForm, read_amounts
from receipts.models import Receipt
from receipts.pages import receipt_page
from receipts.queries import open_candidates
from receipts.queries.acts import act_entries
from receipts.queries.payers import guesses
from receipts.queries.waiting import next_to_confirm, place

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
    amounts, errors = read_amounts(request.POST, open_candidates(receipt), receipt.currency)
    on = _day(request.POST.get("on", ""))
    rest = RestForm(request.POST)
    if errors or on is None or not rest.is_valid():
        problem = "" if on else _("The day cannot be read. Type 20, 20/11, +7 or 2026-11-20.")
        return _screen(request, receipt, typed=request.POST, errors=errors, problem=problem, status=422, rest_form=rest)
    if not amounts and request.POST.get("keep"):
        messages.success(request, _("%(number)s stays on account.") % {"number": receipt.document})
        return _onward(request, receipt)
    try:
        applied = apply_receipt(
            request.company,
            pk,
            amounts,
            effective_on=on,
            by=request.user,
            key=request.POST.get("key") or None,
            rest=_rest(request, rest),
            with_discount=not rest.cleaned_data["no_discount"],
        )
    except DomainError as error:
        problem = str(error.message)
        return _screen(request, receipt, typed=request.POST, problem=problem, status=error.status, rest_form=rest)
    _offer_undo(request, receipt, applied)
    return _onward(request, receipt)


def _rest(request: CompanyRequest, form: RestForm) -> Rest | None:
    """What becomes of the rest; whoever may deduct beyond the tolerances, does."""
    data = form.cleaned_data
    if not data["rest"]:
        return None
    beyond = allows(request.roles, "receipt.deduct")
    return Rest(kind=data["rest"], reason_code=data["rest_reason"], memo=data["rest_memo"], beyond=beyond)


@requires("receipt.identify")
@require_POST
def identify(request: CompanyRequest, pk: int) -> HttpResponse:
    """Say whose the money is."""
    receipt = get_for(request.user, "receipt.identify", QUERYSET, pk, request.company)
    form = IdentifyForm(request.POST, company=request.company, today=timezone.localdate(), currency=receipt.currency)
    if not form.is_valid():
        return _screen(request, receipt, identify_form=form, status=422)
    data = form.cleaned_data
    try:
        identify_receipt(
            request.company,
            pk,
            data["customer"].pk,
            amount=data["amount"],
            on=data["on"] or timezone.localdate(),
            by=request.user,
            key=data["key"],
        )
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(field if field in form.fields else None, str(error.message))
        return _screen(request, receipt, identify_form=form, status=error.status)
    return redirect("receipts:detail", pk)


@requires("receipt.confirm")
@require_POST
def confirm(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says yes: the receipt enters the book."""
    receipt = get_for(request.user, "receipt.confirm", QUERYSET, pk, request.company)
    try:
        confirmed = confirm_receipt(request.company, pk, by=request.user)
    except DomainError as error:
        return _screen(request, receipt, problem=str(error.message), status=error.status)
    messages.success(request, _("Confirmed; it is in the book as %(number)s.") % {"number": confirmed.number})
    return _to_confirm(request, receipt)


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
    messages.success(request, _("Rejected; it never enters the book."))
    return _to_confirm(request, receipt)


def _to_confirm(request: CompanyRequest, receipt: Receipt) -> HttpResponse:
    """To the next receipt that this person may confirm, if that is asked for, else back to this one."""
    if request.POST.get("then") != "next":
        return redirect("receipts:detail", receipt.pk)
    upcoming = next_to_confirm(request.company, request.user, after=(receipt.received_on, receipt.pk))
    return redirect("receipts:detail", upcoming) if upcoming else redirect("receipts:list")


def _onward(request: CompanyRequest, receipt: Receipt) -> HttpResponse:
    """To the next receipt that waits, if that is asked for, else back to this one."""
    if request.POST.get("then") != "next":
        return redirect("receipts:detail", receipt.pk)
    upcoming = place(request.company, receipt).upcoming
    return redirect("receipts:detail", upcoming) if upcoming else redirect("receipts:list")


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
    page = receipt_page(company, receipt, as_of=today, typed=typed, errors=errors)
    found = guesses(company, receipt, page.unidentified) if page.unidentified else []
    initial = {
        "key": uuid4().hex,
        "on": today,
        "customer": found[0].customer.code if found and found[0].is_sure else "",
    }
    context = {
        "page": page,
        "receipt": receipt,
        "history": document_history(receipt.document) if receipt.document else None,
        "sent": messages_about(company, receipt),
        "place": place(company, receipt),
        "problem": problem,
        "as_of": today,
        "on_text": (typed or {}).get("on") or "",
        "key": (typed or {}).get("key") or uuid4().hex,
        "may_confirm_this": receipt.recorded_by_id != request.user.pk,
        "guesses": found,
        "identify_form": forms.get("identify_form")
        or IdentifyForm(initial=initial, company=company, today=today, currency=receipt.currency),
        "rest_form": forms.get("rest_form") or RestForm(),
        "rest_open": (typed or {}).get("rest") or (typed or {}).get("no_discount"),
        "reject_form": forms.get("reject_form") or RejectForm(company=company, today=today),
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


def _offer_undo(request: CompanyRequest, receipt: Receipt, applied: ReceiptApplied) -> None:
    """Put the undo into the next page, where it would take back the whole of this act and nothing else."""
    met = {str(entry["document"]) for entry in applied.entries}
    text = ngettext(
        "%(number)s applied to %(count)s document", "%(number)s applied to %(count)s documents", len(met)
    ) % {"number": applied.number, "count": len(met)}
    for each in applied.allowances:
        text += _(", %(amount)s let off by %(document)s") % each
    today = timezone.localdate()
    last = max((date.fromisoformat(entry["effective_on"]) for entry in applied.entries), default=today)
    if not met or last > today:
        messages.success(request, text)
        return
    entries = act_entries(request.company, [entry["entry_id"] for entry in applied.entries])
    request.session[UNDO_SESSION_KEY] = {
        "text": text,
        "url": reverse("receipts:unapply", args=[receipt.pk]),
        "fields": {
            "entries": ",".join(str(entry) for entry in entries),
            "on": today.isoformat(),
            "reason": _("Taken back at once"),
            "key": uuid4().hex,
        },
    }

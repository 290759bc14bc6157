"""Arrangements in the browser: shown before they are made, decided by a second person, undone."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.ledger.models import Item
from receipts.actions.arranging import (
    NewArrangement,
    approve_arrangement,
    drafted,
    reject_arrangement,
    request_arrangement,
    reverse_arrangement,
)
from receipts.arrangement_forms import ArrangementForm, ExchangeForm, NettingForm, PlanForm, TransferForm
from receipts.forms import RejectForm, UndoForm
from receipts.models import Arrangement
from receipts.queries.arrangements import (
    Effect,
    arrangements,
    effect_of,
    parts_of,
    payable_elsewhere,
    payable_later,
    settled_items,
    undoing,
)
from receipts.rules.exchanges import settled_by

PAGE = 50
Kind, State = Arrangement.Kind, Arrangement.State


@requires("arrangement.view")
@require_safe
def arrangement_list(request: CompanyRequest) -> HttpResponse:
    """Those that wait for a decision, and all others, the last asked for first, in pages."""
    found = arrangements(request.company)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    context = {
        "waiting": list(found.filter(state=State.REQUESTED).order_by("pk")) if not after else [],
        "rows": page[:PAGE],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "receipts/arrangement_list.html", context)


@requires("arrangement.request")
@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: CompanyRequest, item: int) -> HttpResponse:
    """A credit pays what is owed in another currency, at an agreed rate."""
    credit = _item(request, item)
    debits = payable_elsewhere(credit) if credit.open_amount < 0 else []
    form = ExchangeForm(request.POST or None, **_options(request), item=credit, debits=debits)

    def asked() -> NewArrangement:
        chosen, rate = form.cleaned_data["settles"], form.cleaned_data["rate"]
        owed = [(each.pk, each.open_amount) for each in chosen]
        settles = settled_by(owed, abs(credit.open_amount), rate, currency=chosen[0].currency)
        return _asked(form, Kind.EXCHANGE, rate=rate, settles=settles)

    nothing = ""
    if credit.open_amount >= 0:
        nothing = _("Only an open credit, such as the rest of a receipt, pays something in another currency.")
    elif not debits:
        nothing = _("This customer owes nothing in another currency.")
    return _new(request, form, asked, title=_("Settle in another currency"), nothing=nothing)


@requires("arrangement.request")
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: CompanyRequest, item: int) -> HttpResponse:
    """An open item goes to another customer, with the dates it had (应收转应收)."""
    form = TransferForm(request.POST or None, **_options(request), item=_item(request, item))

    def asked() -> NewArrangement:
        to = form.cleaned_data["to_customer"]
        return _asked(form, Kind.TRANSFER, amount=form.cleaned_data["amount"], to_customer_id=to.pk)

    nothing = "" if form.item.open_amount else _("Nothing of it is open.")
    return _new(request, form, asked, title=_("Transfer to another customer"), nothing=nothing)


@requires("arrangement.request")
@require_http_methods(["GET", "HEAD", "POST"])
def netting(request: CompanyRequest, item: int) -> HttpResponse:
    """An open item meets what we owe the same party (应收冲应付)."""
    form = NettingForm(request.POST or None, **_options(request), item=_item(request, item))

    def asked() -> NewArrangement:
        return _asked(form, Kind.NETTING, amount=form.cleaned_data["amount"])

    nothing = "" if form.item.open_amount > 0 else _("Nothing of it is owed to us.")
    return _new(request, form, asked, title=_("Net with what we owe"), nothing=nothing)


@requires("arrangement.request")
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: CompanyRequest, item: int) -> HttpResponse:
    """What a customer owes is paid in instalments, or later (分期、展期)."""
    debt = _item(request, item)
    debits = payable_later(debt) if debt.open_amount > 0 else []
    form = PlanForm(request.POST or None, **_options(request), item=debt, debits=debits)

    def asked() -> NewArrangement:
        chosen, data = form.cleaned_data["settles"], form.cleaned_data
        settles = {each.pk: each.open_amount for each in chosen}
        first = replace(_asked(form, Kind.PLAN, settles=settles, instalments=data["instalments"]), item_id=chosen[0].pk)
        return replace(first, grace_days=data["grace_days"])

    nothing = "" if debits else _("Nothing of it is owed to us.")
    return _new(request, form, asked, title=_("Agree on instalments"), nothing=nothing)


@requires("arrangement.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One arrangement with what it does and who decided."""
    return _screen(request, _made(request, "arrangement.view", pk))


@requires("arrangement.approve")
@require_POST
def approve(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says yes: it enters the book today."""
    made = _made(request, "arrangement.approve", pk)
    try:
        made = approve_arrangement(request.company, pk, on=timezone.localdate(), by=request.user)
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _written(made))
    return redirect("receipts:arrangement", pk)


@requires("arrangement.approve")
@require_POST
def reject(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says no, and why."""
    made = _made(request, "arrangement.approve", pk)
    form = RejectForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, made, reject_form=form, status=422)
    try:
        reject_arrangement(request.company, pk, by=request.user, note=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _("Rejected; it never enters the book."))
    return redirect("receipts:arrangement", pk)


@requires("arrangement.reverse")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo it: what it closed is open again. Shown first."""
    made = _made(request, "arrangement.reverse", pk)
    today, status = timezone.localdate(), 200
    initial = {"on": today, "key": uuid4().hex}
    form = UndoForm(request.POST or None, initial=initial, company=request.company, today=today)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            on, reason = form.cleaned_data["on"] or today, form.cleaned_data["reason"]
            try:
                mirror = reverse_arrangement(request.company, pk, on=on, by=request.user, reason=reason)
            except DomainError as error:
                status = _add(form, error)
            else:
                said = _("Undone by %(number)s; what it closed is open again.") % {"number": mirror.number}
                messages.success(request, said)
                return redirect("receipts:arrangement", pk)
    effect = undoing(made) if made.state == State.POSTED else None
    context = {"arrangement": made, "effect": effect, "form": form}
    return render(request, "receipts/arrangement_undo.html", context, status=status)


def _item(request: CompanyRequest, pk: int) -> Item:
    rows = Item.objects.filter(customer__isnull=False).select_related("document", "customer", "account", "company")
    return get_for(request.user, "arrangement.request", rows, pk, request.company)


def _made(request: CompanyRequest, verb: str, pk: int) -> Arrangement:
    return get_for(request.user, verb, arrangements(request.company), pk, request.company)


def _options(request: CompanyRequest) -> dict[str, Any]:
    return {"company": request.company, "today": timezone.localdate()}


def _asked(form: ArrangementForm, kind: str, **fields: Any) -> NewArrangement:
    data = form.cleaned_data
    texts = {"reference": data["reference"], "explanation": data["explanation"]}
    return NewArrangement(kind=kind, item_id=form.item.pk, **texts, **fields)


def _new(
    request: CompanyRequest, form: ArrangementForm, asked: Callable[[], NewArrangement], *, title: str, nothing: str
) -> HttpResponse:
    """The form; once it is filled in, what it would do; and when exactly that was seen, it is done."""
    status, drawn, effect = 200, None, None
    if request.method == "POST" and not nothing:
        status = 422
        if form.is_valid():
            on: date = form.cleaned_data["on"] or form.today
            try:
                new = asked()
                drawn, debits = drafted(request.company, new, by=request.user)
                effect = effect_of(drawn, on, debits)
                if form.cleaned_data["seen"] == _digest(effect, on):
                    made = request_arrangement(request.company, new, on=on, by=request.user)
                    messages.success(request, _written(made))
                    return redirect("receipts:arrangement", made.pk)
                status = 200
                form.data = data = request.POST.copy()
                data["seen"] = _digest(effect, on)
            except DomainError as error:
                status, effect = _add(form, error), None
    context = {
        "form": form, "item": form.item, "title": title, "nothing": nothing, "effect": effect, "drawn": drawn,
        "as_of": form.today,
    }  # fmt: skip
    return render(request, "receipts/arrangement_new.html", context, status=status)


def _digest(effect: Effect, on: date) -> str:
    return hashlib.sha256(f"{on} {effect.figures()}".encode()).hexdigest()


def _written(made: Arrangement) -> str:
    if made.state == State.REQUESTED:
        return _("Asked for; somebody else approves it.")
    assert made.document is not None, "what is posted has a document"
    return _("Entered in the book as %(number)s.") % {"number": made.document.number}


def _add(form: ArrangementForm | UndoForm, error: DomainError) -> int:
    """Put a refusal beside its field; returns the status."""
    field = error.facts.get("field")
    field = "schedule" if field == "instalments" else field
    form.add_error(field if field in form.fields else None, str(error.message))
    return error.status


def _screen(
    request: CompanyRequest,
    made: Arrangement,
    *,
    problem: str = "",
    reject_form: RejectForm | None = None,
    status: int = 200,
) -> HttpResponse:
    made = arrangements(request.company).get(pk=made.pk)
    debits = settled_items(made)
    context = {
        "arrangement": made,
        "instalments": [(date.fromisoformat(on), Decimal(amount)) for on, amount in made.instalments],
        "settles": [(debits[int(pk)], Decimal(amount)) for pk, amount in made.settles.items()],
        "effect": _effect_today(made, debits) if made.state == State.REQUESTED else None,
        "problem": problem,
        "may_approve_this": made.requested_by_id != request.user.pk,
        "reject_form": reject_form or RejectForm(**_options(request)),
        "reject_open": reject_form is not None,
    }
    return render(request, "receipts/arrangement.html", context, status=status)


def _effect_today(made: Arrangement, debits: dict[int, Item]) -> Effect | None:
    """What approving it today would do; None where less than it takes is open by now."""
    if any(part > abs(item.open_amount) for item, part in parts_of(made, debits)):
        return None
    return effect_of(made, timezone.localdate(), debits)

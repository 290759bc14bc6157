"""Refunds in the browser: asked for, decided by a second person, cancelled, refused by the bank, returned."""

from collections.abc import Callable

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
from receipts.actions.paying_out import fail_refund, return_refund
from receipts.actions.refunding import (
    REFUNDABLE,
    approve_refund,
    cancel_refund,
    free_of,
    reject_refund,
    request_refund,
)
from receipts.forms import RejectForm, UndoForm
from receipts.models import Refund
from receipts.queries.refunds import accounts_for, paying, refunds, returning
from receipts.refund_forms import RefundForm, WhyForm

PAGE = 50


@requires("refund.view")
@require_safe
def refund_list(request: CompanyRequest) -> HttpResponse:
    """Those under way, and all others, the last asked for first, in pages."""
    found = refunds(request.company)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    under_way = list(found.filter(state__in=["requested", "approved"]).order_by("pk")) if not after else []
    context = {
        "waiting": [made for made in under_way if made.state == Refund.State.REQUESTED],
        "approved": [made for made in under_way if made.state == Refund.State.APPROVED],
        "rows": page[:PAGE],
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "receipts/refund_list.html", context)


@requires("refund.request")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest, credit: int) -> HttpResponse:
    """Ask for an open credit, or a part of it, to be paid back."""
    rows = Item.objects.filter(amount__lt=0, customer__isnull=False, account__role__in=REFUNDABLE)
    rows = rows.select_related("document", "customer", "account")
    owed = get_for(request.user, "refund.request", rows, credit, request.company)
    today, status, left, accounts = timezone.localdate(), 200, free_of(owed), accounts_for(owed)
    form = RefundForm(
        request.POST or None, company=request.company, today=today, item=owed, left=left, accounts=accounts
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = request_refund(
                    request.company, owed.pk, data["amount"], account_id=data["account"].pk, reason=data["reason"],
                    by=request.user,
                )  # fmt: skip
            except DomainError as error:
                field = error.facts.get("field")
                form.add_error(field if field in form.fields else None, str(error.message))
                status = error.status
            else:
                messages.success(request, _written(made))
                return redirect("receipts:refund", made.pk)
    context = {"form": form, "item": owed, "left": left, "has_account": accounts.exists()}
    return render(request, "receipts/refund_new.html", context, status=status)


@requires("refund.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One refund with its account, decision, file and what comes next."""
    return _screen(request, get_for(request.user, "refund.view", refunds(request.company), pk, request.company))


@requires("refund.approve")
@require_POST
def approve(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says yes: it may be ordered from the bank."""
    made = get_for(request.user, "refund.approve", refunds(request.company), pk, request.company)
    try:
        approve_refund(request.company, pk, by=request.user)
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _("Approved; a pay-out file can be made."))
    return redirect("receipts:refund", pk)


@requires("refund.approve")
@require_POST
def reject(request: CompanyRequest, pk: int) -> HttpResponse:
    """The second person says no, and why."""
    made = get_for(request.user, "refund.approve", refunds(request.company), pk, request.company)
    form = RejectForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, made, reject_form=form, status=422)
    try:
        reject_refund(request.company, pk, by=request.user, note=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, _("Rejected; the credit is free again."))
    return redirect("receipts:refund", pk)


@requires("refund.request")
@require_POST
def cancel(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take it back before it is ordered."""
    return _ended(request, pk, "refund.request", cancel_refund, _("Cancelled; the credit is free again."))


@requires("refund.pay_out")
@require_POST
def fail(request: CompanyRequest, pk: int) -> HttpResponse:
    """The bank did not carry it out."""
    return _ended(request, pk, "refund.pay_out", fail_refund, _("Noted; the credit is free again."))


@requires("refund.pay_out")
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: CompanyRequest, pk: int) -> HttpResponse:
    """The money came back: the refund leaves the book. Shown first."""
    made = get_for(request.user, "refund.pay_out", refunds(request.company), pk, request.company)
    today, status = timezone.localdate(), 200
    form = UndoForm(request.POST or None, initial={"on": today, "key": "-"}, company=request.company, today=today)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            on, reason = form.cleaned_data["on"] or today, form.cleaned_data["reason"]
            try:
                mirror = return_refund(request.company, pk, on=on, by=request.user, reason=reason)
            except DomainError as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                told = {"number": mirror.number}
                messages.success(request, _("Undone by %(number)s; the credit is open as before.") % told)
                return redirect("receipts:refund", pk)
    change = returning(made) if made.state == Refund.State.PAID else None
    return render(
        request, "receipts/refund_return.html", {"refund": made, "change": change, "form": form}, status=status
    )


def _ended(request: CompanyRequest, pk: int, verb: str, act: Callable[..., Refund], done: str) -> HttpResponse:
    made = get_for(request.user, verb, refunds(request.company), pk, request.company)
    form = WhyForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, made, why_form=form, status=422)
    try:
        act(request.company, pk, by=request.user, reason=form.cleaned_data["reason"])
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    messages.success(request, done)
    return redirect("receipts:refund", pk)


def _written(made: Refund) -> str:
    if made.state == Refund.State.REQUESTED:
        return _("Asked for; somebody else approves it.")
    return _("Approved; a pay-out file can be made.")


def _screen(
    request: CompanyRequest,
    made: Refund,
    *,
    problem: str = "",
    reject_form: RejectForm | None = None,
    why_form: WhyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    made, today = refunds(request.company).get(pk=made.pk), timezone.localdate()
    is_coming = made.state in (Refund.State.REQUESTED, Refund.State.APPROVED, Refund.State.ORDERED)
    change = None
    if is_coming:
        try:
            change = paying(made, today)
        except DomainError as error:  # a rate is missing: said beside, and once more by the act
            problem = problem or str(error.message)
    context = {
        "refund": made,
        "change": change,
        "problem": problem,
        "may_approve_this": made.requested_by_id != request.user.pk,
        "reject_form": reject_form or RejectForm(company=request.company, today=today),
        "reject_open": reject_form is not None,
        "why_form": why_form or WhyForm(company=request.company, today=today),
        "why_open": why_form is not None,
    }
    return render(request, "receipts/refund.html", context, status=status)

"""Bills of exchange in the browser: the register by due day, one bill, and each act with what it would post."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.ledger.actions import NewDocument, NewLine
from bills.actions import (
    NewBill,
    Passing,
    collect_bill,
    discount_bill,
    dishonour_bill,
    endorse_bill,
    register_bill,
    settle_bill,
    split_bill,
    undo_event,
)
from bills.actions.ending import dishonour_document, settling_document
from bills.actions.held import closing_document
from bills.actions.passing_on import passing_document
from bills.actions.splitting import check_parts, splitting_document
from bills.forms import BillForm, CollectForm, DiscountForm, DishonourForm, PassForm, SettleForm, SplitForm
from bills.models import Bill, BillEvent
from bills.queries import (
    bills,
    events_of,
    last_event,
    owed_on_bills,
    paid_by,
    postings_of,
    still_open,
    undo_postings,
)
from customers.models import Customer
from receipts.forms import DatedForm, UndoForm

PAGE = 50
SOON = timedelta(days=10)  # a bill is presented within ten days of its due day


@requires("bill.view")
@require_safe
def bill_list(request: CompanyRequest) -> HttpResponse:
    """Bills of which money is still to come, the next due first; or all, the last registered first."""
    view = request.GET.get("view") if request.GET.get("view") in ("open", "all") else "open"
    found, today = bills(request.company), timezone.localdate()
    after = read_number(request.GET.get("after"))
    if view == "all":
        found = found.order_by("-pk")
        found = found.filter(pk__lt=after) if after else found
    else:
        found = still_open(found).order_by("due_on", "pk")
        last = Bill.objects.filter(company=request.company, pk=after).first() if after else None
        if last is not None:
            found = found.filter(due_on__gt=last.due_on) | found.filter(due_on=last.due_on, pk__gt=last.pk)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "view": view,
        "sums": owed_on_bills(request.company),
        "as_of": today,
        "soon": today + SOON,
    }
    return render(request, "bills/bill_list.html", context)


@requires("bill.record")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Register a bill; it settles the oldest debts that it is enough for."""
    today, status = timezone.localdate(), 200
    initial = {
        "customer": request.GET.get("customer", "")[:40],
        "received_on": today,
        "currency": request.company.base_currency,
    }
    form = BillForm(request.POST or None, initial=initial, company=request.company, today=today)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            customer: Customer = data.pop("customer")
            data["first_cent"], data["last_cent"] = data["first_cent"] or 0, data["last_cent"] or 0
            try:
                bill = register_bill(request.company, NewBill(customer_id=customer.pk, **data), by=request.user)
            except DomainError as error:
                status = _add(form, error)
            else:
                messages.success(request, _("Registered as %(number)s.") % {"number": bill.document.number})
                return redirect("bills:detail", bill.pk)
    return render(request, "bills/bill_new.html", {"form": form}, status=status)


@requires("bill.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One bill: what it paid, what was done with it, and what can be done now."""
    bill = get_for(request.user, "bill.view", bills(request.company), pk, request.company)
    last = last_event(bill)
    context = {
        "bill": bill,
        "claims": paid_by(bill),
        "events": events_of(bill),
        "parts": list(bill.parts.exclude(state=Bill.State.WITHDRAWN).select_related("item").order_by("starts_at")),
        "undoable": last.pk if last and not (last.kind == BillEvent.Kind.RECEIVED and bill.parent_id) else None,
        "can_split": bool(bill.first_cent),
        "as_of": timezone.localdate(),
    }
    return render(request, "bills/bill.html", context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act on a bill: its words, its form, what it would post, how it is done and what is said then."""

    title: str
    intro: str
    form: type[DatedForm]
    document: Callable[[Bill, dict[str, Any]], NewDocument]
    do: Callable[[CompanyRequest, int, dict[str, Any]], str]
    is_danger: bool = False


@requires("bill.pass_on")
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request: CompanyRequest, pk: int) -> HttpResponse:
    """Pay somebody with the bill."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        endorse_bill(request.company, pk, _passing(data), by=request.user)
        return _("Endorsed.")

    act = Act(
        title=_("Endorse the bill"),
        intro=_("The bill pays somebody we owe."),
        form=PassForm,
        document=lambda bill, data: passing_document(bill, _passing(data), Bill.State.ENDORSED),
        do=do,
    )
    return _acting(request, "bill.pass_on", pk, act)


@requires("bill.pass_on")
@require_http_methods(["GET", "HEAD", "POST"])
def discount(request: CompanyRequest, pk: int) -> HttpResponse:
    """Sell the bill to a bank before its day."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        discount_bill(request.company, pk, _passing(data), by=request.user)
        return _("Discounted.")

    act = Act(
        title=_("Discount the bill"),
        intro=_("A bank pays the bill before its day and keeps the interest until then."),
        form=DiscountForm,
        document=lambda bill, data: passing_document(bill, _passing(data), Bill.State.DISCOUNTED),
        do=do,
    )
    return _acting(request, "bill.pass_on", pk, act)


@requires("bill.record")
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: CompanyRequest, pk: int) -> HttpResponse:
    """The acceptor paid us."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        account = data["bank_account"]
        made = collect_bill(
            request.company, pk, on=data["on"], by=request.user, bank_account_id=account.pk if account else None
        )
        if made.number is None:
            return _("The receipt waits for a second person; apply it to the bill afterwards.")
        return _("Paid by receipt %(number)s.") % {"number": made.number}

    def document(bill: Bill, data: dict[str, Any]) -> NewDocument:
        """Receipt and application together: the bank for the bill."""
        return closing_document(bill, [NewLine(account="bank", amount=bill.amount)], data["on"])

    act = Act(
        title=_("The bill was paid"),
        intro=_("A receipt is recorded and settles the bill; as any receipt it can be returned."),
        form=CollectForm,
        document=document,
        do=do,
    )
    return _acting(request, "bill.record", pk, act)


@requires("bill.record")
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: CompanyRequest, pk: int) -> HttpResponse:
    """The acceptor paid whom we passed the bill on to."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        settle_bill(request.company, pk, on=data["on"], by=request.user)
        return _("Paid; we no longer answer for it.")

    act = Act(
        title=_("The acceptor has paid"),
        intro=_("Whom the bill was passed on to was paid: the claim and our liability end together."),
        form=SettleForm,
        document=lambda bill, data: settling_document(bill, data["on"]),
        do=do,
    )
    return _acting(request, "bill.record", pk, act)


@requires("bill.record")
@require_http_methods(["GET", "HEAD", "POST"])
def dishonour(request: CompanyRequest, pk: int) -> HttpResponse:
    """The acceptor did not pay."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        dishonour_bill(request.company, pk, on=data["on"], by=request.user, note=data["note"])
        return _("Dishonoured; what it paid is owed again.")

    act = Act(
        title=_("The bill was dishonoured"),
        intro=_("What the bill paid is owed again, each debt with the due date it had."),
        form=DishonourForm,
        document=lambda bill, data: dishonour_document(bill, data["on"], data["note"]),
        do=do,
        is_danger=True,
    )
    return _acting(request, "bill.record", pk, act)


@requires("bill.record")
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: CompanyRequest, pk: int) -> HttpResponse:
    """Make parts of the bill."""

    def do(request: CompanyRequest, pk: int, data: dict[str, Any]) -> str:
        split_bill(request.company, pk, data["amounts"], on=data["on"], by=request.user)
        return _("Split.")

    def document(bill: Bill, data: dict[str, Any]) -> NewDocument:
        check_parts(bill, data["amounts"])
        return splitting_document(bill, data["amounts"], data["on"])

    act = Act(
        title=_("Split the bill"),
        intro=_("Each part is a bill of its own with the same number and its own sub-interval."),
        form=SplitForm,
        document=document,
        do=do,
    )
    return _acting(request, "bill.record", pk, act)


@requires("bill.undo")
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: CompanyRequest, pk: int, event: int) -> HttpResponse:
    """Undo what was done last, shown first."""
    bill = get_for(request.user, "bill.undo", bills(request.company), pk, request.company)
    rows = BillEvent.objects.filter(bill=bill).select_related("document")
    found = get_for(request.user, "bill.undo", rows, event, request.company)
    today, status = timezone.localdate(), 200
    form = UndoForm(
        request.POST or None, initial={"on": today, "key": uuid4().hex}, company=request.company, today=today
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                undo_event(request.company, pk, event, on=data["on"] or today, by=request.user, reason=data["reason"])
            except DomainError as error:
                status = _add(form, error)
            else:
                messages.success(request, _("Undone; both acts stay in the history."))
                return redirect("bills:detail", pk)
    last = last_event(bill)
    is_possible = last is not None and last.pk == found.pk
    context = {
        "bill": bill,
        "event": found,
        "form": form,
        "is_possible": is_possible,
        "postings": undo_postings(found) if is_possible else [],
    }
    return render(request, "bills/bill_undo.html", context, status=status)


def _acting(request: CompanyRequest, verb: str, pk: int, act: Act) -> HttpResponse:
    """The form of an act; "See the effect" shows what it would post, the other button does it."""
    bill = get_for(request.user, verb, bills(request.company), pk, request.company)
    today, status = timezone.localdate(), 200
    form = act.form(request.POST or None, company=request.company, today=today, bill=bill)
    effect: NewDocument | None = None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = {**form.cleaned_data, "on": form.cleaned_data["on"] or today}
            try:
                if "preview" in request.POST:
                    effect, status = act.document(bill, data), 200
                else:
                    messages.success(request, act.do(request, pk, data))
                    return redirect("bills:detail", pk)
            except DomainError as error:
                status = _add(form, error)
    context = {
        "bill": bill,
        "act": act,
        "form": form,
        "effect": effect,
        "postings": postings_of(request.company, effect) if effect else [],
        "opened": [item for item in effect.items if item.amount > 0] if effect else [],
        "as_of": today,
    }
    return render(request, "bills/bill_act.html", context, status=status)


def _passing(data: dict[str, Any]) -> Passing:
    names = ("on", "party", "with_recourse", "interest", "note")
    return Passing(**{name: data[name] for name in names if name in data})


def _add(form: DatedForm, error: DomainError) -> int:
    """Put a refusal beside its field; returns the status."""
    field = error.facts.get("field")
    form.add_error(field if field in form.fields else None, str(error.message))
    return error.status

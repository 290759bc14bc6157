"""Taking back: what a receipt was applied to, or the receipt itself. Each shows all it changes before it is done."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.core.queries import first_open_day
from receipts.actions import reverse_receipt, unapply_receipt
from receipts.forms import ReturnForm, UnapplyForm, read_entries
from receipts.models import Receipt
from receipts.previews import Reopened, ask
from receipts.queries.effects import Effect, aging_change, return_effect, unapply_effect

QUERYSET = Receipt.objects.select_related("customer", "document", "company")


@requires("receipt.unapply")
@require_http_methods(["GET", "HEAD", "POST"])
def unapply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo what was applied: the entries named, or all of it. Shown first, done when a reason is given."""
    receipt = get_for(request.user, "receipt.unapply", QUERYSET, pk, request.company)
    named = request.POST.get("entries", "") or request.GET.get("entries", "")
    effect = unapply_effect(request.company, receipt, read_entries(named))
    form = UnapplyForm(
        request.POST or None,
        initial={"on": _first_day(request, effect), "entries": named, "key": uuid4().hex},
        company=request.company,
        today=timezone.localdate(),
    )

    def undo(on: date) -> str:
        data = form.cleaned_data
        unapply_receipt(
            request.company,
            pk,
            effective_on=on,
            by=request.user,
            entries=data["entries"],
            reason=data["reason"],
            key=data["key"],
        )
        return _("Unapplied; what was settled is open again, and both acts stay in the history.")

    return _page(request, receipt, form, effect, undo, is_return=False)


@requires("receipt.reverse")
@require_http_methods(["GET", "HEAD", "POST"])
def return_receipt(request: CompanyRequest, pk: int) -> HttpResponse:
    """The money went back: a dated mirror in the book, and what was paid with it is open again. Shown first."""
    receipt = get_for(request.user, "receipt.reverse", QUERYSET, pk, request.company)
    effect = return_effect(request.company, receipt)
    form = ReturnForm(
        request.POST or None,
        initial={"on": _first_day(request, effect), "key": uuid4().hex},
        company=request.company,
        today=timezone.localdate(),
    )

    def undo(on: date) -> str:
        data = form.cleaned_data
        mirror = reverse_receipt(request.company, pk, on=on, by=request.user, reason=data["reason"], key=data["key"])
        return _("Taken back by %(number)s; what it paid is open again.") % {"number": mirror.number}

    return _page(request, receipt, form, effect, undo, is_return=True)


def _first_day(request: CompanyRequest, effect: Effect) -> date:
    """Today, or where that lies in a closed month the first open day after what is undone."""
    today = timezone.localdate()
    open_day = first_open_day(request.company, min(effect.not_before, today))
    return today if open_day is None or open_day <= today else open_day


def _page(
    request: CompanyRequest,
    receipt: Receipt,
    form: UnapplyForm | ReturnForm,
    effect: Effect,
    undo: Callable[[date], str],
    *,
    is_return: bool,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = undo(form.cleaned_data["on"] or timezone.localdate())
            except DomainError as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, done)
                return redirect("receipts:detail", receipt.pk)
    today = timezone.localdate()
    documents = {item.document_id for item in effect.items}
    reopened = Reopened(
        company=request.company,
        customer_ids=effect.customer_ids,
        item_ids={item.item_id for item in effect.items},
        document_ids=documents | ({receipt.document_id} if is_return and receipt.document_id else set()),
        on=today,
    )
    context = {
        "receipt": receipt,
        "form": form,
        "effect": effect,
        "aging": aging_change(request.company, receipt, effect, as_of=today),
        "notices": ask(reopened),
        "as_of": today,
        "is_return": is_return,
        "is_possible": receipt.state == Receipt.State.CONFIRMED and bool(is_return or effect.entry_ids),
    }
    return render(request, "receipts/undo.html", context, status=status)

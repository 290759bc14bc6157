"""Taking back: what a receipt was applied to, or the receipt itself. Each shows all it changes before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from arap.core import wording
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.permissions import get_for, requires
from arap.core.queries import first_open_day
from receipts.actions import reverse_receipt, unapply_receipt, unidentify_receipt
from receipts.forms import ReturnForm, UnapplyForm, UndoForm, read_entries
from receipts.models import Receipt, ReceiptIdentification
from receipts.previews import Reopened, ask
from receipts.queries.effects import Effect, aging_change, return_effect, unapply_effect, unidentify_effect

QUERYSET = Receipt.objects.select_related("customer", "document", "company")


@dataclass(frozen=True, slots=True)
class _Words:
    """What the page of an undoing says: its title, what it would do, its button, and what is said when it cannot."""

    title: str
    intro: str
    button: str
    impossible: str
    why: str


@requires("receipt.unapply")
@require_http_methods(["GET", "HEAD", "POST"])
def unapply(request: CompanyRequest, pk: int) -> HttpResponse:
    """Undo what was applied: the entries named, or all of it. Shown first, done when a reason is given."""
    receipt = get_for(request.user, "receipt.unapply", QUERYSET, pk, request.company)
    named = request.POST.get("entries", "") or request.GET.get("entries", "")
    effect = unapply_effect(request.company, receipt, read_entries(named))
    form = UnapplyForm(request.POST or None, **_options(request, effect, entries=named))
    words = _Words(
        title=_("Unapply"),
        intro=_("What follows is what unapplying would change."),
        button=ngettext("Unapply and reopen %(count)s item", "Unapply and reopen %(count)s items", len(effect.items))
        % {"count": len(effect.items)},
        impossible=_("There is nothing to unapply"),
        why=_("Somebody may have undone it already; the history of the receipt tells."),
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

    return _page(request, receipt, form, effect, undo, words, is_possible=bool(effect.entry_ids))


@requires("receipt.reverse")
@require_http_methods(["GET", "HEAD", "POST"])
def return_receipt(request: CompanyRequest, pk: int) -> HttpResponse:
    """The money went back: a dated mirror in the book, and what was paid with it is open again. Shown first."""
    receipt = get_for(request.user, "receipt.reverse", QUERYSET, pk, request.company)
    effect = return_effect(request.company, receipt)
    form = ReturnForm(request.POST or None, **_options(request, effect))
    words = _Words(
        title=_("The money went back"),
        intro=_("What follows is what taking the receipt back would change."),
        button=_("Take the receipt back and reopen what it paid"),
        impossible=_("This receipt cannot be taken back"),
        why=_("Only a confirmed receipt that was not returned can be taken back."),
    )

    def undo(on: date) -> str:
        data = form.cleaned_data
        mirror = reverse_receipt(request.company, pk, on=on, by=request.user, reason=data["reason"], key=data["key"])
        return _("Taken back by %(number)s; what it paid is open again.") % {"number": mirror.number}

    return _page(request, receipt, form, effect, undo, words, goes_back=True)


@requires("receipt.identify")
@require_http_methods(["GET", "HEAD", "POST"])
def unidentify(request: CompanyRequest, pk: int, identification: int) -> HttpResponse:
    """The money was not that customer's after all: its payer is unknown again. Shown first."""
    receipt = get_for(request.user, "receipt.identify", QUERYSET, pk, request.company)
    rows = ReceiptIdentification.objects.filter(receipt=receipt, undoes=None).select_related("customer")
    made = get_for(request.user, "receipt.identify", rows, identification, request.company)
    effect = unidentify_effect(receipt, made)
    form = UndoForm(request.POST or None, **_options(request, effect))
    assert made.customer is not None, "only what undoes has none"
    name = wording.names(made.customer.name, made.customer.name_local)[0]
    words = _Words(
        title=_("Not the money of %(customer)s") % {"customer": name},
        intro=_("What follows is what taking the money back from this customer would change."),
        button=_("Take it back; the payer is unknown again"),
        impossible=_("This was taken back before."),
        why=_("Somebody may have undone it already; the history of the receipt tells."),
    )

    def undo(on: date) -> str:
        data = form.cleaned_data
        unidentify_receipt(request.company, pk, made.pk, on=on, by=request.user, reason=data["reason"], key=data["key"])
        return _("Taken back from %(customer)s; the payer is unknown again.") % {"customer": name}

    is_undone = ReceiptIdentification.objects.filter(undoes=made).exists()
    return _page(request, receipt, form, effect, undo, words, is_possible=not is_undone)


def _options(request: CompanyRequest, effect: Effect, **initial: str) -> dict[str, Any]:
    """What such a form is made with. It starts with today, or with the first open day after a closed month."""
    today = timezone.localdate()
    open_day = first_open_day(request.company, min(effect.not_before, today), by=request.user)
    on = today if open_day is None or open_day <= today else open_day
    return {"initial": {"on": on, "key": uuid4().hex, **initial}, "company": request.company, "today": today}


def _page(
    request: CompanyRequest,
    receipt: Receipt,
    form: UndoForm | ReturnForm,
    effect: Effect,
    undo: Callable[[date], str],
    words: _Words,
    *,
    is_possible: bool = True,
    goes_back: bool = False,
) -> HttpResponse:
    status, today = 200, timezone.localdate()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = undo(form.cleaned_data["on"] or today)
            except DomainError as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, done)
                return redirect("receipts:detail", receipt.pk)
    documents = {item.document_id for item in effect.items}
    reopened = Reopened(
        company=request.company,
        customer_ids=effect.customer_ids,
        item_ids={item.item_id for item in effect.items},
        document_ids=documents | ({receipt.document_id} if goes_back and receipt.document_id else set()),
        on=today,
    )
    context = {
        "receipt": receipt,
        "form": form,
        "effect": effect,
        "aging": aging_change(request.company, receipt, effect, as_of=today),
        "notices": ask(reopened),
        "as_of": today,
        "words": words,
        "is_possible": is_possible and receipt.state == Receipt.State.CONFIRMED,
    }
    return render(request, "receipts/undo.html", context, status=status)

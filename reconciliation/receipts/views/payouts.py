"""Pay-out files in the browser: made of approved refunds, saved, and noted as paid."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from receipts.actions.paying_out import make_payout, pay_all
from receipts.models import Payout, Refund
from receipts.queries.refunds import payouts, refunds
from receipts.refund_forms import PaidForm, PayoutForm

PAGE = 50


@requires("refund.view")
@require_safe
def payout_list(request: CompanyRequest) -> HttpResponse:
    """All files, the last made first, in pages."""
    found = payouts(request.company)
    after = read_number(request.GET.get("after"))
    page = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    context = {"rows": page[:PAGE], "next": page[PAGE - 1].pk if len(page) > PAGE else None}
    return render(request, "receipts/payout_list.html", context)


@requires("refund.pay_out")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Choose approved refunds, and make the file that orders them."""
    today, status = timezone.localdate(), 200
    rows = list(refunds(request.company).filter(state=Refund.State.APPROVED).order_by("pk"))
    chosen = {pk for text in request.POST.getlist("refund") if (pk := read_number(text)) is not None}
    form = PayoutForm(request.POST or None, initial={"execute_on": today}, company=request.company, today=today)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = make_payout(
                    request.company, sorted(chosen), bank_account_id=form.cleaned_data["bank_account"].pk,
                    execute_on=form.cleaned_data["execute_on"] or today, today=today, at=timezone.localtime(),
                    by=request.user,
                )  # fmt: skip
            except DomainError as error:
                field = error.facts.get("field")
                form.add_error(field if field in form.fields else None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The file is made. Save it and hand it to the bank."))
                return redirect("receipts:payout", made.pk)
    is_first = request.method != "POST"
    context = {"form": form, "rows": [(row, is_first or row.pk in chosen) for row in rows]}
    return render(request, "receipts/payout_new.html", context, status=status)


@requires("refund.view")
@require_safe
def detail(request: CompanyRequest, pk: int) -> HttpResponse:
    """One file with its refunds and its SHA-256."""
    return _screen(request, get_for(request.user, "refund.view", payouts(request.company), pk, request.company))


@requires("refund.pay_out")
@require_POST
def paid(request: CompanyRequest, pk: int) -> HttpResponse:
    """All that is still ordered was paid: it enters the book."""
    made = get_for(request.user, "refund.pay_out", payouts(request.company), pk, request.company)
    form = PaidForm(request.POST, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _screen(request, made, form=form, status=422)
    try:
        posted = pay_all(request.company, pk, on=form.cleaned_data["on"] or timezone.localdate(), by=request.user)
    except DomainError as error:
        return _screen(request, made, problem=str(error.message), status=error.status)
    text = ngettext("%(count)s refund is in the book.", "%(count)s refunds are in the book.", len(posted))
    messages.success(request, text % {"count": len(posted)})
    return redirect("receipts:payout", pk)


@requires("refund.pay_out")
@require_safe
def xml(request: CompanyRequest, pk: int) -> HttpResponse:
    """The file for the bank, as it was made."""
    rows = Payout.objects.select_related("xml")
    return file_response(get_for(request.user, "refund.pay_out", rows, pk, request.company).xml)


@requires("refund.pay_out")
@require_safe
def csv(request: CompanyRequest, pk: int) -> HttpResponse:
    """The same as a table."""
    rows = Payout.objects.select_related("csv")
    return file_response(get_for(request.user, "refund.pay_out", rows, pk, request.company).csv)


def _screen(
    request: CompanyRequest, made: Payout, *, problem: str = "", form: PaidForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    rows = list(refunds(request.company).filter(payout=made).order_by("pk"))
    context = {
        "payout": made,
        "rows": rows,
        "waits": any(row.state == Refund.State.ORDERED for row in rows),
        "problem": problem,
        "form": form or PaidForm(initial={"on": today}, company=request.company, today=today),
    }
    return render(request, "receipts/payout.html", context, status=status)

"""The list of receipts, and recording a new one."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError
from arap.core.fields import read_amount
from arap.core.http import CompanyRequest
from arap.core.models import IdempotencyKey
from arap.core.money import AmountError
from arap.core.paging import SEPARATOR, read_number, read_row
from arap.core.permissions import requires
from receipts.actions import NewReceipt, Recorded, record_receipt
from receipts.forms import FilterForm, ReceiptForm, read_entries
from receipts.models import Receipt
from receipts.queries.alike import alike
from receipts.queries.listing import ORDERS, SORTS, VIEWS, Key, ReceiptQuery, ReceiptRow, Sort, View, receipt_rows
from receipts.queries.waiting import counts

PAGE = 20
# What stays in the form when a stack of receipts is entered one after the other.
KEPT_FOR_ANOTHER = ("received_on", "currency", "method", "bank_account")


@requires("receipt.view")
@require_safe
def receipt_list(request: CompanyRequest) -> HttpResponse:
    """Receipts in pages: views as tabs with counts of what waits, filters, and four orders."""
    view, sort, form = _asked(request)
    query = replace(
        query_of(form, view),
        sort=sort,
        after=_key(request.GET.get("after"), sort),
        before=_key(request.GET.get("before"), sort),
        limit=PAGE,
    )
    page = receipt_rows(request.company, query)
    filters = {name: request.GET.get(name, "")[:100] for name in form.fields if request.GET.get(name)}
    place = {"view": view, "sort": sort, **filters}
    context = {
        "rows": page.rows,
        "view": view,
        "sort": sort,
        "form": form,
        "is_narrowed": form.says,
        "filters": urlencode(filters),
        "counts": counts(request.company, request.user),
        "previous_query": _page_query(place, page.rows[:1], "before", sort) if page.has_previous else "",
        "next_query": _page_query(place, page.rows[-1:], "after", sort) if page.has_next else "",
        "is_empty_company": not page.rows and not Receipt.objects.filter(company=request.company).exists(),
    }
    return render(request, "receipts/receipt_list.html", context)


def _asked(request: CompanyRequest) -> tuple[View, Sort, FilterForm]:
    view: View = next((each for each in VIEWS if each == request.GET.get("view")), "open")
    sort: Sort = next((each for each in SORTS if each == request.GET.get("sort")), "newest")
    form = FilterForm(request.GET, company=request.company, today=timezone.localdate())
    form.is_valid()
    return view, sort, form


def query_of(form: FilterForm, view: View) -> ReceiptQuery:
    """What the form asks of the list; what cannot be read narrows nothing."""
    asked = form.cleaned_data
    amounts = asked.get("amount") or (None, None)
    return ReceiptQuery(
        view=view,
        text=asked.get("q", ""),
        customer_id=asked["customer"].pk if asked.get("customer") else None,
        from_on=asked.get("from_on"),
        to_on=asked.get("to_on"),
        amount_from=amounts[0],
        amount_to=amounts[1],
    )


def _key(text: str | None, sort: Sort) -> Key | None:
    """The row named in an address; None, the first page, for anything that is not one."""
    if ORDERS[sort][0] == "received_on":
        row = read_row(text)
        return (row.on, row.id) if row else None
    value, separator, number = (text or "").partition(SEPARATOR)
    pk = read_number(number)
    try:
        return (read_amount(value, "KWD"), pk) if separator and pk is not None else None
    except AmountError:
        return None


def _page_query(place: dict[str, str], rows: list[ReceiptRow], side: str, sort: Sort) -> str:
    """The address of the page that lies on this side of the row."""
    if not rows:
        return ""
    receipt = rows[0].receipt
    value = getattr(receipt, ORDERS[sort][0])
    return urlencode({**place, side: f"{value}{SEPARATOR}{receipt.pk}"})


@requires("receipt.record")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Record money in. It enters the book at once, unless its amount needs a second person."""
    today = timezone.localdate()
    given = {name: request.GET[name] for name in KEPT_FOR_ANOTHER if request.GET.get(name)}
    first = {
        "received_on": today,
        "currency": request.company.base_currency,
        **given,
        "customer": request.GET.get("customer", ""),
        "key": uuid4().hex,
    }
    form = ReceiptForm(request.POST or None, initial=first, company=request.company, today=today)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        receipt = _new_receipt(form)
        same = alike(request.company, receipt)
        said = set(read_entries(request.POST.get("not_the_same", "")) or [])
        keys = IdempotencyKey.objects.filter(company=request.company, key=form.cleaned_data["key"])
        is_repeated = bool(same) and keys.exists()
        if same and not is_repeated and not {each.pk for each in same} <= said:
            context |= {"alike": same, "not_the_same": ",".join(str(each.pk) for each in same)}
            return render(request, "receipts/receipt_new.html", context, status=409)
        if recorded := _record(request, form, receipt):
            return _recorded(request, recorded)
    return render(request, "receipts/receipt_new.html", context, status=422 if form.errors else 200)


def _recorded(request: CompanyRequest, recorded: Recorded) -> HttpResponse:
    """To the receipt, or on to another one like it."""
    if request.POST.get("then") != "another":
        return redirect("receipts:detail", recorded.receipt_id)
    if recorded.number:
        messages.success(request, _("Recorded as %(number)s.") % {"number": recorded.number})
    else:
        messages.success(request, _("Recorded; it waits for a second person."))
    kept = {name: request.POST[name][:60] for name in KEPT_FOR_ANOTHER if request.POST.get(name)}
    return redirect(f"{reverse('receipts:new')}?{urlencode(kept)}")


def _new_receipt(form: ReceiptForm) -> NewReceipt:
    data = form.cleaned_data
    account = data.get("bank_account")
    return NewReceipt(
        amount=data["amount"],
        currency=data["currency"],
        received_on=data["received_on"],
        customer_id=data["customer"].pk if data["customer"] else None,
        method=data["method"] or Receipt.Method.BANK_TRANSFER.value,
        bank_account_id=account.pk if account else None,
        payer_name=data["payer_name"],
        payer_account=data["payer_account"],
        remittance=data["remittance"],
    )


def _record(request: CompanyRequest, form: ReceiptForm, receipt: NewReceipt) -> Recorded | None:
    """What was recorded from the form; None when the action refused, with its sentence on the form."""
    try:
        return record_receipt(request.company, receipt, by=request.user, key=form.cleaned_data["key"])
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(field if field in form.fields else None, str(error.message))
        return None

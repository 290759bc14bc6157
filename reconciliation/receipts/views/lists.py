"""The list of receipts, and recording a new one."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import Row, read_row
from arap.core.permissions import requires
from arap.ledger.history import numbered
from arap.ledger.models import Item
from customers.queries import search
from receipts.actions import NewReceipt, record_receipt
from receipts.forms import ReceiptForm
from receipts.models import Receipt, ReceiptIdentification
from receipts.pages import waiting

PAGE = 20
PAYERS_SHOWN = 12
VIEWS = ("all", "open", "unidentified", "to_confirm")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A receipt in the list, with what is not applied of it and the state that follows."""

    receipt: Receipt
    left: Decimal
    state: str


@requires("receipt.view")
@require_safe
def receipt_list(request: CompanyRequest) -> HttpResponse:
    """Receipts, newest first, in pages; filtered by view, and by number, payer or text."""
    view = request.GET.get("view", "all") if request.GET.get("view") in VIEWS else "all"
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    after = read_row(request.GET.get("after"))
    found = _matching(request, view, text)
    if after:
        found = found.filter(Q(received_on__lt=after.on) | Q(received_on=after.on, pk__lt=after.id))
    page = list(found.select_related("customer", "document").order_by("-received_on", "-id")[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    filters = {"view": view, "q": text}
    next_row = str(Row(page[-1].received_on, page[-1].pk)) if more else ""
    context = {
        "rows": _listed(page),
        "view": view,
        "text": text,
        "is_first": after is None,
        "first_query": urlencode(filters),
        "next_query": urlencode({**filters, "after": next_row}) if more else "",
    }
    return render(request, "receipts/receipt_list.html", context)


@requires("receipt.record")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Record money in. It enters the book at once, unless its amount needs a second person."""
    today = timezone.localdate()
    first = {
        "customer": request.GET.get("customer", ""),
        "received_on": today,
        "currency": request.GET.get("currency") or request.company.base_currency,
        "key": uuid4().hex,
    }
    form = ReceiptForm(request.POST or None, initial=first, company=request.company, today=today)
    if request.method == "POST" and form.is_valid() and (receipt_id := _record(request, form)):
        return redirect("receipts:detail", receipt_id)
    return render(request, "receipts/receipt_new.html", {"form": form}, status=422 if form.errors else 200)


@requires("receipt.view")
@require_safe
def payers(request: CompanyRequest) -> HttpResponse:
    """Customers to choose from while a code is typed."""
    text = request.GET.get("customer", "")[:60]
    found = search(request.company, text).filter(is_active=True)[:PAYERS_SHOWN]
    return render(request, "receipts/_payers.html", {"customers": found})


def _record(request: CompanyRequest, form: ReceiptForm) -> int | None:
    """The id of the receipt recorded from the form; None when the action refused, with its sentence on the form."""
    data = form.cleaned_data
    account = data.get("bank_account")
    receipt = NewReceipt(
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
    try:
        return record_receipt(request.company, receipt, by=request.user, key=data["key"]).receipt_id
    except DomainError as error:
        field = error.facts.get("field")
        form.add_error(field if field in form.fields else None, str(error.message))
        return None


def _matching(request: CompanyRequest, view: str, text: str) -> QuerySet[Receipt]:
    found: QuerySet[Receipt] = Receipt.objects.filter(company=request.company)
    if view == "open":
        found = waiting(request.company)
    elif view == "unidentified":
        lost = Item.objects.filter(company=request.company, customer=None).exclude(open_amount=0)
        found = found.filter(document__in=lost.values("document_id"))
    elif view == "to_confirm":
        found = Receipt.objects.to_confirm().filter(company=request.company)
    if not text:
        return found
    customers = search(request.company, text).values("pk")
    return found.filter(
        Q(document__in=numbered(request.company, text).values("pk"))
        | Q(payer_name__icontains=text)
        | Q(remittance__icontains=text)
        | Q(customer__in=customers)
    )


def _listed(page: list[Receipt]) -> list[_Listed]:
    """The receipts with what is left of each, also where identification moved it. Two queries."""
    home = {receipt.document_id: receipt.pk for receipt in page if receipt.document_id}
    moved = ReceiptIdentification.objects.filter(receipt__in=page).values_list("document_id", "receipt_id")
    home |= dict(moved)
    sums = Item.objects.filter(document__in=home, amount__lt=0).values("document_id", "customer_id")
    left: dict[int, Decimal] = {}
    lost: set[int] = set()
    for row in sums.annotate(open_sum=Sum("open_amount")).order_by():
        pk = home[row["document_id"]]
        left[pk] = left.get(pk, Decimal(0)) - row["open_sum"]
        if not row["customer_id"] and row["open_sum"]:
            lost.add(pk)
    return [
        _Listed(receipt, left.get(receipt.pk, Decimal(0)), _state(receipt, left.get(receipt.pk), receipt.pk in lost))
        for receipt in page
    ]


def _state(receipt: Receipt, left: Decimal | None, is_lost: bool) -> str:
    if receipt.state == Receipt.State.RECORDED:
        return "to_confirm"
    if receipt.state == Receipt.State.REJECTED:
        return "rejected"
    if receipt.state == Receipt.State.REVERSED:
        return "reversed"
    if is_lost:
        return "unidentified"
    if not left:
        return "applied"
    return "part_applied" if left != receipt.amount else "to_apply"

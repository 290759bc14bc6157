"""Lists as files to save: what each list shows, by its present filter, as CSV or XLSX."""

from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from arap.core import audit, tables
from arap.core.http import CompanyRequest
from arap.core.models import Company
from arap.core.permissions import requires
from arap.core.tables import Table
from arap.desk.exports.customers import customer_table
from arap.desk.exports.invoices import invoice_table
from arap.desk.exports.receipts import receipt_table
from arap.desk.queries.balances import BalanceQuery, balances
from arap.desk.queries.filters import read_filters
from arap.ledger.queries import position_at
from customers.models import Customer
from invoices.filters import InvoiceFilter
from invoices.queries import VIEWS as INVOICE_VIEWS
from invoices.queries import in_view
from receipts.forms import FilterForm
from receipts.queries.listing import VIEWS as RECEIPT_VIEWS
from receipts.queries.listing import View, receipts_found
from receipts.views.lists import query_of

CUSTOMERS_AT_ONCE = 2000


@requires("customer.view")  # type: ignore[arg-type]  # a stream answers as any response does
@require_safe
def customers_export(request: CompanyRequest) -> HttpResponseBase:
    """The customers of the list with their master data, each once, by code."""
    query = BalanceQuery(
        as_of=timezone.localdate(),
        position=position_at(request.company, known_at=None),
        filters=read_filters(request.GET),
        owner_id=request.user.pk,
        sort="code",
        limit=CUSTOMERS_AT_ONCE,
    )
    company = request.company
    most = Customer.objects.filter(company=company)
    return _answer(
        request, customer_table(company, lambda: _customer_ids(company, query), most.count), "desk:customers"
    )


def _customer_ids(company: Company, query: BalanceQuery) -> Iterator[int]:
    """The customers of every page; one that stands there in several currencies comes once."""
    last = 0
    while True:
        page = balances(company, query)
        for row in page.rows:
            if row.customer_id != last:
                yield row.customer_id
            last = row.customer_id
        if not page.has_next:
            return
        query = replace(query, after=page.rows[-1].key("code"))


@requires("invoice.view")  # type: ignore[arg-type]
@require_safe
def invoices_export(request: CompanyRequest) -> HttpResponseBase:
    """The invoices and credit notes of the list with their lines."""
    company, today = request.company, timezone.localdate()
    view = request.GET.get("view", "all") if request.GET.get("view") in INVOICE_VIEWS else "all"
    narrowed = InvoiceFilter(request.GET, in_view(company, view, today), company=company, today=today)
    if not narrowed.form.is_valid():
        return _back(request, "invoices:list")
    kind = {"all": "", "drafts": "", "debit_notes": "", "credit_notes": "credit_note"}.get(view, "invoice")
    name = "credit-notes" if kind == "credit_note" else "invoices"
    return _answer(request, invoice_table(company, narrowed.qs, name=name, kind=kind), "invoices:list")


@requires("receipt.view")  # type: ignore[arg-type]
@require_safe
def receipts_export(request: CompanyRequest) -> HttpResponseBase:
    """The receipts of the list, each with what it is applied to."""
    view: View = next((each for each in RECEIPT_VIEWS if each == request.GET.get("view")), "open")
    form = FilterForm(request.GET, company=request.company, today=timezone.localdate())
    if not form.is_valid():
        return _back(request, "receipts:list")
    found = receipts_found(request.company, query_of(form, view))
    return _answer(request, receipt_table(request.company, found), "receipts:list")


def _answer(request: CompanyRequest, table: Table, page: str) -> HttpResponseBase:
    """The file; that it was taken out is an act of its own."""
    kind = request.GET.get("as", "csv")
    if kind not in tables.MEDIA_TYPES:
        return _back(request, page)
    answer = tables.answer(table, kind)
    asked = request.GET.copy()
    asked.pop("as", None)
    after = {"list": page, "query": asked.urlencode()[:500], "as": kind}
    with transaction.atomic():
        audit.record(by=request.user, verb="list.export", obj=request.company, after=after)
    return answer


def _back(request: CompanyRequest, page: str) -> HttpResponse:
    return redirect(f"{reverse(page)}?{request.GET.urlencode()}")

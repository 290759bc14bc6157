"""Invoices as they are read: lists, one with its lines, and the paper; and drafts as they are changed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max, Prefetch, QuerySet, Sum
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.etags import check_match, matched
from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.drafting import drafts_of, may_post
from arap.api.v1.serializers.invoices import (
    InvoiceDraftSerializer,
    InvoiceFilters,
    InvoiceSerializer,
    InvoiceSummarySerializer,
    NewInvoiceSerializer,
    PaperQuery,
)
from arap.core.errors import Refused
from arap.core.files import pdf_response
from arap.core.money import ZERO
from arap.ledger.models import Document, Item
from invoices.actions import create_drafts, delete_draft, post_invoice, update_draft
from invoices.actions.sending import PAPERS, number_of, stored_paper
from invoices.models import Invoice, InvoiceInstalment, InvoiceLine
from invoices.papers import file_name, invoice_pdf, paper_language

LINES = InvoiceLine.objects.select_related("tax_code").order_by("line")
PAPER = {(200, "application/pdf"): OpenApiTypes.BINARY}


class InvoiceList(ApiView):
    @extend_schema(
        "invoices_list",
        summary=_("Invoices and debit notes, last entered first"),
        responses=InvoiceSummarySerializer(many=True),
    )
    @requires("invoice.view")
    @query(InvoiceFilters)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(matching(self, Invoice.objects.owed()))
        return self.get_paginated_response(InvoiceSummarySerializer(with_open(page or ()), many=True).data)

    @extend_schema(
        "invoices_create",
        summary=_("Draft an invoice, and post it if you like"),
        description=_("With `adds_to_id` it is a debit note, which charges more for a posted invoice."),
        responses={201: InvoiceSummarySerializer},
    )
    @requires("invoice.draft")
    @once(NewInvoiceSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        wants_post = may_post(request, data)
        made: Any = create_drafts(self.company, drafts_of(self.company, [data]), by=self.user)[0]
        made.last_due_on = made.instalments.aggregate(due=Max("due_on"))["due"]
        headers = {"Location": f"/api/v1/invoices/{made.pk}/"}
        if wants_post:
            # All of it is open: nobody else can know of it yet.
            row = post_invoice(self.company, made.pk, by=self.user)
            made.state, made.posted_on, made.open_sum = Invoice.State.POSTED, row.posted_on, made.total
            made.document = Document(pk=row.document_id, number=row.number)
        else:
            made.open_sum, headers["ETag"] = ZERO, draft_etag(made)
        return Response(InvoiceSummarySerializer(made).data, 201, headers=headers)


class InvoiceDetail(ApiView):
    @extend_schema("invoices_read", summary=_("One invoice with its lines"), responses=InvoiceSerializer)
    @requires("invoice.view")
    def get(self, request: Request, id: str) -> Response:
        return whole(self.get_row(Invoice.objects.owed()))

    @extend_schema("invoices_replace", summary=_("Replace what a draft says"), responses=InvoiceSerializer)
    @requires("invoice.draft")
    @matched
    @once(InvoiceDraftSerializer)
    def put(self, request: Request, data: dict[str, Any], id: str) -> Response:
        invoice = self._seen_draft(request)
        draft = drafts_of(self.company, [data])[0]
        return whole(update_draft(self.company, invoice.pk, draft, version=invoice.version, by=self.user))

    @extend_schema("invoices_delete", summary=_("Throw a draft away"), responses={204: None})
    @requires("invoice.draft")
    @matched
    @once()
    def delete(self, request: Request, id: str) -> Response:
        invoice = self._seen_draft(request)
        delete_draft(self.company, invoice.pk, version=invoice.version, by=self.user)
        return Response(status=204)

    def _seen_draft(self, request: Request) -> Invoice:
        """The draft, locked, in the state that the caller has seen."""
        invoice = self.get_row(Invoice.objects.owed().select_for_update())
        if invoice.state != Invoice.State.DRAFT:
            raise Refused("already_posted", _("This invoice is posted already."))
        check_match(request, draft_etag(invoice))
        return invoice


class InvoicePaper(ApiView):
    @extend_schema(
        "invoices_paper",
        summary=_("The paper of an invoice"),
        description=_("As it was sent, else as it would be made now."),
        responses=PAPER,
    )
    @requires("invoice.view")
    @query(PaperQuery)
    def get(self, request: Request, id: str) -> HttpResponse:
        return paper(self, self.get_row(PAPERS.exclude(kind=Invoice.Kind.CREDIT_NOTE)))


def matching(view: ApiView, found: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of `found` that the query asks for."""
    found = found.filter(company=view.company)
    for name, lookup in (
        ("customer", "customer__code"),
        ("state", "state"),
        ("number", "document__number"),
        ("reference", "reference"),
        ("issued_from", "issued_on__gte"),
        ("issued_to", "issued_on__lte"),
    ):
        if view.asked[name]:
            found = found.filter(**{lookup: view.asked[name]})
    return found.select_related("customer", "document")


def with_open(invoices: Sequence[Any]) -> Sequence[Any]:
    """The invoices, each with what is open of it (`open_sum`) and when all is due (`last_due_on`). One query."""
    documents = [invoice.document_id for invoice in invoices if invoice.document_id]
    rows = Item.objects.filter(document__in=documents).values("document_id").order_by()
    sums = {row["document_id"]: row for row in rows.annotate(open_sum=Sum("open_amount"), due=Max("due_on"))}
    for invoice in invoices:
        row = sums.get(invoice.document_id, {"open_sum": ZERO, "due": None})
        invoice.open_sum, invoice.last_due_on = row["open_sum"], row["due"]
    return invoices


def whole(invoice: Invoice, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """One invoice or credit note with its lines. A draft has an ETag: its version."""
    found: Any = (
        Invoice.objects.select_related("customer", "document", "terms")
        .prefetch_related(Prefetch("lines", LINES), Prefetch("instalments", InvoiceInstalment.objects.order_by("line")))
        .get(pk=invoice.pk)
    )
    with_open([found])
    if not found.document_id:
        found.last_due_on = max((part.due_on for part in found.instalments.all()), default=None)
    etag = {"ETag": draft_etag(found)} if found.state == Invoice.State.DRAFT else {}
    return Response(InvoiceSerializer(found).data, status, headers={**etag, **(headers or {})})


def draft_etag(invoice: Invoice) -> str:
    """The ETag of a draft: its version."""
    return f'"{invoice.pk}-{invoice.version}"'


def paper(view: ApiView, invoice: Invoice) -> HttpResponse:
    """The PDF: as it was sent, else as it would be made now, which keeps nothing."""
    language = view.asked["language"] or paper_language(invoice.customer, view.company)
    kept = stored_paper(invoice, language)
    if kept:
        return pdf_response(bytes(kept.content), kept.name)
    name = file_name(number_of(invoice), str(_("Draft %(number)s")) % {"number": invoice.pk}, language)
    return pdf_response(invoice_pdf(invoice, language), name)

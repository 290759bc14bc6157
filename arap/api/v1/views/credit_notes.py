"""Credit notes: read as invoices are, and made of a posted invoice."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.invoices import (
    InvoiceFilters,
    InvoiceSerializer,
    InvoiceSummarySerializer,
    NewCreditNoteSerializer,
    PaperQuery,
    QueuedMessagesSerializer,
    SendInvoiceSerializer,
)
from arap.api.v1.views.invoices import PAPER, matching, paper, whole, with_open
from arap.api.v1.views.invoicing import send_paper
from arap.core.permissions import get_for
from invoices.actions import CreditPart, credit_invoice
from invoices.actions.sending import PAPERS
from invoices.models import Invoice

NOTE_PAPERS = PAPERS.filter(kind=Invoice.Kind.CREDIT_NOTE)


class CreditNoteList(ApiView):
    @extend_schema(
        "credit_notes_list",
        summary=_("Credit notes, last entered first"),
        responses=InvoiceSummarySerializer(many=True),
    )
    @requires("invoice.view")
    @query(InvoiceFilters)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(matching(self, Invoice.objects.credit_notes()))
        return self.get_paginated_response(InvoiceSummarySerializer(with_open(page or ()), many=True).data)

    @extend_schema(
        "credit_notes_create",
        summary=_("Credit all or part of a posted invoice"),
        description=_("It is posted at once and applied to what is open of the invoice; the rest stays as credit."),
        responses={201: InvoiceSerializer},
    )
    @requires("invoice.credit")
    @once(NewCreditNoteSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        parts = None if data["parts"] is None else [CreditPart(**part) for part in data["parts"]]
        original = get_for(self.user, "invoice.credit", Invoice.objects.owed(), data["invoice_id"], self.company)
        made = credit_invoice(
            self.company,
            original.pk,
            on=data["on"],
            by=self.user,
            parts=parts,
            posted_on=data["posted_on"],
            reason=data["reason"],
        )
        note = Invoice.objects.get(company=self.company, pk=made.invoice_id)
        return whole(note, status=201, headers={"Location": f"/api/v1/credit-notes/{note.pk}/"})


class CreditNoteDetail(ApiView):
    @extend_schema("credit_notes_read", summary=_("One credit note with its lines"), responses=InvoiceSerializer)
    @requires("invoice.view")
    def get(self, request: Request, id: str) -> Response:
        return whole(self.get_row(Invoice.objects.credit_notes()))


class CreditNotePaper(ApiView):
    @extend_schema(
        "credit_notes_paper",
        summary=_("The paper of a credit note"),
        description=_("As it was sent, else as it would be made now."),
        responses=PAPER,
    )
    @requires("invoice.view")
    @query(PaperQuery)
    def get(self, request: Request, id: str) -> HttpResponse:
        return paper(self, self.get_row(NOTE_PAPERS))


class CreditNoteSend(ApiView):
    @extend_schema(
        "credit_notes_send",
        summary=_("Send the paper of a credit note by e-mail"),
        responses=QueuedMessagesSerializer,
    )
    @requires("invoice.send")
    @once(SendInvoiceSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        return send_paper(self, data, self.get_row(NOTE_PAPERS))

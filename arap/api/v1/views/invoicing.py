"""Invoices as they are drafted by the thousand, posted and sent."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.drafting import drafts_of, may_post
from arap.api.v1.serializers.invoices import (
    PEOPLE_MAX,
    InvoiceSerializer,
    MadeInvoicesSerializer,
    NewInvoicesSerializer,
    PostInvoiceSerializer,
    QueuedMessagesSerializer,
    SendInvoiceSerializer,
)
from arap.api.v1.views.invoices import whole
from arap.core.errors import Refused
from customers.models import Contact
from customers.recipients import recipients
from invoices.actions import create_drafts, post_invoice, post_invoices
from invoices.actions.sending import PAPERS, Letter, letter_for, send_invoice
from invoices.models import Invoice
from invoices.papers import paper_language


class InvoiceBulk(ApiView):
    rows_field = "invoices"

    @extend_schema(
        "invoices_bulk",
        summary=_("Draft thousands of invoices, and post them if you like"),
        description=_("All or none of them."),
        responses={201: MadeInvoicesSerializer},
    )
    @requires("invoice.draft")
    @once(NewInvoicesSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        wants_post = may_post(request, data)
        drafts = drafts_of(self.company, data["invoices"], rows=self.rows_field)
        made = [invoice.pk for invoice in create_drafts(self.company, drafts, by=self.user)]
        posted = post_invoices(self.company, made, by=self.user) if wants_post else []
        rows = {row.invoice_id: row for row in posted}
        told = [
            {
                "id": pk,
                "number": rows[pk].number if pk in rows else None,
                "document_id": rows[pk].document_id if pk in rows else None,
                "posted_on": rows[pk].posted_on if pk in rows else None,
            }
            for pk in made
        ]
        return Response({"invoices": told}, 201)  # thousands of them, and ready as they are


class InvoicePost(ApiView):
    @extend_schema(
        "invoices_post",
        summary=_("Post a draft: it enters the book and never changes again"),
        responses=InvoiceSerializer,
    )
    @requires("invoice.post")
    @once(PostInvoiceSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        invoice = self.get_row(Invoice.objects.owed())
        post_invoice(self.company, invoice.pk, by=self.user, posted_on=data["posted_on"])
        return whole(invoice)


class InvoiceSend(ApiView):
    @extend_schema(
        "invoices_send",
        summary=_("Send the paper of a posted invoice by e-mail"),
        responses=QueuedMessagesSerializer,
    )
    @requires("invoice.send")
    @once(SendInvoiceSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        return send_paper(self, data, self.get_row(PAPERS.exclude(kind=Invoice.Kind.CREDIT_NOTE)))


def send_paper(view: ApiView, data: dict[str, Any], invoice: Invoice) -> Response:
    """Queue the paper for those the request names, else for the customer's contacts."""
    people = [(one["name"], one["address"]) for one in data["to"]]
    if not people:
        found = recipients(view.company, [invoice.customer_id], Contact.Paper.INVOICE)
        people = [(one.name, one.email) for one in found.get(invoice.customer_id, [])[:PEOPLE_MAX]]
    if not people:
        raise Refused("no_address", _("No contact of the customer receives invoices by e-mail."), field="to")
    language = data["language"] or paper_language(invoice.customer, view.company)
    letter = None
    if invoice.document_id and (data["subject"] or data["text"]):
        usual = letter_for(invoice, language)
        letter = Letter(data["subject"] or usual.subject, data["text"] or usual.text)
    # The request counts once by its own key, so each act of sending is a new one here.
    key: str = view.request.act_key  # type: ignore[attr-defined]
    messages = send_invoice(
        view.company, invoice.pk, people=people, language=language, letter=letter, key=key, by=view.user
    )
    return Response({"message_ids": [message.pk for message in messages]})

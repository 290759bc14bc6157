"""Receipts as they are read and recorded."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.receipts import (
    NewReceiptSerializer,
    ReceiptApplicationsSerializer,
    ReceiptFilters,
    ReceiptSerializer,
    RecordedReceiptSerializer,
)
from arap.api.v1.views.customers import customer_of
from arap.core.errors import Forbidden
from arap.core.models import CompanyBankAccount
from arap.core.money import ZERO
from arap.ledger.models import Entry, Item
from receipts.actions import NewReceipt, ReceiptApplied, receive
from receipts.models import Receipt
from receipts.queries import credit_items

APPLIED_MAX = 10_000
ROWS = Receipt.objects.select_related("customer", "document")


class ReceiptList(ApiView):
    @extend_schema(
        "receipts_list",
        summary=gettext_lazy("Receipts, last recorded first"),
        responses=ReceiptSerializer(many=True),
    )
    @requires("receipt.view")
    @query(ReceiptFilters)
    def get(self, request: Request) -> Response:
        found = ROWS.filter(company=self.company)
        for name, lookup in (
            ("customer", "customer__code"),
            ("state", "state"),
            ("number", "document__number"),
            ("received_from", "received_on__gte"),
            ("received_to", "received_on__lte"),
        ):
            if self.asked[name]:
                found = found.filter(**{lookup: self.asked[name]})
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ReceiptSerializer(with_left(page or ()), many=True).data)

    @extend_schema(
        "receipts_create",
        summary=gettext_lazy("Record money in, and apply it if you like"),
        description=gettext_lazy("An amount above the company's limit waits for a second person."),
        responses={201: RecordedReceiptSerializer},
    )
    @requires("receipt.record")
    @once(NewReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        apply_to = {one["number"]: one["amount"] for one in data["apply_to"]}
        if len(apply_to) != len(data["apply_to"]):
            raise ValidationError({"apply_to": [_("Name each document once.")]})
        if data["auto"] and apply_to:
            raise ValidationError({"auto": [_("Either name documents or take the best proposal.")]})
        if (data["auto"] or apply_to) and "receipt.apply" not in request.verbs:  # type: ignore[attr-defined]
            raise Forbidden("forbidden", gettext_lazy("This token may record receipts, not apply them."))
        done = receive(self.company, self._new(data), by=self.user, apply_to=apply_to, auto=data["auto"])
        receipt = with_left([ROWS.get(company=self.company, pk=done.receipt_id)])[0]
        told = RecordedReceiptSerializer({"receipt": receipt, "applied": applied(done, receipt.currency)})
        return Response(told.data, 201, headers={"Location": f"/api/v1/receipts/{done.receipt_id}/"})

    def _new(self, data: dict[str, Any]) -> NewReceipt:
        names = ("amount", "currency", "received_on", "method", "payer_name", "payer_account", "remittance", "rate")
        return NewReceipt(
            **{name: data[name] for name in names},
            posted_on=data["posted_on"],
            customer_id=customer_of(self.company, data["customer"]).pk if data["customer"] else None,
            bank_account_id=self._bank_account(data),
        )

    def _bank_account(self, data: dict[str, Any]) -> int | None:
        number = data["bank_account"]
        if not number:
            return None
        ours = CompanyBankAccount.objects.filter(
            company=self.company, account_no=number, currency=data["currency"], is_active=True
        )
        pk = ours.values_list("pk", flat=True).first()
        if pk is None:
            raise ValidationError({"bank_account": [_("We have no such account in this currency.")]})
        return pk


class ReceiptDetail(ApiView):
    @extend_schema("receipts_read", summary=gettext_lazy("One receipt"), responses=ReceiptSerializer)
    @requires("receipt.view")
    def get(self, request: Request, id: str) -> Response:
        return shown(self.get_row(Receipt))


class ReceiptApplications(ApiView):
    @extend_schema(
        "receipts_applications",
        summary=gettext_lazy("What a receipt was applied to"),
        responses=ReceiptApplicationsSerializer,
    )
    @requires("receipt.view")
    def get(self, request: Request, id: str) -> Response:
        items = [item.pk for item in credit_items(self.get_row(Receipt))]
        entries = Entry.objects.filter(counter_item__in=items).select_related("item__document", "reversed_by")
        rows = entries.annotate(paid=-F("amount")).order_by("position", "pk")[:APPLIED_MAX]
        return Response(ReceiptApplicationsSerializer({"data": rows}).data)


def shown(receipt: Receipt) -> Response:
    """One receipt as it is now."""
    return Response(ReceiptSerializer(with_left([ROWS.get(pk=receipt.pk)])[0]).data)


def applied(done: ReceiptApplied, currency: str) -> dict[str, Any]:
    """What was applied or undone, for its serializer."""
    return {
        "receipt_id": done.receipt_id,
        "number": done.number,
        "currency": currency,
        "entries": done.entries,
        "remaining": done.remaining,
        "allowances": done.allowances,
    }


def with_left(receipts: Sequence[Any]) -> Sequence[Any]:
    """The receipts, each with what is left of it (`left`). Two queries at most.

    Money that was identified since stands in other documents.
    """
    owner = {receipt.document_id: receipt for receipt in receipts if receipt.document_id}
    unknown = {receipt.pk: receipt for receipt in owner.values() if receipt.customer_id is None}
    if unknown:
        moved = Receipt.objects.filter(company=receipts[0].company_id, pk__in=unknown, identifications__isnull=False)
        owner |= {to: unknown[pk] for to, pk in moved.values_list("identifications__document_id", "pk")}
    for receipt in receipts:
        receipt.left = ZERO
    rows = Item.objects.filter(document__in=owner, amount__lt=0).values("document_id").order_by()
    for row in rows.annotate(open_sum=Sum("open_amount")):
        owner[row["document_id"]].left -= Decimal(row["open_sum"])
    return receipts

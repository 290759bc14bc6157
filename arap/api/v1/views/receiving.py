"""Receipts after they are recorded: confirmed, applied, taken back."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.receipts import (
    ApplyReceiptSerializer,
    IdentifyReceiptSerializer,
    ReceiptAppliedSerializer,
    ReceiptSerializer,
    RejectReceiptSerializer,
    ReverseReceiptSerializer,
    UnapplyReceiptSerializer,
)
from arap.api.v1.views.customers import customer_of
from arap.api.v1.views.receipts import applied, shown
from receipts.actions import (
    Rest,
    apply_receipt,
    auto_apply_receipt,
    confirm_receipt,
    identify_receipt,
    reject_receipt,
    reverse_receipt,
    unapply_receipt,
)
from receipts.models import Receipt


class ReceiptConfirm(ApiView):
    @extend_schema(
        "receipts_confirm",
        summary=gettext_lazy("Confirm a receipt that somebody else recorded"),
        responses=ReceiptSerializer,
    )
    @requires("receipt.confirm")
    @once()
    def post(self, request: Request, id: str) -> Response:
        receipt = self.get_row(Receipt)
        confirm_receipt(self.company, receipt.pk, by=self.user)
        return shown(receipt)


class ReceiptReject(ApiView):
    @extend_schema(
        "receipts_reject",
        summary=gettext_lazy("Refuse to confirm a receipt: it never enters the book"),
        responses=ReceiptSerializer,
    )
    @requires("receipt.confirm")
    @once(RejectReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        receipt = self.get_row(Receipt)
        reject_receipt(self.company, receipt.pk, by=self.user, reason=data["reason"])
        return shown(receipt)


class ReceiptApply(ApiView):
    @extend_schema(
        "receipts_apply",
        summary=gettext_lazy("Apply a receipt to open items"),
        responses=ReceiptAppliedSerializer,
    )
    @requires("receipt.apply")
    @once(ApplyReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        receipt = self.get_row(Receipt)
        on = data["effective_on"] or self.today
        if data["auto"] == bool(data["amounts"]):
            raise ValidationError({"amounts": [_("Either name amounts or take the best proposal.")]})
        amounts = {one["item_id"]: one["amount"] for one in data["amounts"]}
        if len(amounts) != len(data["amounts"]):
            raise ValidationError({"amounts": [_("Name each item once.")]})
        if data["auto"]:
            done = auto_apply_receipt(self.company, receipt.pk, effective_on=on, by=self.user)
        else:
            rest = data["rest"]
            done = apply_receipt(
                self.company,
                receipt.pk,
                amounts,
                effective_on=on,
                by=self.user,
                reason=data["reason"],
                rest=Rest(kind=rest["kind"], reason_code=rest["reason"], memo=rest["memo"]) if rest else None,
                with_discount=data["with_discount"],
            )
        return Response(ReceiptAppliedSerializer(applied(done, receipt.currency)).data)


class ReceiptUnapply(ApiView):
    @extend_schema(
        "receipts_unapply",
        summary=gettext_lazy("Undo what a receipt was applied to, all or some of it"),
        responses=ReceiptAppliedSerializer,
    )
    @requires("receipt.unapply")
    @once(UnapplyReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        receipt = self.get_row(Receipt)
        done = unapply_receipt(
            self.company,
            receipt.pk,
            effective_on=data["effective_on"] or self.today,
            by=self.user,
            numbers=data["numbers"],
            reason=data["reason"],
        )
        return Response(ReceiptAppliedSerializer(applied(done, receipt.currency)).data)


class ReceiptReverse(ApiView):
    @extend_schema(
        "receipts_reverse",
        summary=gettext_lazy("Take a receipt out of the book: the money was returned"),
        responses=ReceiptSerializer,
    )
    @requires("receipt.reverse")
    @once(ReverseReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        receipt = self.get_row(Receipt)
        reverse_receipt(self.company, receipt.pk, on=data["on"] or self.today, by=self.user, reason=data["reason"])
        return shown(receipt)


class ReceiptIdentify(ApiView):
    @extend_schema(
        "receipts_identify",
        summary=gettext_lazy("Say whose unidentified money is"),
        responses=ReceiptSerializer,
    )
    @requires("receipt.identify")
    @once(IdentifyReceiptSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        receipt = self.get_row(Receipt)
        payer = customer_of(self.company, data["customer"])
        on = data["on"] or self.today
        identify_receipt(self.company, receipt.pk, payer.pk, on=on, by=self.user, amount=data["amount"])
        return shown(receipt)

"""Refunds and pay-out files: read, asked for, decided by somebody else, ordered, paid, and returned."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.refunds import (
    NewPayoutSerializer,
    NewRefundSerializer,
    NothingSerializer,
    PaidPayoutSerializer,
    PayoutSerializer,
    RefundFilters,
    RefundSerializer,
    ReturnedRefundSerializer,
    WhyRefundSerializer,
)
from arap.core.files import file_response
from receipts.actions.paying_out import fail_refund, make_payout, pay_all, return_refund
from receipts.actions.refunding import approve_refund, cancel_refund, reject_refund, request_refund
from receipts.models import Payout, Refund
from receipts.queries.refunds import payouts, refunds


class RefundList(ApiView):
    @extend_schema(
        "refunds_list",
        summary=gettext_lazy("Refunds, the last asked for first"),
        responses=RefundSerializer(many=True),
    )
    @requires("refund.view")
    @query(RefundFilters)
    def get(self, request: Request) -> Response:
        found = refunds(self.company)
        if self.asked["state"]:
            found = found.filter(state=self.asked["state"])
        return self.get_paginated_response(RefundSerializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(
        "refunds_create",
        summary=gettext_lazy("Ask for an open credit to be paid back"),
        description=gettext_lazy("Its amount is reserved. Where it asks for one, a second person approves it first."),
        responses={201: RefundSerializer},
    )
    @requires("refund.request")
    @once(NewRefundSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = request_refund(
            self.company,
            data["item_id"],
            data["amount"],
            account_id=data["account_id"],
            reason=data["reason"],
            by=self.user,
        )
        return Response(said(made), status=201, headers={"Location": f"/api/v1/refunds/{made.pk}/"})


class RefundDetail(ApiView):
    @extend_schema("refunds_read", summary=gettext_lazy("One refund"), responses=RefundSerializer)
    @requires("refund.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(said(self.get_row(Refund)))


class RefundApprove(ApiView):
    @extend_schema(
        "refunds_approve",
        summary=gettext_lazy("Approve a refund that somebody else asked for"),
        responses=RefundSerializer,
    )
    @requires("refund.approve")
    @once(NothingSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Refund)
        approve_refund(self.company, made.pk, by=self.user)
        return Response(said(made))


class RefundReject(ApiView):
    @extend_schema(
        "refunds_reject",
        summary=gettext_lazy("Refuse a refund: the credit is free again"),
        responses=RefundSerializer,
    )
    @requires("refund.approve")
    @once(WhyRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Refund)
        reject_refund(self.company, made.pk, by=self.user, note=data["reason"])
        return Response(said(made))


class RefundCancel(ApiView):
    @extend_schema(
        "refunds_cancel",
        summary=gettext_lazy("Take a refund back before it is ordered"),
        responses=RefundSerializer,
    )
    @requires("refund.request")
    @once(WhyRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Refund)
        cancel_refund(self.company, made.pk, by=self.user, reason=data["reason"])
        return Response(said(made))


class RefundFail(ApiView):
    @extend_schema(
        "refunds_fail",
        summary=gettext_lazy("Note that the bank refused a refund: the credit is free again"),
        responses=RefundSerializer,
    )
    @requires("refund.pay_out")
    @once(WhyRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Refund)
        fail_refund(self.company, made.pk, by=self.user, reason=data["reason"])
        return Response(said(made))


class RefundReturn(ApiView):
    @extend_schema(
        "refunds_return",
        summary=gettext_lazy("Note that a paid refund came back: the credit is open as before"),
        responses=RefundSerializer,
    )
    @requires("refund.pay_out")
    @once(ReturnedRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Refund)
        return_refund(self.company, made.pk, on=data["on"] or self.today, by=self.user, reason=data["reason"])
        return Response(said(made))


class PayoutList(ApiView):
    @extend_schema(
        "payouts_list",
        summary=gettext_lazy("Pay-out files, the last made first"),
        responses=PayoutSerializer(many=True),
    )
    @requires("refund.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(payouts(self.company))
        return self.get_paginated_response(PayoutSerializer(page, many=True).data)

    @extend_schema(
        "payouts_create",
        summary=gettext_lazy("Make the file that orders approved refunds from the bank"),
        description=gettext_lazy("A refund is in one file and never in a second."),
        responses={201: PayoutSerializer},
    )
    @requires("refund.pay_out")
    @once(NewPayoutSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = make_payout(
            self.company,
            data["refund_ids"],
            bank_account_id=data["bank_account_id"],
            execute_on=data["execute_on"] or self.today,
            today=self.today,
            at=timezone.localtime(),
            by=self.user,
        )
        return Response(told(made), status=201, headers={"Location": f"/api/v1/pay-outs/{made.pk}/"})


class PayoutDetail(ApiView):
    @extend_schema("payouts_read", summary=gettext_lazy("One pay-out file"), responses=PayoutSerializer)
    @requires("refund.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(told(self.get_row(Payout)))


class PayoutFile(ApiView):
    @extend_schema(
        "payouts_file",
        summary=gettext_lazy("The file for the bank, as it was made"),
        responses={(200, "application/xml"): OpenApiTypes.BINARY},
    )
    @requires("refund.pay_out")
    def get(self, request: Request, id: str) -> HttpResponse:
        return file_response(self.get_row(Payout.objects.select_related("xml")).xml)


class PayoutPaid(ApiView):
    @extend_schema(
        "payouts_paid",
        summary=gettext_lazy("Note that all that is still ordered by a file was paid: it enters the book"),
        responses=PayoutSerializer,
    )
    @requires("refund.pay_out")
    @once(PaidPayoutSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Payout)
        pay_all(self.company, made.pk, on=data["on"] or self.today, by=self.user)
        return Response(told(made))


def said(made: Refund) -> Any:
    """One refund as it is now."""
    return RefundSerializer(refunds(made.company).get(pk=made.pk)).data


def told(made: Payout) -> Any:
    """One file."""
    return PayoutSerializer(payouts(made.company).get(pk=made.pk)).data

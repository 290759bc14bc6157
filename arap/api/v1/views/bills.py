"""Bills of exchange: read, registered, passed on, split, paid, dishonoured, and each undone."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.bills import (
    BillDaySerializer,
    BillDetailSerializer,
    BillFilters,
    BillPaidSerializer,
    BillPartsSerializer,
    BillSerializer,
    CollectBillSerializer,
    DiscountBillSerializer,
    DishonourBillSerializer,
    NewBillSerializer,
    PassBillSerializer,
    SplitBillSerializer,
    UndoBillSerializer,
)
from bills.actions import (
    NewBill,
    Passing,
    collect_bill,
    discount_bill,
    dishonour_bill,
    endorse_bill,
    register_bill,
    settle_bill,
    split_bill,
    undo_event,
)
from bills.models import Bill
from bills.queries import bills


class BillList(ApiView):
    @extend_schema(
        "bills_list",
        summary=gettext_lazy("Bills of exchange, the last registered first"),
        responses=BillSerializer(many=True),
    )
    @requires("bill.view")
    @query(BillFilters)
    def get(self, request: Request) -> Response:
        found = bills(self.company).order_by("-pk")
        if self.asked["state"]:
            found = found.filter(state=self.asked["state"])
        return self.get_paginated_response(BillSerializer(self.paginate_queryset(found), many=True).data)

    @extend_schema(
        "bills_create",
        summary=gettext_lazy("Register a bill: it settles the oldest debts that it is enough for"),
        responses={201: BillDetailSerializer},
    )
    @requires("bill.record")
    @once(NewBillSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = register_bill(self.company, NewBill(**data), by=self.user)
        return Response(said(made), status=201, headers={"Location": f"/api/v1/bills/{made.pk}/"})


class BillDetail(ApiView):
    @extend_schema(
        "bills_read", summary=gettext_lazy("One bill, and what was done with it"), responses=BillDetailSerializer
    )
    @requires("bill.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(said(self.get_row(Bill)))


class BillEndorse(ApiView):
    @extend_schema("bills_endorse", summary=gettext_lazy("Pay somebody with a bill"), responses=BillDetailSerializer)
    @requires("bill.pass_on")
    @once(PassBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        passing = Passing(**data | {"on": data["on"] or self.today})
        return Response(said(endorse_bill(self.company, self.get_row(Bill).pk, passing, by=self.user)))


class BillDiscount(ApiView):
    @extend_schema("bills_discount", summary=gettext_lazy("Sell a bill to a bank"), responses=BillDetailSerializer)
    @requires("bill.pass_on")
    @once(DiscountBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        passing = Passing(**data | {"on": data["on"] or self.today})
        return Response(said(discount_bill(self.company, self.get_row(Bill).pk, passing, by=self.user)))


class BillCollect(ApiView):
    @extend_schema(
        "bills_collect",
        summary=gettext_lazy("The acceptor paid us: a receipt that settles the bill"),
        responses=BillPaidSerializer,
    )
    @requires("bill.record")
    @once(CollectBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Bill)
        on, account = data["on"] or self.today, data["bank_account_id"]
        paid = collect_bill(self.company, made.pk, on=on, by=self.user, bank_account_id=account)
        return Response({"bill": said(made), "receipt_id": paid.receipt_id, "number": paid.number})


class BillSettle(ApiView):
    @extend_schema(
        "bills_settle",
        summary=gettext_lazy("The acceptor paid a bill that we passed on with recourse"),
        responses=BillDetailSerializer,
    )
    @requires("bill.record")
    @once(BillDaySerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Bill)
        return Response(said(settle_bill(self.company, made.pk, on=data["on"] or self.today, by=self.user)))


class BillDishonour(ApiView):
    @extend_schema(
        "bills_dishonour",
        summary=gettext_lazy("The acceptor did not pay: what the bill paid is owed again"),
        responses=BillDetailSerializer,
    )
    @requires("bill.record")
    @once(DishonourBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made, on = self.get_row(Bill), data["on"] or self.today
        return Response(said(dishonour_bill(self.company, made.pk, on=on, by=self.user, note=data["note"])))


class BillSplit(ApiView):
    @extend_schema("bills_split", summary=gettext_lazy("Split a bill into parts"), responses=BillPartsSerializer)
    @requires("bill.record")
    @once(SplitBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made, on = self.get_row(Bill), data["on"] or self.today
        split_bill(self.company, made.pk, data["amounts"], on=on, by=self.user)
        found = bills(self.company).filter(parent=made).exclude(state=Bill.State.WITHDRAWN).order_by("starts_at")
        return Response({"parts": BillSerializer(found, many=True).data})


class BillUndo(ApiView):
    @extend_schema(
        "bills_undo", summary=gettext_lazy("Undo what was done last with a bill"), responses=BillDetailSerializer
    )
    @requires("bill.undo")
    @once(UndoBillSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made, on = self.get_row(Bill), data["on"] or self.today
        done = undo_event(self.company, made.pk, data["event_id"], on=on, by=self.user, reason=data["reason"])
        return Response(said(done))


def said(made: Bill) -> Any:
    """One bill as it is now."""
    return BillDetailSerializer(bills(made.company).prefetch_related("events__document").get(pk=made.pk)).data

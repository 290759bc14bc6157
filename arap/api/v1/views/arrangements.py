"""Arrangements: read, tried, asked for, decided by somebody else, undone."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.arrangements import (
    ArrangementDaySerializer,
    ArrangementEffectSerializer,
    ArrangementFilters,
    ArrangementSerializer,
    NewArrangementSerializer,
    RejectArrangementSerializer,
    UndoArrangementSerializer,
)
from arap.core.errors import Invalid
from arap.core.models import Company
from arap.core.money import ZERO
from arap.ledger.models import Item
from customers.models import Customer
from receipts.actions.arranging import (
    NewArrangement,
    approve_arrangement,
    drafted,
    reject_arrangement,
    request_arrangement,
    reverse_arrangement,
)
from receipts.models import Arrangement, ArrangementKind
from receipts.queries.arrangements import arrangements, effect_of, undoing


class ArrangementList(ApiView):
    @extend_schema(
        "arrangements_list",
        summary=gettext_lazy("Arrangements, the last asked for first"),
        responses=ArrangementSerializer(many=True),
    )
    @requires("arrangement.view")
    @query(ArrangementFilters)
    def get(self, request: Request) -> Response:
        found = arrangements(self.company)
        for field in ("state", "kind"):
            if self.asked[field]:
                found = found.filter(**{field: self.asked[field]})
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ArrangementSerializer(page or (), many=True).data)

    @extend_schema(
        "arrangements_create",
        summary=gettext_lazy(
            "Settle in another currency, transfer to another customer, net with what we owe, or agree on instalments"
        ),
        description=gettext_lazy("Where the amount asks for it, it waits until somebody else approves."),
        responses={201: ArrangementSerializer},
    )
    @requires("arrangement.request")
    @once(NewArrangementSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = request_arrangement(self.company, new_of(self.company, data), on=data["on"] or self.today, by=self.user)
        return Response(said(made), status=201, headers={"Location": f"/api/v1/arrangements/{made.pk}/"})


class ArrangementPreview(ApiView):
    @extend_schema(
        "arrangements_preview",
        summary=gettext_lazy("What an arrangement would do; nothing is changed"),
        responses=ArrangementEffectSerializer,
    )
    @requires("arrangement.request")
    @once(NewArrangementSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made, debits = drafted(self.company, new_of(self.company, data), by=self.user)
        return Response(ArrangementEffectSerializer(effect_of(made, data["on"] or self.today, debits)).data)


class ArrangementDetail(ApiView):
    @extend_schema("arrangements_read", summary=gettext_lazy("One arrangement"), responses=ArrangementSerializer)
    @requires("arrangement.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(said(self.get_row(Arrangement)))


class ArrangementApprove(ApiView):
    @extend_schema(
        "arrangements_approve",
        summary=gettext_lazy("Approve an arrangement that somebody else asked for"),
        responses=ArrangementSerializer,
    )
    @requires("arrangement.approve")
    @once(ArrangementDaySerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Arrangement)
        approve_arrangement(self.company, made.pk, on=data["on"] or self.today, by=self.user)
        return Response(said(made))


class ArrangementReject(ApiView):
    @extend_schema(
        "arrangements_reject",
        summary=gettext_lazy("Refuse an arrangement: it never enters the book"),
        responses=ArrangementSerializer,
    )
    @requires("arrangement.approve")
    @once(RejectArrangementSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Arrangement)
        reject_arrangement(self.company, made.pk, by=self.user, note=data["reason"])
        return Response(said(made))


class ArrangementUndoing(ApiView):
    @extend_schema(
        "arrangements_undoing",
        summary=gettext_lazy("What undoing an arrangement would change; empty when it is not in the book"),
        responses=ArrangementEffectSerializer,
    )
    @requires("arrangement.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(ArrangementEffectSerializer(undoing(self.get_row(Arrangement))).data)


class ArrangementReverse(ApiView):
    @extend_schema(
        "arrangements_reverse",
        summary=gettext_lazy("Undo an arrangement: what it closed is open again"),
        responses=ArrangementSerializer,
    )
    @requires("arrangement.reverse")
    @once(UndoArrangementSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(Arrangement)
        reverse_arrangement(self.company, made.pk, on=data["on"] or self.today, by=self.user, reason=data["reason"])
        return Response(said(made))


def said(made: Arrangement) -> Any:
    """One arrangement as it is now."""
    return ArrangementSerializer(arrangements(made.company).get(pk=made.pk)).data


def new_of(company: Company, data: dict[str, Any]) -> NewArrangement:
    """What the program asked for. Raises Invalid where the customer is not known."""
    to = None
    if data["to_customer"]:
        to = Customer.objects.filter(company=company, code=data["to_customer"]).first()
        if to is None:
            raise Invalid("unknown_customer", _("There is no such customer."), field="to_customer")
    amount = data["amount"]
    if amount is None and data["kind"] in {ArrangementKind.TRANSFER, ArrangementKind.NETTING}:
        opened = Item.objects.filter(company=company, pk=data["item_id"]).values_list("open_amount", flat=True).first()
        amount = abs(opened or ZERO)
    return NewArrangement(
        kind=data["kind"],
        item_id=data["item_id"],
        amount=amount or ZERO,
        to_customer_id=to.pk if to else None,
        rate=data["rate"],
        settles={each["item_id"]: each["amount"] for each in data["settles"]},
        instalments=[(each["due_on"], each["amount"]) for each in data["instalments"]],
        grace_days=data["grace_days"],
        reference=data["reference"],
        explanation=data["explanation"],
    )

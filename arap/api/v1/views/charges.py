"""Late charges: the runs, what one would charge, and charging."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.charges import (
    ChargePreviewQuery,
    ChargePreviewSerializer,
    ChargeRunFilters,
    ChargeRunSerializer,
    MadeChargeRunSerializer,
    NewChargeRunSerializer,
)
from charges.actions import charge_late
from charges.queries import charge_runs, due_charges


class ChargeRunList(ApiView):
    @extend_schema(
        "late_charges_list", summary=_("Runs of late charges, newest first"), responses=ChargeRunSerializer(many=True)
    )
    @requires("charge.view")
    @query(ChargeRunFilters)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(charge_runs(self.company))
        return self.get_paginated_response(ChargeRunSerializer(page or (), many=True).data)

    @extend_schema(
        "late_charges_create",
        summary=_("Charge all late days that were not charged yet"),
        description=_("Each customer and currency gets a document, posted at once. No day is charged twice."),
        responses={201: MadeChargeRunSerializer},
    )
    @requires("charge.run")
    @once(NewChargeRunSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = charge_late(self.company, until=data["until"] or self.today, issued_on=self.today, by=self.user)
        return Response({"id": made.run_id, "invoice_ids": made.charges}, status=201)


class ChargePreview(ApiView):
    @extend_schema(
        "late_charges_preview", summary=_("What charging late payment would post"), responses=ChargePreviewSerializer
    )
    @requires("charge.view")
    @query(ChargePreviewQuery)
    def get(self, request: Request) -> Response:
        until = self.asked["until"] or self.today
        due = due_charges(self.company, until=until)
        return Response(ChargePreviewSerializer({"until": until, "charges": due}).data)

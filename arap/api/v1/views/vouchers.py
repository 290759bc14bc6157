"""Vouchers for the general ledger: templates, batches, and their text."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.vouchers import (
    MakeVouchersSerializer,
    VoucherBatchSerializer,
    VoucherFileQuery,
    VoucherTemplateSerializer,
)
from arap.core.errors import Invalid
from arap.core.permissions import get_for
from arap.ledger.actions.vouchers import FORMATS, make_vouchers, print_vouchers
from arap.ledger.models import VoucherBatch, VoucherTemplate

BATCHES = VoucherBatch.objects.select_related("company", "made_by")


class VoucherTemplateList(ApiView):
    @extend_schema(
        "voucher_templates_list",
        summary=gettext_lazy("How vouchers are made"),
        responses=VoucherTemplateSerializer(many=True),
    )
    @requires("voucher.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        found = VoucherTemplate.objects.filter(company=self.company).prefetch_related("mapped__account")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(VoucherTemplateSerializer(page, many=True).data)


class VoucherBatchList(ApiView):
    @extend_schema(
        "vouchers_list",
        summary=gettext_lazy("Batches of vouchers, the last first"),
        responses=VoucherBatchSerializer(many=True),
    )
    @requires("voucher.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(BATCHES.filter(company=self.company))
        return self.get_paginated_response(VoucherBatchSerializer(page, many=True).data)

    @extend_schema(
        "vouchers_create",
        summary=gettext_lazy("Make the vouchers of all that was posted since the last batch"),
        responses={201: VoucherBatchSerializer},
    )
    @requires("voucher.make")
    @once(MakeVouchersSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        template = get_for(self.user, "voucher.make", VoucherTemplate, data["template_id"], self.company)
        made = make_vouchers(self.company, template, by=self.user)
        said = VoucherBatchSerializer(BATCHES.get(pk=made.pk)).data
        return Response(said, status=201, headers={"Location": f"/api/v1/vouchers/{made.pk}/"})


class VoucherBatchDetail(ApiView):
    @extend_schema("vouchers_read", summary=gettext_lazy("One batch of vouchers"), responses=VoucherBatchSerializer)
    @requires("voucher.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(VoucherBatchSerializer(self.get_row(BATCHES)).data)


class VoucherBatchText(ApiView):
    @extend_schema(
        "vouchers_text",
        summary=gettext_lazy("The vouchers of a batch as text, the same each time"),
        responses={(200, "text/plain; charset=utf-8"): OpenApiTypes.STR},
    )
    @requires("voucher.view")
    @query(VoucherFileQuery)
    def get(self, request: Request, id: str) -> HttpResponse:
        batch = self.get_row(BATCHES)
        if self.asked["kind"] not in FORMATS:
            raise Invalid("kind", _("This is “csv” or “beancount”."), field="kind")
        text = print_vouchers(batch, kind=self.asked["kind"], by=self.user)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")

"""Contracts of customers, whose terms and late-payment clause pass to invoices."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.etags import check_match, etag_of, matched
from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.contracts import (
    ChangedContractSerializer,
    ContractSerializer,
    NewContractSerializer,
)
from arap.api.v1.views.customers import terms_of
from arap.core.models import Company
from customers.actions import add_contract, change_contract
from customers.models import Contract, Customer


class ContractList(ApiView):
    ordering = ("pk",)

    @extend_schema(
        "contracts_list",
        summary=gettext_lazy("The contracts of a customer"),
        responses=ContractSerializer(many=True),
    )
    @requires("customer.view")
    @query(PageSerializer)
    def get(self, request: Request, id: str) -> Response:
        found = Contract.objects.filter(company=self.company, customer=self.get_row(Customer))
        page = self.paginate_queryset(found.select_related("customer", "terms"))
        return self.get_paginated_response(ContractSerializer(page, many=True).data)

    @extend_schema("contracts_create", summary=gettext_lazy("Record a contract"), responses={201: ContractSerializer})
    @requires("customer.edit")
    @once(NewContractSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = add_contract(self.get_row(Customer), by=self.user, **_stored(self.company, data))
        return _shown(made, status=201)


class ContractDetail(ApiView):
    @extend_schema("contracts_read", summary=gettext_lazy("One contract"), responses=ContractSerializer)
    @requires("customer.view")
    def get(self, request: Request, id: str) -> Response:
        return _shown(self.get_row(Contract))

    @extend_schema(
        "contracts_change",
        summary=gettext_lazy("Change a contract"),
        description=gettext_lazy("What is left out stays as it is. Posted invoices keep what they were posted with."),
        responses=ContractSerializer,
    )
    @requires("customer.edit")
    @matched
    @once(ChangedContractSerializer)
    def patch(self, request: Request, data: dict[str, Any], id: str) -> Response:
        contract = self.get_row(Contract.objects.select_for_update(no_key=True))
        check_match(request, _shown(contract)["ETag"])
        changes = _stored(self.company, data)
        return _shown(change_contract(contract, version=contract.version, by=self.user, **changes))


def _stored(company: Company, data: dict[str, Any]) -> dict[str, Any]:
    """What was sent as the action wants it: terms by their code, no currency as any."""
    fields = dict(data)
    if "terms" in fields:
        fields["terms"] = terms_of(company, fields["terms"])
    if "currency" in fields:
        fields["currency"] = fields["currency"] or ""
    return fields


def _shown(contract: Contract, *, status: int = 200) -> Response:
    rows = Contract.objects.filter(company=contract.company_id).select_related("customer", "terms")
    data = ContractSerializer(rows.get(pk=contract.pk)).data
    headers = {"ETag": etag_of(data)}
    if status == 201:
        headers["Location"] = f"/api/v1/contracts/{contract.pk}/"
    return Response(data, status, headers=headers)

"""Bank accounts of customers: proposed by one, approved by another."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.refunds import (
    CustomerAccountSerializer,
    NewCustomerAccountSerializer,
    NothingSerializer,
    WhyRefundSerializer,
)
from customers.actions import approve_bank_account, propose_bank_account, reject_bank_account, retire_bank_account
from customers.models import BankAccount, Customer


class CustomerAccountList(ApiView):
    @extend_schema(
        "customer_accounts_list",
        summary=gettext_lazy("The bank accounts to which a customer's refunds are paid"),
        responses=CustomerAccountSerializer(many=True),
    )
    @requires("customer.view")
    @query(PageSerializer)
    def get(self, request: Request, id: str) -> Response:
        found = BankAccount.objects.filter(customer=self.get_row(Customer)).select_related("customer")
        page = self.paginate_queryset(found.order_by("-pk"))
        return self.get_paginated_response(CustomerAccountSerializer(page, many=True).data)

    @extend_schema(
        "customer_accounts_create",
        summary=gettext_lazy("Propose a bank account of a customer"),
        description=gettext_lazy("Nothing is paid to it before somebody else approves it."),
        responses={201: CustomerAccountSerializer},
    )
    @requires("bank_account.propose")
    @once(NewCustomerAccountSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = propose_bank_account(self.get_row(Customer), by=self.user, **data)
        headers = {"Location": f"/api/v1/customer-accounts/{made.pk}/"}
        return Response(shown(made), status=201, headers=headers)


class CustomerAccountDetail(ApiView):
    @extend_schema(
        "customer_accounts_read",
        summary=gettext_lazy("One bank account of a customer"),
        responses=CustomerAccountSerializer,
    )
    @requires("customer.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(shown(self.get_row(BankAccount)))


class CustomerAccountApprove(ApiView):
    @extend_schema(
        "customer_accounts_approve",
        summary=gettext_lazy("Approve a bank account that somebody else proposed"),
        responses=CustomerAccountSerializer,
    )
    @requires("bank_account.approve")
    @once(NothingSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(BankAccount)
        return Response(shown(approve_bank_account(self.company, made.pk, by=self.user)))


class CustomerAccountReject(ApiView):
    @extend_schema(
        "customer_accounts_reject",
        summary=gettext_lazy("Refuse a bank account that somebody else proposed"),
        responses=CustomerAccountSerializer,
    )
    @requires("bank_account.approve")
    @once(WhyRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(BankAccount)
        return Response(shown(reject_bank_account(self.company, made.pk, by=self.user, note=data["reason"])))


class CustomerAccountRetire(ApiView):
    @extend_schema(
        "customer_accounts_retire",
        summary=gettext_lazy("Pay nothing to a bank account any more"),
        responses=CustomerAccountSerializer,
    )
    @requires("bank_account.propose")
    @once(WhyRefundSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(BankAccount)
        return Response(shown(retire_bank_account(self.company, made.pk, by=self.user, reason=data["reason"])))


def shown(made: BankAccount) -> Any:
    """One account as it is now."""
    return CustomerAccountSerializer(BankAccount.objects.select_related("customer").get(pk=made.pk)).data

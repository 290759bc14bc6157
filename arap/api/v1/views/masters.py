"""What invoices refer to: payment terms, tax codes, our bank accounts. And who the token says that one is."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.masters import (
    BankAccountSerializer,
    PaymentTermsSerializer,
    TaxCodeSerializer,
    TokenSerializer,
)
from arap.core.models import CompanyBankAccount, TaxCode
from customers.models import PaymentTerms


class TokenDetail(ApiView):
    @extend_schema("token_read", summary=_("What this token is, and what it may do"), responses=TokenSerializer)
    @requires("session.use")
    def get(self, request: Request) -> Response:
        context = {"verbs": request.verbs}  # type: ignore[attr-defined]
        return Response(TokenSerializer(request.auth, context=context).data)


class PaymentTermsList(ApiView):
    ordering = ("pk",)

    @extend_schema("payment_terms_list", summary=_("Payment terms"), responses=PaymentTermsSerializer(many=True))
    @requires("company.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(PaymentTerms.objects.filter(company=self.company))
        return self.get_paginated_response(PaymentTermsSerializer(page, many=True).data)


class TaxCodeList(ApiView):
    ordering = ("pk",)

    @extend_schema("tax_codes_list", summary=_("Tax codes"), responses=TaxCodeSerializer(many=True))
    @requires("company.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(TaxCode.objects.filter(company=self.company))
        return self.get_paginated_response(TaxCodeSerializer(page, many=True).data)


class BankAccountList(ApiView):
    ordering = ("pk",)

    @extend_schema("bank_accounts_list", summary=_("Our bank accounts"), responses=BankAccountSerializer(many=True))
    @requires("company.view")
    @query(PageSerializer)
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(CompanyBankAccount.objects.filter(company=self.company))
        return self.get_paginated_response(BankAccountSerializer(page, many=True).data)

"""What invoices refer to, and what a token is."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.models import ApiToken
from arap.api.serializers import RowSerializer
from arap.core.models import CompanyBankAccount, TaxCode
from customers.models import PaymentTerms


class TokenSerializer(RowSerializer):
    company = serializers.CharField(source="company.code", read_only=True)
    base_currency = serializers.CharField(source="company.base_currency", read_only=True)
    user = serializers.CharField(source="user.username", read_only=True)
    scopes: Any = serializers.SerializerMethodField(
        help_text=_("What it may do now: its scopes within the person's role.")
    )

    class Meta:
        model = ApiToken
        fields = read_only_fields = [
            "company", "base_currency", "user", "name", "scopes", "requests_per_minute", "expires_at",
        ]  # fmt: skip

    def get_scopes(self, token: ApiToken) -> list[str]:
        return sorted(self.context["verbs"])


class PaymentTermsSerializer(RowSerializer):
    class Meta:
        model = PaymentTerms
        fields = read_only_fields = ["id", "code", "name", "name_local", "rule", "is_active"]


class TaxCodeSerializer(RowSerializer):
    class Meta:
        model = TaxCode
        fields = read_only_fields = ["id", "code", "name", "name_local", "rate", "is_active"]
        extra_kwargs = {"rate": {"help_text": _("In per cent.")}}


class BankAccountSerializer(RowSerializer):
    currency = serializers.CharField(read_only=True)

    class Meta:
        model = CompanyBankAccount
        fields = read_only_fields = ["id", "name", "bank", "account_no", "currency", "is_default", "is_active"]

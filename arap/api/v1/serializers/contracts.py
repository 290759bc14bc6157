"""Contracts of customers."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import BooleanField, CharField, CurrencyField, DateField, DecimalField, FigureField
from arap.api.serializers import RowSerializer, StrictSerializer
from customers.models import Contract


class ContractSerializer(RowSerializer):
    customer_id = serializers.IntegerField(read_only=True)
    customer = serializers.CharField(source="customer.code", read_only=True, help_text=_("The customer's code."))
    currency = serializers.CharField(read_only=True, help_text=_("Empty: any."))
    terms = serializers.CharField(
        source="terms.code", allow_null=True, read_only=True, help_text=_("Code of the payment terms.")
    )
    late_rate = FigureField(short=True, allow_null=True, help_text=_("What late payment costs, in per cent a year."))

    class Meta:
        model = Contract
        fields = read_only_fields = [
            "id", "customer_id", "customer", "number", "signed_on", "valid_from", "valid_to", "currency", "terms",
            "late_rate", "late_clause", "late_clause_local", "is_active",
        ]  # fmt: skip


class ChangedContractSerializer(StrictSerializer):
    number = CharField(max_length=60)
    signed_on = DateField(allow_null=True)
    valid_from = DateField()
    valid_to = DateField(allow_null=True, help_text=_("The last day; null: until it is ended."))
    currency = CurrencyField(allow_null=True, help_text=_("Only invoices in it are written under the contract."))
    terms = CharField(max_length=30, allow_blank=True, allow_null=True)
    late_rate = DecimalField(3, 4, above_zero=True, allow_null=True, help_text=_("In per cent a year, up to 100."))
    late_clause = CharField(
        max_length=1_000, allow_blank=True, help_text=_("With a rate and no wording the usual wording is taken.")
    )
    late_clause_local = CharField(max_length=1_000, allow_blank=True)
    is_active = BooleanField(help_text=_("Whether invoices inherit from it."))


class NewContractSerializer(StrictSerializer):
    number = CharField(max_length=60)
    valid_from = DateField()
    signed_on = DateField(allow_null=True, default=None)
    valid_to = DateField(allow_null=True, default=None, help_text=_("The last day; null: until it is ended."))
    currency = CurrencyField(
        allow_null=True, default=None, help_text=_("Only invoices in it are written under the contract.")
    )
    terms = CharField(max_length=30, allow_blank=True, allow_null=True, default=None)
    late_rate = DecimalField(
        3, 4, above_zero=True, allow_null=True, default=None, help_text=_("In per cent a year, up to 100.")
    )
    late_clause = CharField(
        max_length=1_000,
        allow_blank=True,
        default="",
        help_text=_("With a rate and no wording the usual wording is taken."),
    )
    late_clause_local = CharField(max_length=1_000, allow_blank=True, default="")

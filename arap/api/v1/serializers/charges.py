"""Late charges: what would be charged, and the runs that charged."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import DateField, FigureField, MoneyField, PastDateField
from arap.api.serializers import PageSerializer, QuerySerializer, RowSerializer, StrictSerializer
from charges.models import ChargeRun


class ChargePreviewQuery(QuerySerializer):
    until = DateField(default=None, help_text=_("All days before it; else before today."))


class StretchSerializer(serializers.Serializer[Any]):
    from_on = serializers.DateField()
    to_on = serializers.DateField(help_text=_("The first day that is not charged."))
    days = serializers.IntegerField()
    balance = MoneyField(help_text=_("What was open on these days."))
    percent = FigureField(short=True, help_text=_("In per cent a year."))
    interest = MoneyField()


class LateItemSerializer(serializers.Serializer[Any]):
    item_id = serializers.IntegerField()
    number = serializers.CharField()
    due_on = serializers.DateField()
    fee = MoneyField(help_text=_("The fixed sum; zero where it was charged before."))
    stretches = StretchSerializer(many=True)


class DueChargeSerializer(serializers.Serializer[Any]):
    customer_id = serializers.IntegerField()
    customer = serializers.CharField(source="code")
    currency = serializers.CharField()
    net = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    items = LateItemSerializer(many=True)


class ChargePreviewSerializer(serializers.Serializer[Any]):
    until = serializers.DateField()
    charges = DueChargeSerializer(many=True)


class ChargeRunSerializer(RowSerializer):
    """Of a run whose `charge_count` has been looked up."""

    charge_count = serializers.IntegerField(read_only=True, help_text=_("How many documents it made."))

    class Meta:
        model = ChargeRun
        fields = read_only_fields = ["id", "until", "issued_on", "created_at", "charge_count"]


class ChargeRunFilters(PageSerializer):
    pass


class NewChargeRunSerializer(StrictSerializer):
    until = PastDateField(allow_null=True, default=None, help_text=_("All days before it; else before today."))


class MadeChargeRunSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    invoice_ids = serializers.ListField(child=serializers.IntegerField(), help_text=_("Read them as invoices."))

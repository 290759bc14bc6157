"""Statements of account."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import CharField, DateField, EmailField, MoneyField, MoneyListField
from arap.api.serializers import PageSerializer, QuerySerializer, RowSerializer, StrictSerializer
from statements.models import PaperLanguage, Statement, StatementKind

OWN = "own"


class StatementBalanceSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    opening = MoneyField()
    charges = MoneyField()
    credits = MoneyField()
    closing = MoneyField()
    buckets = MoneyListField()
    unapplied = MoneyField()


class StatementLineSerializer(serializers.Serializer[Any]):
    section = serializers.ChoiceField(["movement", "open"])
    currency = serializers.CharField()
    on = serializers.DateField()
    document_id = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    number = serializers.CharField()
    reference = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    amount = MoneyField()
    balance = MoneyField()


class StatementPreviewSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    from_on = serializers.DateField(allow_null=True)
    position = serializers.IntegerField()
    balances = StatementBalanceSerializer(many=True)
    lines = StatementLineSerializer(many=True)


class StatementSerializer(RowSerializer):
    customer_id = serializers.IntegerField(read_only=True)
    customer = serializers.CharField(source="customer.code", read_only=True)

    class Meta:
        model = Statement
        fields = read_only_fields = [
            "id", "number", "customer_id", "customer", "kind", "as_of", "from_on", "language", "position", "known_at",
            "made_at", "pdf_state", "to_address", "released_at",
        ]  # fmt: skip


class StatementWithLinesSerializer(StatementSerializer):
    balances = StatementBalanceSerializer(many=True)
    lines = StatementLineSerializer(many=True)

    class Meta(StatementSerializer.Meta):
        fields = read_only_fields = [*StatementSerializer.Meta.fields, "balances", "lines"]


class StatementFilters(PageSerializer):
    customer = CharField(max_length=60, allow_blank=True, default="")


class WantedStatement(StrictSerializer):
    """Which statement is meant."""

    customer = CharField(max_length=60, help_text=_("The customer's code."))
    kind = serializers.ChoiceField(StatementKind.choices, default="open")
    as_of = DateField(allow_null=True, default=None, help_text=_("Else today."))
    from_on = DateField(allow_null=True, default=None, help_text=_("First day of the period; else that of the month."))
    language = serializers.ChoiceField([OWN, *PaperLanguage.values], default=OWN)


class StatementPreviewQuery(WantedStatement, QuerySerializer):
    pass


class SendStatementSerializer(WantedStatement):
    to_address = EmailField(allow_blank=True, default="", help_text=_("Else the contact who receives statements."))
    to_name = CharField(max_length=150, allow_blank=True, default="")

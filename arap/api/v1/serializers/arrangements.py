"""Arrangements: as they are read, asked for, decided and undone."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import (
    AmountField,
    CharField,
    DateField,
    DecimalField,
    IdField,
    IntegerField,
    MoneyField,
    PastDateField,
)
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from receipts.models import Arrangement, ArrangementKind


class ArrangementSerializer(RowSerializer):
    item_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(source="item.document.number", read_only=True)
    customer = serializers.CharField(source="item.customer.code", read_only=True)
    to_customer = serializers.CharField(
        source="to_customer.code", allow_null=True, read_only=True, help_text=_("Of a transfer.")
    )
    currency = serializers.CharField(source="item.currency", read_only=True)
    amount = MoneyField(currency="item.currency", help_text=_("What is taken of the item, above zero."))
    rate = serializers.DecimalField(
        max_digits=20, decimal_places=10, allow_null=True, read_only=True,
        help_text=_("Of an exchange: how much of the item’s currency for one unit of the other."),
    )  # fmt: skip
    settles = serializers.DictField(
        child=serializers.CharField(),
        read_only=True,
        help_text=_("Of an exchange what is paid, of a plan what it covers, by item id."),
    )
    instalments = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        read_only=True,
        help_text=_("Of a plan: date and amount of each."),
    )
    fallback = serializers.CharField(
        source="fallback.number",
        allow_null=True,
        read_only=True,
        help_text=_("Document by which the original due dates came back, once the plan is broken."),
    )
    required_role = serializers.CharField(
        read_only=True, help_text=_("Who approves it; empty where nobody else needs to.")
    )
    number = serializers.CharField(
        source="document.number", allow_null=True, read_only=True, help_text=_("None while it is not in the book.")
    )

    class Meta:
        model = Arrangement
        fields = read_only_fields = [
            "id", "kind", "state", "item_id", "document", "customer", "to_customer", "currency", "amount", "rate",
            "settles", "instalments", "grace_days", "fallback", "reference", "explanation", "required_role",
            "requested_at", "decided_at", "decision", "number",
        ]  # fmt: skip


class ArrangementFilters(PageSerializer):
    state = serializers.ChoiceField(Arrangement.State.choices, allow_blank=True, default="")
    kind = serializers.ChoiceField(ArrangementKind.choices, allow_blank=True, default="")


class SettledSerializer(StrictSerializer):
    item_id = IdField()
    amount = AmountField(above_zero=True)


class InstalmentSerializer(StrictSerializer):
    due_on = DateField()
    amount = AmountField(above_zero=True)


class NewArrangementSerializer(StrictSerializer):
    kind = serializers.ChoiceField(ArrangementKind.choices)
    item_id = IdField()
    amount = AmountField(
        above_zero=True, allow_null=True, default=None, help_text=_("Of a transfer or netting; else all that is open.")
    )
    to_customer = CharField(
        max_length=60, allow_blank=True, default="", help_text=_("Code of the customer to whom it goes.")
    )
    rate = DecimalField(
        10, 10, above_zero=True, allow_null=True, default=None,
        help_text=_("Of an exchange: how much of the item’s currency for one unit of the other."),
    )  # fmt: skip
    settles = SettledSerializer(
        many=True,
        default=list,
        help_text=_("Of an exchange what is paid; of a plan what it covers, the item among it."),
    )
    instalments = InstalmentSerializer(
        many=True, default=list, help_text=_("Of a plan: they sum to what it covers, one after the other.")
    )
    grace_days = IntegerField(
        min_value=0, max_value=90, default=0, help_text=_("Of a plan: days after which an unpaid instalment ends it.")
    )
    reference = CharField(max_length=140, allow_blank=True, default="", help_text=_("The agreement behind it."))
    explanation = CharField(max_length=500, allow_blank=True, default="")
    on = PastDateField(
        allow_null=True, default=None, help_text=_("Else today. Counts where nobody else needs to approve.")
    )


class ArrangementChangeSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(help_text=_("Empty for an item that would be new."))
    customer = serializers.CharField(source="customer.code")
    currency = serializers.CharField()
    due_on = serializers.DateField()
    now = MoneyField(currency="currency")
    after = MoneyField(currency="currency")


class ArrangementPostingSerializer(serializers.Serializer[Any]):
    account = serializers.CharField(source="account.code")
    currency = serializers.CharField()
    amount = MoneyField(currency="currency", help_text=_("Debits above zero."))
    base_amount = serializers.DecimalField(max_digits=20, decimal_places=3)


class ArrangementEffectSerializer(serializers.Serializer[Any]):
    changes = ArrangementChangeSerializer(many=True, help_text=_("What is open now and afterwards."))
    opened = ArrangementChangeSerializer(many=True)
    postings = ArrangementPostingSerializer(many=True)
    difference = serializers.DecimalField(
        max_digits=20, decimal_places=3, help_text=_("Exchange loss above zero, gain below, in base currency.")
    )


class ArrangementDaySerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))


class RejectArrangementSerializer(StrictSerializer):
    reason = CharField(max_length=200)


class UndoArrangementSerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200)

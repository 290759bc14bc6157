"""Write-offs: as they are read, asked for, decided, recovered and undone."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import AmountField, CharField, IdField, MoneyField, PastDateField
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from arap.ledger.reasons import BAD_DEBTS
from receipts.models import WriteOff


class WriteOffSerializer(RowSerializer):
    """Of a write-off whose `recovered` has been looked up."""

    item_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(
        source="item.document.number", read_only=True, help_text=_("Number of the document that is given up.")
    )
    customer = serializers.CharField(source="item.customer.code", read_only=True)
    currency = serializers.CharField(source="item.currency", read_only=True)
    amount = MoneyField(currency="item.currency")
    tax = MoneyField(currency="item.currency", help_text=_("Output tax in it that came back."))
    recovered = MoneyField(currency="item.currency", help_text=_("What of it is owed again."))
    required_role = serializers.CharField(
        read_only=True, help_text=_("Who approves it; empty where nobody else needs to.")
    )
    number = serializers.CharField(
        source="document.number", allow_null=True, read_only=True, help_text=_("None while it is not in the book.")
    )

    class Meta:
        model = WriteOff
        fields = read_only_fields = [
            "id", "state", "item_id", "document", "customer", "currency", "amount", "reason", "explanation",
            "required_role", "requested_at", "decided_at", "decision", "number", "tax", "recovered",
        ]  # fmt: skip


class WriteOffFilters(PageSerializer):
    state = serializers.ChoiceField(WriteOff.State.choices, allow_blank=True, default="")


class NewWriteOffSerializer(StrictSerializer):
    item_id = IdField()
    amount = AmountField(above_zero=True)
    reason = serializers.ChoiceField([reason.value for reason in BAD_DEBTS])
    explanation = CharField(max_length=500)
    on = PastDateField(
        allow_null=True, default=None, help_text=_("Else today. Counts where nobody else needs to approve.")
    )


class WriteOffDaySerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))


class RejectWriteOffSerializer(StrictSerializer):
    reason = CharField(max_length=200)


class UndoWriteOffSerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200)


class RecoverWriteOffSerializer(StrictSerializer):
    amount = AmountField(above_zero=True)
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))


class RecoveredSerializer(serializers.Serializer[Any]):
    write_off = WriteOffSerializer()
    document_id = serializers.IntegerField()
    item_id = serializers.IntegerField(help_text=_("The item that is owed again: apply the receipt to it."))

"""Receipts: as they are read, recorded, applied and taken back."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import (
    AmountField,
    BooleanField,
    CharField,
    CurrencyField,
    DateField,
    DecimalField,
    IdField,
    MoneyField,
    PastDateField,
)
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from arap.ledger.models import Entry
from arap.ledger.reasons import DEDUCTIONS
from receipts.models import Receipt

DOCUMENTS_MAX = 1_000


class ReceiptSerializer(RowSerializer):
    """Of a receipt whose `left` has been looked up."""

    number = serializers.CharField(
        source="document.number", allow_null=True, read_only=True, help_text=_("None while it waits for confirmation.")
    )
    document_id = serializers.IntegerField(allow_null=True, read_only=True)
    customer_id = serializers.IntegerField(allow_null=True, read_only=True)
    customer = serializers.CharField(
        source="customer.code",
        allow_null=True,
        read_only=True,
        help_text=_("The payer's code; null while nobody knows who paid."),
    )
    currency = serializers.CharField(read_only=True)
    amount = MoneyField()
    unapplied = MoneyField(source="left", help_text=_("What is left of it in the book."))
    posted_on = serializers.DateField(allow_null=True, read_only=True)
    bank_account_id = serializers.IntegerField(allow_null=True, read_only=True)
    confirmed_at = serializers.DateTimeField(allow_null=True, read_only=True)

    class Meta:
        model = Receipt
        fields = read_only_fields = [
            "id", "state", "number", "document_id", "customer_id", "customer", "currency", "amount", "unapplied",
            "received_on", "posted_on", "method", "bank_account_id", "payer_name", "payer_account", "remittance",
            "needs_confirmation", "recorded_at", "confirmed_at",
        ]  # fmt: skip


class ReceiptFilters(PageSerializer):
    customer = CharField(max_length=60, allow_blank=True, default="", help_text=_("The payer's code."))
    state = serializers.ChoiceField(Receipt.State.choices, allow_blank=True, default="")
    number = CharField(max_length=60, allow_blank=True, default="", help_text=_("Exactly this number."))
    received_from = DateField(default=None)
    received_to = DateField(default=None)


class ReceiptApplicationSerializer(RowSerializer):
    """Of the entries against a receipt's items: the sign is that of what was paid."""

    entry_id = serializers.IntegerField(source="pk", read_only=True)
    application_id = serializers.IntegerField(allow_null=True, read_only=True)
    item_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(
        source="item.document.number", read_only=True, help_text=_("Number of the document that was paid.")
    )
    amount = MoneyField(source="paid", help_text=_("Below zero where it was undone."))
    is_undone = serializers.SerializerMethodField()

    class Meta:
        model = Entry
        fields = read_only_fields = [
            "entry_id", "application_id", "item_id", "document", "amount", "effective_on", "is_undone",
        ]  # fmt: skip

    def get_is_undone(self, entry: Entry) -> bool:
        return getattr(entry, "reversed_by", None) is not None


class ReceiptApplicationsSerializer(serializers.Serializer[Any]):
    data = ReceiptApplicationSerializer(many=True)  # type: ignore[assignment]


class ApplyToDocumentSerializer(StrictSerializer):
    number = CharField(max_length=60)
    amount = AmountField(above_zero=True)


class NewReceiptSerializer(StrictSerializer):
    amount = AmountField(above_zero=True)
    currency = CurrencyField()
    received_on = PastDateField()
    customer = CharField(
        max_length=60,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text=_("The payer's code; null while unknown."),
    )
    method = serializers.ChoiceField(Receipt.Method.choices, default="bank_transfer")
    bank_account = CharField(
        max_length=60, allow_blank=True, allow_null=True, default=None, help_text=_("Number of our account.")
    )
    payer_name = CharField(max_length=200, allow_blank=True, default="")
    payer_account = CharField(max_length=60, allow_blank=True, default="")
    remittance = CharField(max_length=500, allow_blank=True, default="")
    rate = DecimalField(10, 10, above_zero=True, allow_null=True, default=None, help_text=_("Else that of the day."))
    posted_on = PastDateField(allow_null=True, default=None)
    apply_to = ApplyToDocumentSerializer(
        many=True,
        max_length=DOCUMENTS_MAX,
        default=list,
        help_text=_("Documents that it pays, at once. Needs the scope receipt.apply, too."),
    )
    auto = BooleanField(
        default=False, help_text=_("Or apply it by the best proposal. Needs the scope receipt.apply, too.")
    )


class AppliedEntrySerializer(serializers.Serializer[Any]):
    entry_id = serializers.IntegerField()
    item_id = serializers.IntegerField()
    document = serializers.CharField()
    amount = serializers.CharField(help_text=_("Below zero where it was undone."))
    effective_on = serializers.DateField()


class AllowanceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    document = serializers.CharField(help_text=_("Number of the document that lets it off."))
    amount = serializers.CharField(required=False)
    percent = serializers.CharField(required=False, allow_null=True)
    reversed_by = serializers.CharField(required=False, help_text=_("When it was undone."))


class ReceiptAppliedSerializer(serializers.Serializer[Any]):
    receipt_id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    entries = AppliedEntrySerializer(many=True)
    remaining = serializers.CharField(help_text=_("What is left of the receipt."))
    allowances = AllowanceSerializer(
        many=True, help_text=_("What was let off: discounts, small differences, bank charges, withheld tax.")
    )


class RecordedReceiptSerializer(serializers.Serializer[Any]):
    receipt = ReceiptSerializer()
    applied = ReceiptAppliedSerializer()


class ApplyToItemSerializer(StrictSerializer):
    item_id = IdField()
    amount = AmountField(above_zero=True)


class RestSerializer(StrictSerializer):
    kind = serializers.ChoiceField(["bank_charge", "withholding", "residual"])
    reason = serializers.ChoiceField(
        [reason.value for reason in DEDUCTIONS], allow_blank=True, default="", help_text=_("Of a residual item.")
    )
    memo = CharField(max_length=200, allow_blank=True, default="")


class ApplyReceiptSerializer(StrictSerializer):
    amounts = ApplyToItemSerializer(
        many=True,
        max_length=DOCUMENTS_MAX,
        default=list,
        help_text=_("How much of each open item is settled; credit notes among them pay first."),
    )
    auto = BooleanField(default=False, help_text=_("Or the best proposal."))
    rest = RestSerializer(
        allow_null=True,
        default=None,
        help_text=_("What becomes of what the amounts leave open, within the tolerances; else it stays open."),
    )
    with_discount = BooleanField(default=True, help_text=_("Give the early-payment discount that is earned."))
    effective_on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200, allow_blank=True, default="")


class UnapplyReceiptSerializer(StrictSerializer):
    numbers = serializers.ListField(
        child=CharField(max_length=60),
        max_length=DOCUMENTS_MAX,
        allow_null=True,
        default=None,
        help_text=_("Else all of it is undone."),
    )
    effective_on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200)


class ReverseReceiptSerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200)


class IdentifyReceiptSerializer(StrictSerializer):
    customer = CharField(max_length=60, help_text=_("The customer's code."))
    amount = AmountField(above_zero=True, allow_null=True, default=None, help_text=_("Else all that is left."))
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))


class RejectReceiptSerializer(StrictSerializer):
    reason = CharField(max_length=200)

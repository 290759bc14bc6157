"""Refunds, the files that order them, and the bank accounts they go to."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import AmountField, CharField, DateField, IdField, MoneyField, PastDateField
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from customers.models import BankAccount
from receipts.models import Payout, Refund


class CustomerAccountSerializer(RowSerializer):
    customer = serializers.CharField(source="customer.code", read_only=True, help_text=_("The customer's code."))

    class Meta:
        model = BankAccount
        fields = read_only_fields = [
            "id", "state", "customer", "holder", "bank", "account_no", "bic", "proof", "proposed_at", "decided_at",
            "decision",
        ]  # fmt: skip


class NewCustomerAccountSerializer(StrictSerializer):
    holder = CharField(max_length=140)
    bank = CharField(max_length=140)
    account_no = CharField(max_length=60)
    bic = CharField(max_length=20, allow_blank=True, default="")
    proof = CharField(max_length=200, help_text=_("How it was verified."))


class WhyRefundSerializer(StrictSerializer):
    reason = CharField(max_length=200)


class NothingSerializer(StrictSerializer):
    """Nothing is sent."""


class RefundSerializer(RowSerializer):
    item_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(
        source="item.document.number", read_only=True, help_text=_("Number of the credit that is paid back.")
    )
    customer = serializers.CharField(source="item.customer.code", read_only=True)
    currency = serializers.CharField(source="item.currency", read_only=True)
    amount = MoneyField(currency="item.currency")
    account_no = serializers.CharField(source="account.account_no", read_only=True)
    required_role = serializers.CharField(
        read_only=True, help_text=_("Who approves it; empty where nobody else needs to.")
    )
    payout_id = serializers.IntegerField(allow_null=True, read_only=True)
    number = serializers.CharField(
        source="document.number", allow_null=True, read_only=True, help_text=_("None while it is not in the book.")
    )

    class Meta:
        model = Refund
        fields = read_only_fields = [
            "id", "state", "item_id", "document", "customer", "currency", "amount", "account_id", "account_no",
            "reason", "required_role", "requested_at", "decided_at", "decision", "payout_id", "number", "outcome",
        ]  # fmt: skip


class RefundFilters(PageSerializer):
    state = serializers.ChoiceField(Refund.State.choices, allow_blank=True, default="")


class NewRefundSerializer(StrictSerializer):
    item_id = IdField(help_text=_("The open credit."))
    amount = AmountField(above_zero=True)
    account_id = IdField(help_text=_("An approved bank account of the customer."))
    reason = CharField(max_length=140, help_text=_("The customer reads it on their bank statement."))


class ReturnedRefundSerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))
    reason = CharField(max_length=200)


class PayoutSerializer(RowSerializer):
    total = MoneyField()
    account_no = serializers.CharField(source="bank_account.account_no", read_only=True)
    sha256 = serializers.CharField(source="xml.sha256", read_only=True, help_text=_("Of the file for the bank."))

    class Meta:
        model = Payout
        fields = read_only_fields = [
            "id", "message_id", "account_no", "execute_on", "currency", "total", "count", "sha256", "made_at",
        ]  # fmt: skip


class NewPayoutSerializer(StrictSerializer):
    refund_ids = serializers.ListField(child=IdField(), min_length=1, max_length=1000)
    bank_account_id = IdField(help_text=_("Our account, in the currency of the refunds."))
    execute_on = DateField(allow_null=True, default=None, help_text=_("Else today."))


class PaidPayoutSerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))

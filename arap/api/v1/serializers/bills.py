"""Bills of exchange: as they are read, registered, passed on and ended."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import AmountField, CharField, IdField, MoneyField, PastDateField
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from bills.models import Bill, BillEvent
from bills.rules import CENTS_MAX


class BillEventSerializer(RowSerializer):
    number = serializers.CharField(source="document.number", read_only=True)
    interest = MoneyField(currency="bill.currency")

    class Meta:
        model = BillEvent
        fields = read_only_fields = ["id", "kind", "on", "number", "party", "interest", "note", "undoes_id", "at"]


class BillSerializer(RowSerializer):
    customer = serializers.CharField(source="customer.code", read_only=True)
    amount = MoneyField(currency="currency")
    open = MoneyField(currency="currency", source="item.open_amount", help_text=_("What is still to come of it."))
    state = serializers.CharField(source="shown_state", read_only=True)
    item_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(source="document.number", read_only=True)
    parent_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Bill
        fields = read_only_fields = [
            "id", "state", "customer", "kind", "number", "first_cent", "last_cent", "drawer", "acceptor", "issued_on",
            "due_on", "received_on", "currency", "amount", "open", "with_recourse", "item_id", "document", "parent_id",
        ]  # fmt: skip


class BillDetailSerializer(BillSerializer):
    events = BillEventSerializer(many=True, read_only=True)

    class Meta(BillSerializer.Meta):
        fields = read_only_fields = [*BillSerializer.Meta.fields, "events"]


class BillFilters(PageSerializer):
    state = serializers.ChoiceField(Bill.State.choices, allow_blank=True, default="")


class NewBillSerializer(StrictSerializer):
    customer_id = IdField()
    kind = serializers.ChoiceField(Bill.Kind.choices)
    number = CharField(max_length=40)
    first_cent = serializers.IntegerField(min_value=0, max_value=CENTS_MAX, default=0)
    last_cent = serializers.IntegerField(min_value=0, max_value=CENTS_MAX, default=0)
    acceptor = CharField(max_length=200)
    drawer = CharField(max_length=200, allow_blank=True, default="")
    issued_on = PastDateField()
    due_on = serializers.DateField()
    received_on = PastDateField()
    currency = CharField(min_length=3, max_length=3)
    amount = AmountField(above_zero=True)
    note = CharField(max_length=200, allow_blank=True, default="")


class BillDaySerializer(StrictSerializer):
    on = PastDateField(allow_null=True, default=None, help_text=_("Else today."))


class PassBillSerializer(BillDaySerializer):
    party = CharField(max_length=200)
    with_recourse = serializers.BooleanField(help_text=_("Whether we answer for it until the acceptor pays."))
    note = CharField(max_length=200, allow_blank=True, default="")


class DiscountBillSerializer(PassBillSerializer):
    interest = AmountField(help_text=_("What the bank keeps."))


class CollectBillSerializer(BillDaySerializer):
    bank_account_id = IdField(allow_null=True, default=None)


class DishonourBillSerializer(BillDaySerializer):
    note = CharField(max_length=200, allow_blank=True, default="")


class SplitBillSerializer(BillDaySerializer):
    amounts = serializers.ListField(child=AmountField(above_zero=True), min_length=2, max_length=100)


class UndoBillSerializer(BillDaySerializer):
    event_id = IdField(help_text=_("The event that was last."))
    reason = CharField(max_length=200)


class BillPartsSerializer(serializers.Serializer[Any]):
    parts = BillSerializer(many=True)


class BillPaidSerializer(serializers.Serializer[Any]):
    bill = BillDetailSerializer()
    receipt_id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True, help_text=_("None while it waits for a second person."))

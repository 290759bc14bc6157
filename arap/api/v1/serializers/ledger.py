"""The book: documents, items, and what was applied to what."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import ID_MAX, BooleanField, CharField, IdField, IntegerField, MoneyField
from arap.api.serializers import PageSerializer, RowSerializer
from arap.ledger.models import Account, Application, Document, Entry, Item

AFTER = _("Only what was recorded after this position, to follow the book.")
PLACE = _("Its place in the book: gap-free, in the order of recording.")


class DocumentSerializer(RowSerializer):
    customer_id = serializers.IntegerField(allow_null=True, read_only=True)
    customer = serializers.CharField(source="customer.code", allow_null=True, read_only=True)
    total = MoneyField(help_text=_("Above zero: the customer owes more."))
    reverses_id = serializers.IntegerField(allow_null=True, read_only=True)

    class Meta:
        model = Document
        fields = read_only_fields = [
            "id", "position", "kind", "number", "customer_id", "customer", "currency", "rate", "total", "base_total",
            "document_on", "posted_on", "reverses_id",
        ]  # fmt: skip
        extra_kwargs = {
            "position": {"help_text": PLACE},
            "rate": {"help_text": _("Base units for one unit of the currency.")},
        }


class ItemSerializer(RowSerializer):
    document_id = serializers.IntegerField(read_only=True)
    document = serializers.CharField(source="document.number", read_only=True)
    kind = serializers.ChoiceField(Document.Kind.choices, source="document.kind", read_only=True)
    account = serializers.ChoiceField(Account.Role.choices, source="account.role", read_only=True)
    customer_id = serializers.IntegerField(allow_null=True, read_only=True)
    customer = serializers.CharField(source="customer.code", allow_null=True, read_only=True)
    amount = MoneyField(help_text=_("Above zero: the customer owes; below: we do."))
    open_amount = MoneyField()
    settled_on: Any = serializers.SerializerMethodField()

    class Meta:
        model = Item
        fields = read_only_fields = [
            "id", "position", "document_id", "document", "kind", "line", "account", "customer_id", "customer",
            "currency", "amount", "open_amount", "base_amount", "open_base_amount", "posted_on", "document_on",
            "due_on", "settled_on",
        ]  # fmt: skip
        extra_kwargs = {"position": {"help_text": PLACE}}

    def get_settled_on(self, item: Item) -> date | None:
        return None if item.open_amount else item.settled_on


class ApplicationSerializer(RowSerializer):
    undoes_id = serializers.IntegerField(allow_null=True, read_only=True)

    class Meta:
        model = Application
        fields = read_only_fields = ["id", "position", "effective_on", "policy", "reason", "undoes_id"]
        extra_kwargs = {"position": {"help_text": PLACE}}


class EntrySerializer(RowSerializer):
    item_id = serializers.IntegerField(read_only=True)
    counter_item_id = serializers.IntegerField(allow_null=True, read_only=True)
    customer_id = serializers.IntegerField(allow_null=True, read_only=True)
    amount = MoneyField()
    reverses_id = serializers.IntegerField(allow_null=True, read_only=True)

    class Meta:
        model = Entry
        fields = read_only_fields = [
            "id", "item_id", "counter_item_id", "customer_id", "currency", "amount", "base_amount", "effective_on",
            "reverses_id",
        ]  # fmt: skip


class ApplicationWithEntriesSerializer(ApplicationSerializer):
    entries: Any = EntrySerializer(many=True, read_only=True)

    class Meta(ApplicationSerializer.Meta):
        fields = read_only_fields = [*ApplicationSerializer.Meta.fields, "entries"]


class ApplicationFilters(PageSerializer):
    after_position = IntegerField(min_value=0, max_value=ID_MAX, default=0, help_text=AFTER)


class DocumentFilters(ApplicationFilters):
    customer = CharField(max_length=60, allow_blank=True, default="")
    kind = serializers.ChoiceField(Document.Kind.choices, allow_blank=True, default="")
    number = CharField(max_length=60, allow_blank=True, default="", help_text=_("Exactly this number."))


class ItemFilters(PageSerializer):
    customer = CharField(max_length=60, allow_blank=True, default="")
    document_id = IdField(default=None)
    open = BooleanField(default=None, help_text=_("Only what is open now, or only what is settled."))

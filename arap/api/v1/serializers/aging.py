"""Who owes what, by age; and the open items behind it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aging.queries import GROUPS
from aging.rules import BASES
from arap.api.fields import CharField, DateField, DateTimeField, FigureField, IntegerField, MoneyField, MoneyListField
from arap.api.serializers import PageSerializer, QuerySerializer
from arap.ledger.models import Account, Document

ROWS, ROWS_MAX = 1_000, 5_000


class ClocksQuery(QuerySerializer):
    as_of = DateField(default=None, help_text=_("Else today."))
    known_at = DateTimeField(default=None, help_text=_("As known then; else now."))


class AgingQuery(PageSerializer, ClocksQuery):
    basis = serializers.ChoiceField(BASES, default="due", help_text=_("Which date ages count from."))
    by = serializers.ChoiceField(list(GROUPS), default="customer")
    buckets = CharField(max_length=60, allow_blank=True, default="30,60,90", help_text=_("Rising days, at most ten."))
    currency = CharField(max_length=3, allow_blank=True, default="")
    customer = CharField(max_length=60, allow_blank=True, default="", help_text=_("Only the customer with this code."))
    limit = IntegerField(min_value=1, max_value=ROWS_MAX, default=ROWS)


class AgingBucketSerializer(serializers.Serializer[Any]):
    from_days = serializers.IntegerField(allow_null=True, help_text=_("Days late or old; null is without limit."))
    to_days = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]


class AgingRowSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True, help_text=_("Id or name of what the row stands for."))
    currency = serializers.CharField()
    buckets = MoneyListField()
    unapplied = MoneyField(help_text=_("Credits that nothing was applied to; zero or below."))
    total = MoneyField()


class AgingSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    position = serializers.IntegerField(help_text=_("How far the book was read."))
    basis = serializers.ChoiceField(BASES)
    by = serializers.ChoiceField(list(GROUPS))
    buckets = AgingBucketSerializer(many=True)
    totals = AgingRowSerializer(many=True)
    ties = serializers.BooleanField(
        allow_null=True, help_text=_("Whether it equals the control accounts; null for a part.")
    )
    data = AgingRowSerializer(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class OpenItemSerializer(serializers.Serializer[Any]):
    item_id = serializers.IntegerField()
    document_id = serializers.IntegerField()
    kind = serializers.ChoiceField(Document.Kind.choices)
    number = serializers.CharField()
    line = serializers.IntegerField()
    reference = serializers.CharField()
    account = serializers.ChoiceField(Account.Role.choices)
    currency = serializers.CharField()
    amount = MoneyField()
    open_amount = MoneyField()
    open_base_amount = FigureField()
    document_on = serializers.DateField()
    posted_on = serializers.DateField()
    due_on = serializers.DateField()


class OpenItemsSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    position = serializers.IntegerField()
    data = OpenItemSerializer(many=True)  # type: ignore[assignment]

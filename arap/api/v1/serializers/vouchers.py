"""Vouchers for the general ledger."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import CharField, IdField, MoneyField
from arap.api.serializers import QuerySerializer, RowSerializer, StrictSerializer
from arap.ledger.models import VoucherBatch, VoucherTemplate


class VoucherTemplateSerializer(RowSerializer):
    accounts = serializers.SerializerMethodField(
        help_text=_("Codes in the general ledger by the code in the book, where they differ.")
    )

    class Meta:
        model = VoucherTemplate
        fields = read_only_fields = ["id", "name", "grouping", "word", "by_customer", "accounts"]

    def get_accounts(self, template: VoucherTemplate) -> dict[str, str]:
        return {each.account.code: each.code for each in template.mapped.all()}


class VoucherBatchSerializer(RowSerializer):
    base_total = MoneyField(currency="company.base_currency", help_text=_("Debits, which are the credits."))
    made_by = serializers.CharField(source="made_by.username", read_only=True)

    class Meta:
        model = VoucherBatch
        fields = read_only_fields = [
            "id", "after_position", "to_position", "template_name", "grouping", "word", "by_customer",
            "voucher_count", "line_count", "base_total", "digest", "made_by", "made_at",
        ]  # fmt: skip


class MakeVouchersSerializer(StrictSerializer):
    template_id = IdField()


class VoucherFileQuery(QuerySerializer):
    kind = CharField(max_length=10, default="csv", help_text=_("“csv” or “beancount”."))

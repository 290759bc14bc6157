"""Invoices and credit notes: as they are read, and as they are made."""

from decimal import Decimal
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
    EmailField,
    FigureField,
    IdField,
    MoneyField,
)
from arap.api.serializers import PageSerializer, QuerySerializer, RowSerializer, StrictSerializer
from invoices.actions.drafts import LINES_MAX
from invoices.models import PAPER_LANGUAGES, Invoice, InvoiceInstalment, InvoiceLine

BULK_MAX = 5_000
INSTALMENTS_MAX = 120
PEOPLE_MAX = 10


class InvoiceSummarySerializer(RowSerializer):
    """Of an invoice whose `open_sum` and `last_due_on` have been looked up."""

    number = serializers.CharField(
        source="document.number", allow_null=True, read_only=True, help_text=_("Drafts have none.")
    )
    document_id = serializers.IntegerField(allow_null=True, read_only=True, help_text=_("Of the document in the book."))
    customer_id = serializers.IntegerField(read_only=True)
    customer = serializers.CharField(source="customer.code", read_only=True, help_text=_("The customer's code."))
    currency = serializers.CharField(read_only=True)
    posted_on = serializers.DateField(allow_null=True, read_only=True)
    due_on = serializers.DateField(
        source="last_due_on", allow_null=True, read_only=True, help_text=_("When the last of it falls due.")
    )
    net_total = MoneyField()
    tax_total = MoneyField()
    total = MoneyField()
    open_amount = MoneyField(source="open_sum", help_text=_("What the book says is open; below zero for a credit."))
    credits_id = serializers.IntegerField(
        allow_null=True, read_only=True, help_text=_("The invoice that a credit note credits.")
    )

    adds_to_id = serializers.IntegerField(
        allow_null=True, read_only=True, help_text=_("The invoice that a debit note adds to.")
    )

    class Meta:
        model = Invoice
        fields = read_only_fields = [
            "id", "kind", "state", "number", "document_id", "customer_id", "customer", "currency", "issued_on",
            "posted_on", "due_on", "reference", "order_number", "net_total", "tax_total", "total", "open_amount",
            "credits_id", "adds_to_id",
        ]  # fmt: skip


class InvoiceLineSerializer(RowSerializer):
    quantity = FigureField(short=True)
    unit_price = FigureField(short=True)
    discount_percent = FigureField(short=True)
    tax_code = serializers.CharField(source="tax_code.code", allow_null=True, read_only=True)
    tax_rate = FigureField(short=True, help_text=_("In per cent."))
    net = MoneyField(currency="invoice.currency")
    tax = MoneyField(currency="invoice.currency")

    class Meta:
        model = InvoiceLine
        fields = read_only_fields = [
            "id", "line", "description", "quantity", "unit", "unit_price", "discount_percent", "tax_code", "tax_rate",
            "entry", "net", "tax",
        ]  # fmt: skip


class InstalmentSerializer(RowSerializer):
    amount = MoneyField(currency="invoice.currency")

    class Meta:
        model = InvoiceInstalment
        fields = read_only_fields = ["due_on", "amount"]


class InvoiceSerializer(InvoiceSummarySerializer):
    rate = FigureField(short=True, allow_null=True, help_text=_("Base units for one unit of the currency."))
    terms = serializers.CharField(source="terms.code", allow_null=True, read_only=True)
    lines: Any = InvoiceLineSerializer(many=True, read_only=True)
    instalments: Any = InstalmentSerializer(many=True, read_only=True)

    class Meta(InvoiceSummarySerializer.Meta):
        fields = read_only_fields = [
            *InvoiceSummarySerializer.Meta.fields, "rate", "terms", "contract_number", "late_clause",
            "late_clause_local", "memo", "version", "lines", "instalments",
        ]  # fmt: skip


class InvoiceFilters(PageSerializer):
    customer = CharField(max_length=60, allow_blank=True, default="", help_text=_("The customer's code."))
    state = serializers.ChoiceField(Invoice.State.choices, allow_blank=True, default="")
    number = CharField(max_length=60, allow_blank=True, default="", help_text=_("Exactly this number."))
    reference = CharField(max_length=140, allow_blank=True, default="", help_text=_("Exactly this reference."))
    issued_from = DateField(default=None)
    issued_to = DateField(default=None)


class PaperQuery(QuerySerializer):
    language = serializers.ChoiceField(
        PAPER_LANGUAGES, allow_blank=True, default="", help_text=_("Else the customer's own.")
    )


class NewInvoiceLineSerializer(StrictSerializer):
    unit_price = DecimalField(13, 6, signed=True)
    quantity = DecimalField(11, 6, signed=True, default=Decimal(1))
    description = CharField(max_length=300, allow_blank=True, default="")
    unit = CharField(max_length=20, allow_blank=True, default="")
    discount_percent = DecimalField(3, 4, default=Decimal(0))
    tax_code = CharField(
        max_length=20,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text=_("Its rate counts unless one is given."),
    )
    tax_rate = DecimalField(3, 4, allow_null=True, default=None, help_text=_("In per cent."))
    entry = serializers.ChoiceField(
        InvoiceLine.Entry.choices,
        default="net",
        help_text=_("Whether the price is without tax (net) or with it (gross)."),
    )


class NewInstalmentSerializer(StrictSerializer):
    due_on = DateField()
    amount = AmountField(above_zero=True)


class InvoiceDraftSerializer(StrictSerializer):
    customer = CharField(max_length=60, help_text=_("The customer's code."))
    currency = CurrencyField()
    issued_on = DateField()
    lines = NewInvoiceLineSerializer(many=True, min_length=1, max_length=LINES_MAX)
    terms = CharField(
        max_length=30,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text=_("Code of payment terms; else the contract's, else the customer's."),
    )
    instalments = NewInstalmentSerializer(
        many=True,
        max_length=INSTALMENTS_MAX,
        default=list,
        help_text=_("Due dates and amounts that sum to the total, in place of the terms."),
    )
    rate = DecimalField(
        10, 10, above_zero=True, allow_null=True, default=None, help_text=_("Else the rate of the day of issue.")
    )
    reference = CharField(max_length=140, allow_blank=True, default="")
    order_number = CharField(max_length=60, allow_blank=True, default="")
    contract_number = CharField(
        max_length=60,
        allow_blank=True,
        default="",
        help_text=_("Else that of the only contract of the customer that is in force on the day of issue."),
    )
    memo = CharField(max_length=2_000, allow_blank=True, default="")
    adds_to_id = IdField(
        allow_null=True, default=None, help_text=_("The posted invoice that it adds to: then it is a debit note.")
    )


class NewInvoiceSerializer(InvoiceDraftSerializer):
    post = BooleanField(default=False, help_text=_("Post at once. Needs the scope invoice.post, too."))


class NewInvoicesSerializer(StrictSerializer):
    invoices = InvoiceDraftSerializer(many=True, min_length=1, max_length=BULK_MAX)
    post = BooleanField(default=False, help_text=_("Post at once. Needs the scope invoice.post, too."))


class MadeInvoiceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    document_id = serializers.IntegerField(allow_null=True)
    posted_on = serializers.DateField(allow_null=True)


class MadeInvoicesSerializer(serializers.Serializer[Any]):
    invoices = MadeInvoiceSerializer(many=True)


class PostInvoiceSerializer(StrictSerializer):
    posted_on = DateField(allow_null=True, default=None, help_text=_("Else the day of issue, or the first open one."))


class RecipientSerializer(StrictSerializer):
    name = CharField(max_length=150, allow_blank=True, default="")
    address = EmailField()


class SendInvoiceSerializer(StrictSerializer):
    language = serializers.ChoiceField(PAPER_LANGUAGES, allow_null=True, default=None)
    to = RecipientSerializer(
        many=True,
        max_length=PEOPLE_MAX,
        default=list,
        help_text=_("Else the customer's contacts who receive invoices."),
    )
    subject = CharField(max_length=300, allow_blank=True, default="")
    text = CharField(max_length=10_000, allow_blank=True, default="")


class QueuedMessagesSerializer(serializers.Serializer[Any]):
    message_ids = serializers.ListField(child=serializers.IntegerField())


class CreditPartSerializer(StrictSerializer):
    line_id = IdField(
        allow_null=True, default=None, help_text=_("The line of the invoice; null for one taken on without lines.")
    )
    quantity = DecimalField(
        11, 6, above_zero=True, allow_null=True, default=None, help_text=_("Pieces that come back.")
    )
    amount = AmountField(
        above_zero=True, allow_null=True, default=None, help_text=_("Or an amount; neither is all that is left.")
    )
    entry = serializers.ChoiceField(
        InvoiceLine.Entry.choices, default="gross", help_text=_("Whether the amount is with tax.")
    )


class NewCreditNoteSerializer(StrictSerializer):
    invoice_id = IdField()
    on = DateField(help_text=_("The date of the credit note."))
    parts: Any = serializers.ListSerializer(  # with many=True each of them might be null, too
        child=CreditPartSerializer(),
        max_length=LINES_MAX,
        allow_null=True,
        default=None,
        help_text=_("Without parts all that is left is credited."),
    )
    posted_on = DateField(allow_null=True, default=None, help_text=_("Else that day, or the first open one."))
    reason = CharField(max_length=2_000, allow_blank=True, default="")

"""Postings and documents: what was recorded, when, and by whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _

from arap.ledger.models.base import amount_field


class Posting(models.Model):
    """One transaction that wrote to the book. ``position`` is gap-free and in commit order per company."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.BigIntegerField(_("position"), default=0)
    recorded_at = models.DateTimeField(_("recorded at"), null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(_("verb"), max_length=60)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120, null=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ("company", "position")
        constraints = [
            models.UniqueConstraint(fields=("company", "position"), name="ledger_posting_position"),
            models.UniqueConstraint(fields=("company", "idempotency_key"), name="ledger_posting_once"),
        ]
        indexes = [models.Index(fields=("company", "recorded_at"), name="ledger_posting_recorded")]


class Document(models.Model):
    """The ledger face of anything posted. ``total`` is the sum of its items, in ``currency``, signed."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        DEBIT_NOTE = "debit_note", _("Debit note")
        CREDIT_NOTE = "credit_note", _("Credit note")
        RECEIPT = "receipt", _("Receipt")
        REFUND = "refund", _("Customer refund")
        DISCOUNT = "discount", _("Cash discount")
        WRITE_OFF = "write_off", _("Write-off")
        RECOVERY = "recovery", _("Recovery of bad debt")
        CHARGE = "charge", _("Late charge")
        BANK_CHARGE = "bank_charge", _("Bank charge")
        WITHHOLDING = "withholding", _("Withholding tax")
        BILL = "bill", _("Bill of exchange")
        NETTING = "netting", _("AR-AP netting")
        TRANSFER = "transfer", _("Transfer between customers")
        RESCHEDULE = "reschedule", _("Extension")
        EXCHANGE = "exchange", _("Currency exchange")
        FX = "fx", _("Exchange difference")
        OPENING = "opening", _("Opening balance")

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=60)
    series_year = models.SmallIntegerField(null=True)
    series_no = models.IntegerField(null=True)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10)
    total = amount_field(verbose_name=_("total"))
    base_total = amount_field(verbose_name=_("total in base currency"))
    document_on = models.DateField(_("document date"))
    posted_on = models.DateField(_("posting date"))
    item_count = models.IntegerField()
    line_count = models.IntegerField()
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    reason_code = models.CharField(_("reason"), max_length=40, blank=True)
    text_digest = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=("company", "kind", "number"), name="ledger_document_number"),
            models.UniqueConstraint(
                fields=("company", "kind", "series_year", "series_no"),
                condition=Q(series_no__isnull=False),
                name="ledger_document_series",
            ),
            models.UniqueConstraint(fields=("company", "id", "position"), name="ledger_document_company_id"),
            models.UniqueConstraint(
                fields=("reverses",), condition=Q(reverses__isnull=False), name="ledger_document_reversed_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="ledger_document_rate"),
            models.CheckConstraint(condition=Q(line_count__gt=1), name="ledger_document_has_lines"),
            models.CheckConstraint(
                condition=Q(total=Func("total", Func("currency", function="core_minor_unit"), function="round")),
                name="ledger_document_minor_unit",
            ),
        ]
        indexes = [
            models.Index(fields=("company", "position"), name="ledger_document_position"),
            models.Index(fields=("company", "customer", "posted_on"), name="ledger_document_customer"),
            models.Index(fields=("company", "number"), name="ledger_document_by_number"),
            # an amount is looked for without its sign, the latest first
            models.Index(F("company"), Abs("total"), F("id").desc(), name="ledger_document_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class DocumentText(models.Model):
    """The words on a document, outside the sealed rows: erasing a person destroys text and salt,
    and seals still verify."""

    document = models.OneToOneField(
        Document, primary_key=True, on_delete=models.PROTECT, db_constraint=False, related_name="text"
    )
    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    memo = models.TextField(_("memo"), blank=True)
    salt = models.BinaryField()

    class Meta:
        verbose_name = _("document text")
        verbose_name_plural = _("document texts")
        indexes = [models.Index(fields=("company", "reference"), name="ledger_text_reference")]

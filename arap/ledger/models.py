"""The book: append-only facts on two clocks.

Every row here is a fact that is never edited or deleted (the database refuses it for every role). A mistake is
corrected by a new fact that refers to the old one. Two clocks stand on each fact: *effective* (a date, end of that
day) and *recorded* (the posting's position, whose ``recorded_at`` is the instant we learned it).

Signs: ``+`` the customer owes us, ``-`` we owe the customer. ``base_amount`` is in the company's base currency.
Real foreign keys are composite (company first) and stand in the migrations; the ORM's carry no constraint of their own.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

FAR = date(9999, 12, 31)  # "never yet": keeps date comparisons free of nulls


def _amount(**options: Any) -> "models.DecimalField[Decimal | int, Decimal]":
    return models.DecimalField(max_digits=20, decimal_places=3, **options)


class Account(models.Model):
    """A general-ledger account the book writes to; ``role`` is how rules name it."""

    class Role(models.TextChoices):
        RECEIVABLE = "receivable", _("Accounts receivable")
        ADVANCES = "advances", _("Advances from customers")
        BILLS = "bills", _("Notes receivable")
        UNIDENTIFIED = "unidentified", _("Unidentified receipts")
        RECEIVABLE_ADJUSTMENT = "receivable_adjustment", _("Receivables revaluation")
        BANK = "bank", _("Bank")
        REVENUE = "revenue", _("Revenue")
        OUTPUT_TAX = "output_tax", _("Output tax")
        FX_GAIN_LOSS = "fx_gain_loss", _("Exchange gain or loss")
        DISCOUNT = "discount", _("Cash discount")
        WRITE_OFF = "write_off", _("Credit loss")
        BANK_CHARGE = "bank_charge", _("Bank charges")
        ROUNDING = "rounding", _("Rounding")
        OPENING = "opening", _("Opening balances")

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    name_local = models.CharField(_("local name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    is_control = models.BooleanField(_("control account"), default=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("company", "code")
        constraints = [
            models.UniqueConstraint(fields=("company", "code"), name="ledger_account_code"),
            models.UniqueConstraint(fields=("company", "role"), name="ledger_account_role"),
            models.UniqueConstraint(fields=("company", "id"), name="ledger_account_company_id"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Book(models.Model):
    """One row per company: the last position given out. Only the posting trigger writes it."""

    company = models.OneToOneField("core.Company", on_delete=models.PROTECT, primary_key=True, related_name="book")
    position = models.BigIntegerField(default=0)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")


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
    total = _amount(verbose_name=_("total"))
    base_total = _amount(verbose_name=_("total in base currency"))
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


class Item(models.Model):
    """An amount that stays open until settled. The six last columns are derived by the one trigger."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, db_constraint=False, related_name="items", db_index=False
    )
    line = models.SmallIntegerField(_("line"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = _amount(verbose_name=_("amount"))
    base_amount = _amount(verbose_name=_("amount in base currency"))
    posted_on = models.DateField(_("posting date"))
    document_on = models.DateField(_("document date"))
    due_on = models.DateField(_("due date"))
    original_due_on = models.DateField(_("original due date"))
    aged_from_on = models.DateField(_("aged from"))
    origin_item = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    open_amount = _amount(verbose_name=_("open amount"))
    open_base_amount = _amount(verbose_name=_("open amount in base currency"))
    first_effective_on = models.DateField(default=FAR)
    last_effective_on = models.DateField()
    last_position = models.BigIntegerField()
    settled_on = models.GeneratedField(
        expression=Case(When(open_amount=0, then=F("last_effective_on")), default=Value(FAR)),
        output_field=models.DateField(_("settled on")),
        db_persist=True,
    )
    open_span = models.GeneratedField(
        expression=Func("posted_on", "last_effective_on", "open_amount", function="ledger_open_span"),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(fields=("company", "id", "currency"), name="ledger_item_company_id"),
            models.UniqueConstraint(fields=("document", "line"), name="ledger_item_line"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_item_not_zero"),
            models.CheckConstraint(
                condition=Q(amount=Func("amount", Func("currency", function="core_minor_unit"), function="round")),
                name="ledger_item_minor_unit",
            ),
            # open stays within [0, amount], whatever the sign
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount"))
                | Q(amount__lt=0, open_amount__lte=0, open_amount__gte=F("amount")),
                name="ledger_item_open_amount",
            ),
            models.CheckConstraint(
                condition=Q(base_amount__gte=0, open_base_amount__gte=0, open_base_amount__lte=F("base_amount"))
                | Q(base_amount__lte=0, open_base_amount__lte=0, open_base_amount__gte=F("base_amount")),
                name="ledger_item_open_base",
            ),
            models.CheckConstraint(
                condition=~Q(open_amount=0) | Q(open_base_amount=0), name="ledger_item_no_base_left"
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("company", "customer"),
                include=(
                    "currency", "account", "aged_from_on", "document_on", "posted_on", "amount", "open_amount",
                    "first_effective_on", "last_effective_on", "position", "last_position", "id",
                ),
                condition=~Q(open_amount=0),
                name="ledger_item_open",
            ),
            BTreeIndex(
                fields=("company", "open_span", "posted_on", "settled_on"), condition=Q(open_amount=0),
                  name="ledger_item_settled"
            ),
            models.Index(fields=("company", "customer", "settled_on"), name="ledger_item_customer"),
            models.Index(fields=("company", "last_position"), name="ledger_item_last_position"),
        ]  # fmt: skip


class Application(models.Model):
    """One act of applying credits to debits (核销), or of undoing that (反核销)."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    effective_on = models.DateField(_("effective on"))
    policy = models.CharField(_("policy"), max_length=40)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="undone_by"
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=("company", "id", "position"), name="ledger_application_company_id"),
        ]
        indexes = [models.Index(fields=("company", "position"), name="ledger_application_position")]


class Entry(models.Model):
    """One movement of one item. It belongs to an application, or to the document that replaced the item."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="entries", db_index=False
    )
    document = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="closings", db_index=False
    )
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, db_constraint=False, related_name="entries", db_index=False
    )
    counter_item = models.ForeignKey(
        Item, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = _amount(verbose_name=_("amount"))
    base_amount = _amount(verbose_name=_("amount in base currency"))
    effective_on = models.DateField(_("effective on"))
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="reversed_by"
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    aged_from_on = models.DateField(_("aged from"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_not_zero"),
            models.CheckConstraint(
                condition=Q(application__isnull=False, document__isnull=True, counter_item__isnull=False)
                | Q(application__isnull=True, document__isnull=False, counter_item__isnull=True),
                name="ledger_entry_owner",
            ),
            models.CheckConstraint(
                condition=Q(amount=Func("amount", Func("currency", function="core_minor_unit"), function="round")),
                name="ledger_entry_minor_unit",
            ),
            models.UniqueConstraint(
                fields=("application", "item", "counter_item"),
                condition=Q(application__isnull=False),
                name="ledger_entry_application",
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("item", "effective_on"), include=("amount", "base_amount", "position"), name="ledger_entry_item"
            ),
            models.Index(fields=("document",), condition=Q(document__isnull=False), name="ledger_entry_document"),
            models.Index(fields=("company", "customer", "effective_on"), name="ledger_entry_customer"),
        ]


class JournalLine(models.Model):
    """A debit (+) or credit (-) on a general-ledger account, by a document or by an application."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    document = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="lines", db_index=False
    )
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="lines", db_index=False
    )
    line = models.IntegerField(_("line"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    item = models.ForeignKey(
        Item, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = _amount(verbose_name=_("amount"))
    base_amount = _amount(verbose_name=_("amount in base currency"))
    posted_on = models.DateField(_("posting date"))
    tax_code = models.CharField(_("tax code"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False, application__isnull=True)
                | Q(document__isnull=True, application__isnull=False),
                name="ledger_line_owner",
            ),
            models.UniqueConstraint(
                fields=("document", "line"), condition=Q(document__isnull=False), name="ledger_line_document"
            ),
            models.UniqueConstraint(
                fields=("application", "line"), condition=Q(application__isnull=False), name="ledger_line_application"
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("company", "account", "posted_on"),
                include=("currency", "customer", "amount", "base_amount", "position"),
                name="ledger_line_account",
            ),
        ]


class Seal(models.Model):
    """A SHA-256 over every posting since the last seal, chained: whoever holds an old seal can prove tampering."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="seals")
    from_position = models.BigIntegerField()
    to_position = models.BigIntegerField()
    row_count = models.BigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ("company", "to_position")
        constraints = [
            models.UniqueConstraint(fields=("company", "from_position"), name="ledger_seal_from"),
            models.UniqueConstraint(fields=("company", "to_position"), name="ledger_seal_to"),
            models.CheckConstraint(condition=Q(to_position__gte=F("from_position")), name="ledger_seal_range"),
        ]

"""Invoices and credit notes: draft, posted, credited.

A posted document is frozen by the database (migrations/sql/frozen.sql), for every role: its lines and instalments too.
What may still change about it (delivery, disputes, files) lives in side tables. The amount that is owed lives in the
book alone: nothing here is a second balance. Amounts are positive in both kinds; the kind says who owes.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, TaxCode, currency_is_three_letters
from arap.core.money import currency_choices

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def amount_field(name: "_StrPromise", *, default: int | None = None) -> "models.DecimalField[Decimal | int, Decimal]":
    """An amount in the document's currency, as wide as the book's."""
    if default is None:
        return models.DecimalField(name, max_digits=20, decimal_places=3)
    return models.DecimalField(name, max_digits=20, decimal_places=3, default=default, db_default=default)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def drafts(self) -> "InvoiceQuerySet":
        return self.filter(state=Invoice.State.DRAFT)

    def posted(self) -> "InvoiceQuerySet":
        """In the book, whether credited since or not."""
        return self.exclude(state=Invoice.State.DRAFT)

    def invoices(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.INVOICE)

    def credit_notes(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.CREDIT_NOTE)

    def of_customer(self, customer_id: int) -> "InvoiceQuerySet":
        return self.filter(customer_id=customer_id)


class Invoice(CompanyOwned):
    """What a customer is told to pay (invoice) or need not pay (credit note).

    `rate` is base units for one unit of `currency`; empty in a draft means the rate of `issued_on`. `version` counts
    the edits of a draft: who saves an older one is refused. Documents taken on from elsewhere may have no lines.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state", "Draft")
        POSTED = "posted", pgettext_lazy("state", "Posted")
        CREDITED = "credited", _("Credited")

    class Origin(models.TextChoices):
        ENTERED = "entered", _("Entered here")
        TAKEN_ON = "taken_on", _("Taken on")

    TRANSITIONS = frozenset({(State.DRAFT, State.POSTED), (State.POSTED, State.CREDITED)})

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INVOICE, db_default=Kind.INVOICE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, db_default=State.DRAFT)
    origin = models.CharField(
        _("origin"), max_length=10, choices=Origin, default=Origin.ENTERED, db_default=Origin.ENTERED
    )
    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="invoices",
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name="invoice",
    )
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10, null=True, blank=True)
    issued_on = models.DateField(_("issued on"))
    posted_on = models.DateField(_("posting date"), null=True, blank=True, editable=False)
    terms = models.ForeignKey(
        "customers.PaymentTerms",
        verbose_name=_("payment terms"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    reference = models.CharField(_("reference"), max_length=140, blank=True, default="", db_default="")
    order_number = models.CharField(_("order number"), max_length=60, blank=True, default="", db_default="")
    # What an e-invoice says besides (EN 16931: BT-10, BT-12, BT-72, BT-73, BT-74).
    buyer_reference = models.CharField(_("buyer reference"), max_length=60, blank=True, default="", db_default="")
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True, default="", db_default="")
    # The contract it is written under; the clause is copied, because a contract may change and a posted invoice not.
    contract = models.ForeignKey(
        "customers.Contract",
        verbose_name=_("contract"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    late_clause = models.TextField(_("late-payment clause"), blank=True, default="", db_default="")
    late_clause_local = models.TextField(_("late-payment clause in Chinese"), blank=True, default="", db_default="")
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    period_from = models.DateField(_("period from"), null=True, blank=True)
    period_to = models.DateField(_("period to"), null=True, blank=True)
    memo = models.TextField(_("memo"), blank=True, default="", db_default="")
    credits = models.ForeignKey(
        "self",
        verbose_name=_("credits invoice"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="credit_notes",
    )
    net_total = amount_field(_("net"), default=0)
    tax_total = amount_field(_("tax"), default=0)
    total = amount_field(_("total incl. tax"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ("-issued_on", "-id")
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "invoices_invoice_currency"),
            models.CheckConstraint(condition=Q(kind__in=["invoice", "credit_note"]), name="invoices_invoice_kind"),
            models.CheckConstraint(
                condition=Q(state="draft", document__isnull=True, posted_on__isnull=True)
                | Q(
                    state__in=["posted", "credited"],
                    document__isnull=False,
                    posted_on__isnull=False,
                    rate__isnull=False,
                ),
                name="invoices_invoice_posted_has_document",
            ),
            models.CheckConstraint(condition=Q(state="draft") | Q(total__gt=0), name="invoices_invoice_total_positive"),
            models.CheckConstraint(
                condition=Q(total=F("net_total") + F("tax_total")), name="invoices_invoice_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(total=Func("total", Func("currency", function="core_minor_unit"), function="round")),
                name="invoices_invoice_minor_unit",
            ),
            models.CheckConstraint(condition=Q(rate__isnull=True) | Q(rate__gt=0), name="invoices_invoice_rate"),
            models.CheckConstraint(
                condition=Q(kind="credit_note") | Q(credits__isnull=True),
                name="invoices_invoice_only_credit_notes_credit",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice") | ~Q(state="credited"), name="invoices_invoice_credited_kind"
            ),
            models.CheckConstraint(condition=~Q(period_to__lt=F("period_from")), name="invoices_invoice_period"),
        ]
        indexes = [
            models.Index(fields=["company", "customer", "-issued_on"], name="invoices_invoice_customer"),
            models.Index(fields=["company", "-issued_on", "-id"], name="invoices_invoice_issued"),
            models.Index(fields=["company", "-total", "-id"], name="invoices_invoice_by_total"),
            models.Index(
                fields=["company", "order_number"], condition=~Q(order_number=""), name="invoices_invoice_order_number"
            ),
            models.Index(fields=["company", "id"], condition=Q(state="draft"), name="invoices_invoice_drafts"),
            # few are credit notes
            models.Index(
                fields=["company", "-issued_on", "-id"], condition=Q(kind="credit_note"), name="invoices_invoice_notes"
            ),
            models.Index(fields=["credits"], condition=Q(credits__isnull=False), name="invoices_invoice_credits"),
            models.Index(
                fields=["contract", "-id"], condition=Q(contract__isnull=False), name="invoices_invoice_contract"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class InvoiceLine(CompanyOwned):
    """One line: `unit_price` is with tax when `entry` is gross. `tax_rate` and `discount_percent` are in per cent.

    `net` and `tax` are rounded once, by rules.line_amounts. `tax_category` and `exemption_reason` are the tax code's of
    the day of entry; `unit_code` is of UN/ECE Recommendation 20 (units.py), where the unit is one of those. A credit
    note's line names the line it credits and keeps its rate.
    """

    class Entry(models.TextChoices):
        NET = "net", _("without tax")
        GROSS = "gross", _("with tax")

    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice"),
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="lines",
    )
    line = models.PositiveSmallIntegerField(_("line"))
    description = models.CharField(_("description"), max_length=300, blank=True, default="", db_default="")
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=1, db_default=1)
    description_local = models.CharField(_("local description"), max_length=300, blank=True, default="", db_default="")
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="", db_default="")
    unit_code = models.CharField(_("unit code"), max_length=3, blank=True, default="", db_default="")
    unit_price = models.DecimalField(_("unit price"), max_digits=20, decimal_places=6)
    discount_percent = models.DecimalField(
        _("discount in per cent"), max_digits=7, decimal_places=4, default=0, db_default=0
    )
    tax_code = models.ForeignKey(
        "core.TaxCode",
        verbose_name=_("tax code"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    tax_rate = models.DecimalField(_("tax rate in per cent"), max_digits=7, decimal_places=4, default=0, db_default=0)
    tax_category = models.CharField(
        _("tax category"), max_length=2, choices=TaxCode.Category, blank=True, default="", db_default=""
    )
    exemption_reason = models.CharField(_("why no tax"), max_length=200, blank=True, default="", db_default="")
    entry = models.CharField(_("price entered"), max_length=5, choices=Entry, default=Entry.NET, db_default=Entry.NET)
    net = amount_field(_("net"))
    tax = amount_field(_("tax"))
    returned_quantity = models.DecimalField(
        _("returned quantity"),
        max_digits=18,
        decimal_places=6,
        default=0,
        db_default=0,
        help_text=_("Pieces that a credit takes back; none when it only lowers the price."),
    )
    credits_line = models.ForeignKey(
        "self",
        verbose_name=_("credits line"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="credit_lines",
    )

    class Meta(CompanyOwned.Meta):
        ordering = ("invoice", "line")
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["invoice", "line"], name="invoices_invoiceline_line"),
            models.CheckConstraint(condition=Q(entry__in=["net", "gross"]), name="invoices_invoiceline_entry"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="invoices_invoiceline_discount",
                violation_error_message=_("A discount lies between 0 and 100 per cent."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=100),
                name="invoices_invoiceline_tax_rate",
                violation_error_message=_("A tax rate lies between 0 and 100 per cent."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["credits_line"], condition=Q(credits_line__isnull=False), name="invoices_invoiceline_credits"
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.line)

    @property
    def gross(self) -> Decimal:
        """Net and tax together (价税合计)."""
        return Decimal(self.net + self.tax)


class InvoiceInstalment(CompanyOwned):
    """A part of the total with its own due date; posting makes one open item of each."""

    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice"),
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="instalments",
    )
    line = models.PositiveSmallIntegerField(_("line"))
    due_on = models.DateField(_("due on"))
    amount = amount_field(_("amount"))

    class Meta(CompanyOwned.Meta):
        ordering = ("invoice", "line")
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["invoice", "line"], name="invoices_invoiceinstalment_line"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on}: {self.amount}"

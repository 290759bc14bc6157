"""The lines of an invoice and its instalments, frozen with it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, TaxCode
from invoices.models.invoices import Invoice, amount_field


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

"""Exchange rates and tax codes of a company."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices


class ExchangeRate(CompanyOwned):
    """Units of base currency for one unit of `currency`, from a date until the next rate."""

    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("rate"),
        max_digits=20,
        decimal_places=10,
        help_text=_("Units of the base currency for one unit of this currency."),
    )
    source = models.CharField(_("source"), max_length=100, blank=True)
    is_provisional = models.BooleanField(_("provisional"), default=False, db_default=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "currency", "-valid_from"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "currency", "valid_from"], name="core_exchangerate_one_per_day"),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0),
                name="core_exchangerate_positive",
                violation_error_message=_("A rate is greater than zero."),
            ),
            currency_is_three_letters("currency", "core_exchangerate_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}: {self.rate.normalize():f}"


class TaxCode(CompanyOwned):
    """A tax treatment of an invoice line. `rate` is in per cent: 13.0000 means 13 %.

    `category` is its code in UNCL5305, as EN 16931 wants it; the ones without tax say why in `exemption_reason`.
    """

    class Category(models.TextChoices):
        STANDARD = "S", _("S: taxed at a rate")
        ZERO = "Z", _("Z: zero rated")
        EXEMPT = "E", _("E: exempt from tax")
        REVERSE_CHARGE = "AE", _("AE: the buyer pays the tax")
        INTRA_COMMUNITY = "K", _("K: supply within the European Union")
        EXPORT = "G", _("G: export, not taxed")
        OUTSIDE_SCOPE = "O", _("O: outside the scope of tax")

    class OnDiscount(models.TextChoices):
        KEEP = "keep", _("stays as invoiced")
        REDUCE = "reduce", _("is reduced with the discount")

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_local = models.CharField(_("local name"), max_length=100, blank=True)
    rate = models.DecimalField(
        _("rate in per cent"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    category = models.CharField(
        _("category"), max_length=2, choices=Category, blank=True, default="", db_default="",
        help_text=_("For e-invoices. Empty: S where the rate is above zero, else Z."),
    )  # fmt: skip
    exemption_reason = models.CharField(
        _("why no tax"), max_length=200, blank=True, default="", db_default="",
        help_text=_("Printed on invoices, for example: Export, Article 146."),
    )  # fmt: skip
    on_discount = models.CharField(
        _("output tax of a cash discount"), max_length=6, choices=OnDiscount, blank=True, default="", db_default="",
        help_text=_("Empty: as usual in the company’s country. China keeps it; Germany and the UK reduce it."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "code"]
        verbose_name = _("tax code")
        verbose_name_plural = _("tax codes")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "code"], name="core_taxcode_code"),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0, rate__lte=100),
                name="core_taxcode_rate",
                violation_error_message=_("A tax rate lies between 0 and 100 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def tax_category(self) -> str:
        """The category, also where none was chosen."""
        return self.category or (self.Category.STANDARD if self.rate else self.Category.ZERO).value

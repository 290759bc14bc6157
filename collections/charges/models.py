"""Who is charged how much for paying late; the runs that charged it, and for which days."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices
from invoices.models.invoices import amount_field


class DayCount(models.TextChoices):
    """How many days a year has."""

    YEAR_365 = "365", _("365 days")
    YEAR_360 = "360", _("360 days")
    ACTUAL = "actual", _("as many as it has")


class ChargePolicy(CompanyOwned):
    """What late payment costs from `valid_from` on: for a customer, a segment, or everybody in a currency.

    For a customer its own policies count, else those of its segment, else those for everybody. Of these the one with
    the latest `valid_from` on a day counts for that day, so that a new reference rate is a new row and the old days
    keep theirs.
    """

    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    segment = models.CharField(_("segment"), max_length=60, blank=True, default="", db_default="")
    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    valid_from = models.DateField(_("valid from"))
    annual_rate = models.DecimalField(
        _("rate in per cent a year"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Reference rate and margin together: 2.15 and 8 points are 10.15."),
    )
    day_count = models.CharField(
        _("days of a year"), max_length=6, choices=DayCount, default=DayCount.YEAR_365, db_default=DayCount.YEAR_365
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=0, db_default=0,
        help_text=_("What is paid within them bears nothing; what is paid later bears interest from the due date."),
    )  # fmt: skip
    minimum = models.DecimalField(
        _("least amount"), max_digits=20, decimal_places=3, default=0, db_default=0,
        validators=[MinValueValidator(0)],
        help_text=_("A customer is charged once it comes to this much; until then the days wait."),
    )  # fmt: skip
    fee = models.DecimalField(
        _("fixed sum for each item"), max_digits=20, decimal_places=3, default=0, db_default=0,
        validators=[MinValueValidator(0)],
        help_text=_("Charged once for an item, with its first interest."),
    )  # fmt: skip
    tax_code = models.ForeignKey(
        "core.TaxCode",
        verbose_name=_("tax code"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: damages, not taxed."),
    )
    basis = models.CharField(
        _("legal basis"), max_length=500, blank=True, default="", db_default="",
        help_text=_("Printed on the document: the law, or the clause of the contract."),
    )  # fmt: skip
    basis_local = models.CharField(_("legal basis in Chinese"), max_length=500, blank=True, default="", db_default="")
    is_active = models.BooleanField(_("active"), default=True, db_default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "currency", "segment", "customer", "valid_from"]
        verbose_name = _("late-charge policy")
        verbose_name_plural = _("late-charge policies")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "charges_chargepolicy_currency"),
            models.UniqueConstraint(
                fields=["company", "currency", "segment", "customer", "valid_from"],
                nulls_distinct=False,
                name="charges_chargepolicy_once",
            ),
            models.CheckConstraint(
                condition=Q(segment="") | Q(customer__isnull=True), name="charges_chargepolicy_one_scope"
            ),
            models.CheckConstraint(
                condition=Q(annual_rate__gte=0, annual_rate__lte=100, minimum__gte=0, fee__gte=0),
                name="charges_chargepolicy_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.annual_rate} % {self.valid_from}"

    def clean(self) -> None:
        """A policy is for a segment or a customer, not for both."""
        if self.segment and self.customer_id:
            raise ValidationError({"segment": _("Choose a segment or a customer, not both.")})


class ChargeSchedule(CompanyOwned):
    """On which day of each month late payment is charged by itself, at night; without one, by hand alone."""

    month_day = models.PositiveSmallIntegerField(
        _("day of the month"), validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("From 1 to 28. Every late day before it that was not charged yet is charged."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True, db_default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company"]
        verbose_name = _("schedule of late charges")
        verbose_name_plural = _("schedules of late charges")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company"], name="charges_chargeschedule_once"),
            models.CheckConstraint(condition=Q(month_day__range=(1, 28)), name="charges_chargeschedule_day"),
        ]

    def __str__(self) -> str:
        return str(self.month_day)


class ChargeRun(CompanyOwned):
    """One act of charging all days before `until` that were not charged yet."""

    until = models.DateField(_("days before"))
    issued_on = models.DateField(_("issued on"))
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("run of late charges")
        verbose_name_plural = _("runs of late charges")

    def __str__(self) -> str:
        return str(self.until)


class ChargedSpan(CompanyOwned):
    """Days [from_on, to_on) of an item that were charged. No day of an item is charged twice, nor its fixed sum."""

    run = models.ForeignKey(
        ChargeRun, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="spans"
    )
    item = models.ForeignKey(
        "ledger.Item", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    charge = models.ForeignKey(
        "invoices.Invoice", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"))
    balance = amount_field(_("open amount"))
    annual_rate = models.DecimalField(_("rate in per cent a year"), max_digits=7, decimal_places=4)
    day_count = models.CharField(_("days of a year"), max_length=6, choices=DayCount)
    interest = amount_field(_("interest"))
    fee = amount_field(_("fixed sum"), default=0)

    class Meta(CompanyOwned.Meta):
        ordering = ["run", "item", "from_on"]
        verbose_name = _("charged days")
        verbose_name_plural = _("charged days")
        constraints = [
            *CompanyOwned.Meta.constraints,
            ExclusionConstraint(
                name="charges_chargedspan_never_twice",
                expressions=[
                    (Func(F("item"), F("item"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("from_on"), F("to_on"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(fields=["item"], condition=Q(fee__gt=0), name="charges_chargedspan_fee_once"),
            models.CheckConstraint(
                condition=Q(to_on__gt=F("from_on"), balance__gt=0, interest__gte=0, fee__gte=0),
                name="charges_chargedspan_sense",
            ),
        ]
        indexes = [
            models.Index(fields=["item", "to_on"], name="charges_chargedspan_item"),
            models.Index(fields=["run", "charge"], name="charges_chargedspan_run"),
            models.Index(fields=["charge"], name="charges_chargedspan_charge"),
        ]

    @property
    def days(self) -> int:
        return int((self.to_on - self.from_on).days)

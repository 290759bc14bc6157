"""Settling in full what cash alone does not: policies as data, and what was let off in an act of a receipt."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices

GRACE_DAYS_MAX = 60


class ApplicationOrder(CompanyOwned):
    """When a payment that names nothing pays late charges: for a customer, or (without one) for all others.

    Without any, as they fall due. What is named, or is exactly the sum, is paid as it is named.
    """

    class Charges(models.TextChoices):
        DUE = "due", _("as they fall due")
        FIRST = "first", _("before the debts")
        LAST = "last", _("after the debts")

    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: all customers that have no row of their own."),
    )
    charges = models.CharField(_("late charges are paid"), max_length=5, choices=Charges)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "customer"]
        verbose_name = _("order of application")
        verbose_name_plural = _("orders of application")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "customer"],
                name="receipts_applicationorder_once",
                nulls_distinct=False,
                violation_error_message=_("There is an order for these customers already."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_charges_display()


class DiscountPolicy(CompanyOwned):
    """How the company gives the early-payment discount of its terms: for some terms, or (without terms) for all others.

    Without any, the window ends on its last day and the discount is computed on the amount with tax.
    """

    class Basis(models.TextChoices):
        GROSS = "gross", _("on the amount with tax")
        NET = "net", _("on the amount without tax")

    terms = models.ForeignKey(
        "customers.PaymentTerms",
        verbose_name=_("payment terms"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: all terms that have no row of their own."),
    )
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(GRACE_DAYS_MAX)],
        help_text=_("Money whose value date lies up to so many days after the window still earns the discount."),
    )
    basis = models.CharField(_("computed"), max_length=5, choices=Basis, default=Basis.GROSS, db_default=Basis.GROSS)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "terms"]
        verbose_name = _("policy of early-payment discounts")
        verbose_name_plural = _("policies of early-payment discounts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "terms"],
                name="receipts_discountpolicy_once",
                nulls_distinct=False,
                violation_error_message=_("These terms have a policy already."),
            ),
            models.CheckConstraint(condition=Q(grace_days__lte=GRACE_DAYS_MAX), name="receipts_discountpolicy_grace"),
        ]

    def __str__(self) -> str:
        return str(self.terms or _("all other terms"))


class Tolerance(CompanyOwned):
    """Up to which difference something closes without asking, in one currency, for a class of customers or for all."""

    class Kind(models.TextChoices):
        SHORT = "short", _("short payment")
        OVER = "over", _("over-payment")
        BANK_CHARGE = "bank_charge", _("bank charges that the payer deducted")
        WITHHOLDING = "withholding", _("tax that the payer withheld")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    segment = models.CharField(
        _("class of customers"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("The customer’s segment. Empty: all that have no row of their own."),
    )
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    amount = models.DecimalField(
        _("up to the amount"), max_digits=20, decimal_places=3, help_text=_("In this currency.")
    )
    percent = models.DecimalField(
        _("and up to per cent"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Of what is settled. Both limits hold."),
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "kind", "currency", "segment"]
        verbose_name = _("tolerance")
        verbose_name_plural = _("tolerances")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "receipts_tolerance_currency"),
            models.UniqueConstraint(
                fields=["company", "kind", "currency", "segment"],
                name="receipts_tolerance_once",
                violation_error_message=_("There is such a tolerance already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, percent__gt=0, percent__lte=100),
                name="receipts_tolerance_positive",
                violation_error_message=_("A limit is above zero, a percentage up to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency} {self.amount}"


class Allowance(CompanyOwned):
    """What was let off in an act of a receipt: a document in the book, applied together with the cash.

    It stands and falls with that act: when the cash is taken back, the document is reversed. `amount` is above zero, in
    the receipt's currency. `item` is what was let off; none where the receipt's own rest was (an over-payment).
    """

    class Kind(models.TextChoices):
        DISCOUNT = "discount", _("early-payment discount")
        SHORT = "short", _("small short payment")
        OVER = "over", _("small over-payment")
        BANK_CHARGE = "bank_charge", _("bank charges")
        WITHHOLDING = "withholding", _("withholding tax")

    receipt = models.ForeignKey(
        "receipts.Receipt",
        verbose_name=_("receipt"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="allowances",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="allowance",
    )
    application = models.ForeignKey(
        "ledger.Application",
        verbose_name=_("application"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
    )
    item = models.ForeignKey(
        "ledger.Item",
        verbose_name=_("open item"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    percent = models.DecimalField(_("per cent"), max_digits=7, decimal_places=4, null=True)

    class Meta(CompanyOwned.Meta):
        ordering = ("receipt", "id")
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipts_allowance_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="over", item__isnull=True) | (~Q(kind="over") & Q(item__isnull=False)),
                name="receipts_allowance_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

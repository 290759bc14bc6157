"""Companies and what belongs to their letterhead and numbering."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.bank_numbers import BadNumber, read_account_no, read_bic
from arap.core.models.base import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices
from arap.core.validation import validate_country, validate_time_zone

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
BAD_NUMBERS = {
    "iban": _("This IBAN is not right: its check digits or its length do not fit. Compare it with the bank’s paper."),
    "china": _("An account number in China is 8 to 30 digits."),
    "form": _("An account number is 4 to 34 letters and digits."),
    "bic": _("A BIC is 8 or 11 letters and digits, for example DEUTDEFF."),
}


class Company(models.Model):
    """A legal entity that keeps its own book in its own base currency."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Use letters, digits, dot, dash, underscore."))],
    )
    name = models.CharField(_("name"), max_length=200)
    name_local = models.CharField(_("local name"), max_length=200, blank=True)
    base_currency = models.CharField(_("base currency"), max_length=3, choices=currency_choices)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, default="CN", validators=[validate_country])
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    calendar = models.ForeignKey(
        "core.BusinessCalendar",
        verbose_name=_("business calendar"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Without one, Saturday and Sunday are the only days off."),
    )
    address = models.TextField(_("address"), blank=True)
    address_local = models.TextField(_("local address"), blank=True, default="", db_default="")
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("email"), blank=True)
    website = models.URLField(_("website"), blank=True)
    logo = models.BinaryField(_("logo"), null=True, blank=True)
    receipt_confirmation_above = models.DecimalField(
        _("confirm receipts above"),
        max_digits=18,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("In base currency. A receipt above it is confirmed by a second person; empty means that none is."),
    )
    revalue_from = models.DateField(
        _("revalue from"),
        null=True,
        blank=True,
        help_text=_(
            "Open months that end on this day or later are revalued at night once they have ended, and again when"
            " something in them changes. Empty: only a controller does it, by hand."
        ),
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("second factor required of"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Who holds one of these roles signs in with a code from their telephone besides the password."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Whose practice company it is: made of a sample, for one person, and none of its mail leaves.
    practice_for = models.ForeignKey(
        "core.User",
        verbose_name=_("practice company of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            currency_is_three_letters("base_currency", "core_company_currency"),
            models.CheckConstraint(
                condition=models.Q(receipt_confirmation_above__isnull=True)
                | models.Q(receipt_confirmation_above__gte=0),
                name="core_company_confirmation_not_negative",
            ),
            models.UniqueConstraint(
                fields=["practice_for"],
                condition=models.Q(is_active=True),
                name="core_company_one_practice_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_practice(self) -> bool:
        """Whether nothing in it counts: somebody practises there."""
        return self.practice_for_id is not None


class CompanyBankAccount(CompanyOwned):
    """An account of ours that customers pay into; printed on invoices and statements."""

    name = models.CharField(_("account holder"), max_length=200)
    bank = models.CharField(_("bank"), max_length=200)
    account_no = models.CharField(_("account number"), max_length=60)
    bic = models.CharField(_("BIC (SWIFT code)"), max_length=11, blank=True, default="", db_default="")
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    is_default = models.BooleanField(_("default for its currency"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "currency", "account_no"]
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "core_companybankaccount_currency"),
            models.UniqueConstraint(
                fields=["company", "account_no", "currency"], name="core_companybankaccount_number"
            ),
            models.UniqueConstraint(
                fields=["company", "currency"],
                condition=models.Q(is_default=True),
                name="core_companybankaccount_one_default",
                violation_error_message=_("This currency has a default bank account already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.account_no} {self.currency}"

    @property
    def bank_line(self) -> str:
        """The bank as it is printed, with its BIC where there is one."""
        return f"{self.bank}, BIC {self.bic}" if self.bic else self.bank

    def clean(self) -> None:
        """Spell the numbers as they are printed. Raises ValidationError by field for one that cannot be right."""
        country = self.company.country if self.company_id else ""
        try:
            self.account_no = read_account_no(self.account_no, country=country)
        except BadNumber as error:
            raise ValidationError({"account_no": BAD_NUMBERS[str(error)]}) from None
        try:
            self.bic = read_bic(self.bic)
        except BadNumber as error:
            raise ValidationError({"bic": BAD_NUMBERS[str(error)]}) from None


class NumberSeries(CompanyOwned):
    """The last number taken of one kind of document in one year.

    The row is the lock: whoever takes a number updates it in the transaction that uses the number,
    so a rollback gives the number back and no gap can arise.
    """

    kind = models.CharField(_("kind"), max_length=30)
    year = models.PositiveSmallIntegerField(_("year"))
    prefix = models.CharField(_("prefix"), max_length=20, blank=True)
    last_number = models.PositiveBigIntegerField(_("last number"), default=0, db_default=0)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "kind", "year"], name="core_numberseries_one_per_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last_number}"

"""The accounts of the general ledger that the book writes to, and the book's own head."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """A general-ledger account the book writes to; ``role`` is how rules name it."""

    class Role(models.TextChoices):
        RECEIVABLE = "receivable", _("Accounts receivable")
        ADVANCES = "advances", _("Advances from customers")
        BILLS = "bills", _("Notes receivable")
        UNIDENTIFIED = "unidentified", _("Unidentified receipts")
        RECEIVABLE_ADJUSTMENT = "receivable_adjustment", _("Receivables revaluation")
        BILLS_ADJUSTMENT = "bills_adjustment", _("Notes receivable revaluation")
        UNIDENTIFIED_ADJUSTMENT = "unidentified_adjustment", _("Unidentified receipts revaluation")
        WITHHELD = "withheld", _("Tax withheld by customers")
        BANK = "bank", _("Bank")
        REVENUE = "revenue", _("Revenue")
        OUTPUT_TAX = "output_tax", _("Output tax")
        FX_GAIN_LOSS = "fx_gain_loss", _("Exchange gain or loss")
        UNREALISED_FX = "unrealised_fx", _("Unrealised exchange gain or loss")
        DISCOUNT = "discount", _("Cash discount")
        WRITE_OFF = "write_off", _("Credit loss")
        BANK_CHARGE = "bank_charge", _("Bank charges")
        ROUNDING = "rounding", _("Rounding")
        PAYABLES_CLEARING = "payables_clearing", _("Payables netted off")
        OPENING = "opening", _("Opening balances")
        BILLS_LIABILITY = "bills_liability", _("Notes discounted or endorsed with recourse")
        DISCOUNT_INTEREST = "discount_interest", _("Interest on discounted notes")

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

"""What was agreed with a customer in writing: terms of payment, and what late payment costs."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from arap.core.money import currency_choices
from customers.models.customers import Customer, PaymentTerms


class ContractQuerySet(models.QuerySet["Contract"]):
    def counting(self) -> "ContractQuerySet":
        """Those that invoices may inherit from, whatever their dates."""
        return self.filter(is_active=True)


class Contract(CompanyOwned):
    """A contract; `valid_to` is its last day, empty where it runs until somebody ends it.

    `late_rate` is what late payment costs, in per cent a year. The clause is printed on invoices as it is written here,
    in the language of the paper. An empty currency is any. `version` counts the changes: who saves an older one is
    refused. A posted invoice keeps the clause that it was posted with.
    """

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="contracts",
    )
    number = models.CharField(_("contract number"), max_length=60)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, choices=currency_choices, blank=True, default="", db_default=""
    )
    terms = models.ForeignKey(
        PaymentTerms,
        verbose_name=_("payment terms"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    late_rate = models.DecimalField(_("rate for late payment"), max_digits=7, decimal_places=4, null=True, blank=True)
    late_clause = models.TextField(_("late-payment clause"), max_length=1000, blank=True, default="", db_default="")
    late_clause_local = models.TextField(
        _("late-payment clause in Chinese"), max_length=1000, blank=True, default="", db_default=""
    )
    is_active = models.BooleanField(_("counts"), default=True, db_default=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)

    objects = ContractQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["-valid_from", "-id"]
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "customer", "number"], name="customers_contract_number"),
            models.CheckConstraint(condition=~Q(number=""), name="customers_contract_number_given"),
            models.CheckConstraint(condition=~Q(valid_to__lt=F("valid_from")), name="customers_contract_dates"),
            models.CheckConstraint(
                condition=Q(late_rate__isnull=True) | Q(late_rate__gt=0, late_rate__lte=100),
                name="customers_contract_late_rate",
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex=r"^[A-Z]{3}$"), name="customers_contract_currency"
            ),
        ]
        indexes = [models.Index(fields=["company", "valid_to", "id"], name="customers_contract_ends")]

    def __str__(self) -> str:
        return self.number

    @property
    def has_clause(self) -> bool:
        """Whether it says what late payment costs."""
        return bool(self.late_clause or self.late_clause_local)


class ContractFile(CompanyOwned):
    """The signed paper, an annex: a file of a contract. Taken off, it is marked and stays kept."""

    contract = models.ForeignKey(
        Contract,
        verbose_name=_("contract"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="files",
    )
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    added_by = models.ForeignKey(
        "core.User", verbose_name=_("added by"), on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added at"), db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["contract", "id"]
        verbose_name = _("file of a contract")
        verbose_name_plural = _("files of contracts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["contract", "file"], name="customers_contractfile_once"),
        ]

    def __str__(self) -> str:
        return str(self.file_id)

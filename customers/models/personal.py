"""How long personal data is kept, and who looked at it (PIPL, Articles 19, 47 and 51)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from customers.models.customers import Customer


class Retention(CompanyOwned):
    """For how many months a company keeps personal data of a kind; without a row rules.RETENTION counts."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Contacts: name, e-mail, telephone")
        NOTE = "note", _("Notes and their files")
        PAYER = "payer", _("Payers: name, account, remittance text")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    months = models.PositiveSmallIntegerField(_("months"))

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "kind"]
        verbose_name = _("retention")
        verbose_name_plural = _("retentions")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "kind"], name="customers_retention_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="payer") | models.Q(months__gte=120), name="customers_retention_payer"
            ),
            models.CheckConstraint(condition=models.Q(months__lte=600), name="customers_retention_months"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class AccessEntry(CompanyOwned):
    """Somebody looked at personal data: once in an hour for each page of a customer. Only ever added to.

    `contact_id` is a number and no reference, because it stays when the person is erased.
    """

    class Page(models.TextChoices):
        CUSTOMER = "customer", _("Customer page")
        CONTACT = "contact", _("Contact")
        SEARCH = "search", _("Search for a person")
        PERSON = "person", _("What is kept of a person")
        EXPORT = "export", _("Export of a person’s data")
        API = "api", _("API")

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    actor = models.ForeignKey(
        "core.User", verbose_name=_("actor"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    page = models.CharField(_("page"), max_length=10, choices=Page)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    contact_id = models.BigIntegerField(_("contact"), null=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("look at personal data")
        verbose_name_plural = _("access log")
        indexes = [
            models.Index(fields=["company", "-id"], name="customers_accessentry_newest"),
            models.Index(fields=["company", "actor", "customer", "-at"], name="customers_accessentry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.page}"

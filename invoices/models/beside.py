"""What is known about an invoice besides itself, and may still be added when it is posted: facts and files."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from invoices.models.invoices import Invoice


class InvoiceFact(CompanyOwned):
    """Something known that changes nothing about what is owed, such as "disputed" in a history that was taken on."""

    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice"),
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="facts",
    )
    name = models.CharField(_("name"), max_length=40)
    value = models.CharField(_("value"), max_length=200)

    class Meta(CompanyOwned.Meta):
        ordering = ("invoice", "name")
        verbose_name = _("known fact")
        verbose_name_plural = _("known facts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["invoice", "name"], name="invoices_invoicefact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class InvoiceFile(CompanyOwned):
    """A file that belongs to an invoice: the order, a delivery note, proof. Taken off, it is marked and stays kept."""

    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice"),
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
        ordering = ("invoice", "id")
        verbose_name = _("file of an invoice")
        verbose_name_plural = _("files of invoices")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["invoice", "file"], name="invoices_invoicefile_once"),
        ]

    def __str__(self) -> str:
        return str(self.file_id)

"""The papers that left the house: what was sent is what is shown and sent again."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from arap.core.models.companies import LANGUAGES
from invoices.models.invoices import Invoice

PAPER_LANGUAGES = [*LANGUAGES, ("both", _("Chinese and English"))]


class InvoicePaper(CompanyOwned):
    """The PDF of an invoice or credit note in one language, made when it was first sent. The database refuses any
    change of a row (migrations/sql/papers.sql): a later change of letterhead or address makes no second one.
    """

    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="papers",
    )
    language = models.CharField(_("language"), max_length=10, choices=PAPER_LANGUAGES)
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ("invoice", "language")
        verbose_name = _("paper of an invoice")
        verbose_name_plural = _("papers of invoices")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["invoice", "language"], name="invoices_invoicepaper_once"),
            models.CheckConstraint(
                condition=Q(language__in=["en", "zh-hans", "both"]), name="invoices_invoicepaper_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.language}"

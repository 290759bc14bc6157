"""The papers that left the house: what was sent is what is shown and sent again."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from invoices.models import PAPER_LANGUAGES
from receipts.models.receipts import Receipt


class ReceiptPaper(CompanyOwned):
    """The PDF of a receipt in one language, made when it was first sent as it was applied then.

    `applied_sha256` is the digest of what it said about that: where nothing was applied or undone since, the same file
    is sent again; otherwise another paper tells the new state and the old one is kept. The database refuses any change
    of a row (migrations/sql/papers.sql).
    """

    receipt = models.ForeignKey(
        Receipt,
        verbose_name=_("receipt"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="papers",
    )
    language = models.CharField(_("language"), max_length=10, choices=PAPER_LANGUAGES)
    applied_sha256 = models.CharField(_("digest of what was applied"), max_length=64)
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
        ordering = ("receipt", "id")
        verbose_name = _("paper of a receipt")
        verbose_name_plural = _("papers of receipts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["receipt", "language", "applied_sha256"], name="receipts_receiptpaper_once"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["en", "zh-hans", "both"]), name="receipts_receiptpaper_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.language}"

"""The journal, and the seals over everything posted."""

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from arap.ledger.models.applications import Application
from arap.ledger.models.base import amount_field
from arap.ledger.models.chart import Account
from arap.ledger.models.documents import Document
from arap.ledger.models.items import Item


class JournalLine(models.Model):
    """A debit (+) or credit (-) on a general-ledger account, by a document or by an application."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    document = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="lines", db_index=False
    )
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="lines", db_index=False
    )
    line = models.IntegerField(_("line"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    item = models.ForeignKey(
        Item, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(verbose_name=_("amount"))
    base_amount = amount_field(verbose_name=_("amount in base currency"))
    posted_on = models.DateField(_("posting date"))
    tax_code = models.CharField(_("tax code"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False, application__isnull=True)
                | Q(document__isnull=True, application__isnull=False),
                name="ledger_line_owner",
            ),
            models.UniqueConstraint(
                fields=("document", "line"), condition=Q(document__isnull=False), name="ledger_line_document"
            ),
            models.UniqueConstraint(
                fields=("application", "line"), condition=Q(application__isnull=False), name="ledger_line_application"
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("company", "account", "posted_on"),
                include=("currency", "customer", "amount", "base_amount", "position"),
                name="ledger_line_account",
            ),
        ]


class Seal(models.Model):
    """A SHA-256 over every posting since the last seal, chained: whoever holds an old seal can prove tampering."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="seals")
    from_position = models.BigIntegerField()
    to_position = models.BigIntegerField()
    row_count = models.BigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ("company", "to_position")
        constraints = [
            models.UniqueConstraint(fields=("company", "from_position"), name="ledger_seal_from"),
            models.UniqueConstraint(fields=("company", "to_position"), name="ledger_seal_to"),
            models.CheckConstraint(condition=Q(to_position__gte=F("from_position")), name="ledger_seal_range"),
        ]

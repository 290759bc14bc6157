"""Applications and entries: what moved an item."""

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from arap.ledger.models.base import amount_field
from arap.ledger.models.chart import Account
from arap.ledger.models.documents import Document
from arap.ledger.models.items import Item


class Application(models.Model):
    """One act of applying credits to debits (核销), or of undoing that (反核销)."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    effective_on = models.DateField(_("effective on"))
    policy = models.CharField(_("policy"), max_length=40)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="undone_by"
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=("company", "id", "position"), name="ledger_application_company_id"),
        ]
        indexes = [models.Index(fields=("company", "position"), name="ledger_application_position")]


class Entry(models.Model):
    """One movement of one item. It belongs to an application, or to the document that replaced the item."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="entries", db_index=False
    )
    document = models.ForeignKey(
        Document, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="closings", db_index=False
    )
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, db_constraint=False, related_name="entries", db_index=False
    )
    counter_item = models.ForeignKey(
        Item, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(verbose_name=_("amount"))
    base_amount = amount_field(verbose_name=_("amount in base currency"))
    effective_on = models.DateField(_("effective on"))
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="reversed_by"
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    aged_from_on = models.DateField(_("aged from"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_not_zero"),
            models.CheckConstraint(
                condition=Q(application__isnull=False, document__isnull=True, counter_item__isnull=False)
                | Q(application__isnull=True, document__isnull=False, counter_item__isnull=True),
                name="ledger_entry_owner",
            ),
            models.CheckConstraint(
                condition=Q(amount=Func("amount", Func("currency", function="core_minor_unit"), function="round")),
                name="ledger_entry_minor_unit",
            ),
            models.UniqueConstraint(
                fields=("application", "item", "counter_item"),
                condition=Q(application__isnull=False),
                name="ledger_entry_application",
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("item", "effective_on"), include=("amount", "base_amount", "position"), name="ledger_entry_item"
            ),
            models.Index(fields=("document",), condition=Q(document__isnull=False), name="ledger_entry_document"),
            models.Index(fields=("company", "customer", "effective_on"), name="ledger_entry_customer"),
        ]

"""Items: amounts that stay open until they are settled."""

from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _

from arap.ledger.models.base import FAR, amount_field
from arap.ledger.models.chart import Account
from arap.ledger.models.documents import Document


class Item(models.Model):
    """An amount that stays open until settled. The six last columns are derived by the one trigger."""

    company = models.ForeignKey(
        "core.Company", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    position = models.BigIntegerField(_("position"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, db_constraint=False, related_name="items", db_index=False
    )
    line = models.SmallIntegerField(_("line"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(verbose_name=_("amount"))
    base_amount = amount_field(verbose_name=_("amount in base currency"))
    posted_on = models.DateField(_("posting date"))
    document_on = models.DateField(_("document date"))
    due_on = models.DateField(_("due date"))
    original_due_on = models.DateField(_("original due date"))
    aged_from_on = models.DateField(_("aged from"))
    origin_item = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    open_amount = amount_field(verbose_name=_("open amount"))
    open_base_amount = amount_field(verbose_name=_("open amount in base currency"))
    first_effective_on = models.DateField(default=FAR)
    last_effective_on = models.DateField()
    last_position = models.BigIntegerField()
    settled_on = models.GeneratedField(
        expression=Case(When(open_amount=0, then=F("last_effective_on")), default=Value(FAR)),
        output_field=models.DateField(_("settled on")),
        db_persist=True,
    )
    open_span = models.GeneratedField(
        expression=Func("posted_on", "last_effective_on", "open_amount", function="ledger_open_span"),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.UniqueConstraint(fields=("company", "id", "currency"), name="ledger_item_company_id"),
            models.UniqueConstraint(fields=("document", "line"), name="ledger_item_line"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_item_not_zero"),
            models.CheckConstraint(
                condition=Q(amount=Func("amount", Func("currency", function="core_minor_unit"), function="round")),
                name="ledger_item_minor_unit",
            ),
            # open stays within [0, amount], whatever the sign
            models.CheckConstraint(
                condition=Q(amount__gt=0, open_amount__gte=0, open_amount__lte=F("amount"))
                | Q(amount__lt=0, open_amount__lte=0, open_amount__gte=F("amount")),
                name="ledger_item_open_amount",
            ),
            models.CheckConstraint(
                condition=Q(base_amount__gte=0, open_base_amount__gte=0, open_base_amount__lte=F("base_amount"))
                | Q(base_amount__lte=0, open_base_amount__lte=0, open_base_amount__gte=F("base_amount")),
                name="ledger_item_open_base",
            ),
            models.CheckConstraint(
                condition=~Q(open_amount=0) | Q(open_base_amount=0), name="ledger_item_no_base_left"
            ),
        ]
        indexes = [
            BTreeIndex(
                fields=("company", "customer"),
                include=(
                    "currency", "account", "aged_from_on", "document_on", "posted_on", "amount", "open_amount",
                    "first_effective_on", "last_effective_on", "position", "last_position", "id",
                ),
                condition=~Q(open_amount=0),
                name="ledger_item_open",
            ),
            BTreeIndex(
                fields=("company", "open_span", "posted_on", "settled_on"), condition=Q(open_amount=0),
                  name="ledger_item_settled"
            ),
            # what is owed, in the order in which it falls due
            models.Index(
                fields=("company", "due_on", "document"), condition=Q(open_amount__gt=0), name="ledger_item_due"
            ),
            # of all that is open few are credits, and few fall due within a week
            models.Index(
                fields=("company", "document_on", "id"), condition=Q(amount__lt=0) & ~Q(open_amount=0),
                name="ledger_item_credit",
            ),
            BTreeIndex(
                fields=("company", "aged_from_on"),
                include=(
                    "id", "customer", "account", "currency", "document_on", "posted_on", "amount", "base_amount",
                    "open_amount", "open_base_amount", "first_effective_on", "last_effective_on", "position",
                    "last_position",
                ),
                condition=Q(amount__gt=0) & ~Q(open_amount=0),
                name="ledger_item_falling_due",
            ),
            # in which currencies something is open
            models.Index(fields=("company", "currency"), condition=~Q(open_amount=0), name="ledger_item_currencies"),
            models.Index(fields=("company", "customer", "settled_on"), name="ledger_item_customer"),
            # what is left of a document, looked for as the amount that came in
            models.Index(
                F("company"), Abs("open_amount"), F("document").desc(),
                condition=~Q(open_amount=0), name="ledger_item_left",
            ),
            models.Index(fields=("company", "last_position"), name="ledger_item_last_position"),
        ]  # fmt: skip

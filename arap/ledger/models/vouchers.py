"""Vouchers (记账凭证): the journal as the general ledger takes it, in batches that never overlap."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from arap.ledger.models.chart import Account


class Grouping(models.TextChoices):
    """What becomes one voucher."""

    DOCUMENT = "document", _("each document")
    DAY = "day", _("all of a day")
    MONTH = "month", _("all of a month")


class VoucherTemplate(CompanyOwned):
    """How vouchers are made: what becomes one, the word before its number, and the accounts of the general ledger."""

    name = models.CharField(_("name"), max_length=60)
    grouping = models.CharField(_("one voucher for"), max_length=10, choices=Grouping, default=Grouping.DOCUMENT)
    word = models.CharField(
        _("voucher word"), max_length=8, default="记", help_text=_("Stands before the number: 记-0001.")
    )
    by_customer = models.BooleanField(
        _("by customer"), default=True, help_text=_("In summaries, a line for each customer.")
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "name"]
        verbose_name = _("voucher template")
        verbose_name_plural = _("voucher templates")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "name"],
                name="ledger_vouchertemplate_name",
                violation_error_message=_("There is a template of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VoucherAccount(CompanyOwned):
    """What an account of the book is called in the general ledger, where that differs."""

    # The database checks both together with the company (vouchers.sql).
    template = models.ForeignKey(VoucherTemplate, on_delete=models.CASCADE, db_constraint=False, related_name="mapped")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    code = models.CharField(_("code"), max_length=40)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("account of a voucher template")
        verbose_name_plural = _("accounts of voucher templates")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["template", "account"], name="ledger_voucheraccount_once"),
            models.CheckConstraint(condition=~Q(code=""), name="ledger_voucheraccount_has_code"),
        ]

    def __str__(self) -> str:
        return self.code


class VoucherBatch(CompanyOwned):
    """The vouchers of all postings after `after_position`, up to `to_position`: each posting is in one batch.

    It keeps how they were made (`accounts`: account id -> code and name; `first_numbers` and `next_numbers`: month ->
    number), so that printing it again gives the same text; `digest` is the SHA-256 of that text.
    """

    after_position = models.BigIntegerField(_("after position"))
    to_position = models.BigIntegerField(_("to position"))
    template_name = models.CharField(_("template"), max_length=60)
    grouping = models.CharField(_("one voucher for"), max_length=10, choices=Grouping)
    word = models.CharField(_("voucher word"), max_length=8)
    by_customer = models.BooleanField(_("by customer"))
    accounts = models.JSONField(_("accounts"), encoder=DjangoJSONEncoder)
    first_numbers = models.JSONField(_("first numbers"))
    next_numbers = models.JSONField(_("next numbers"))
    voucher_count = models.IntegerField(_("vouchers"))
    line_count = models.IntegerField(_("lines"))
    base_total = models.DecimalField(_("total"), max_digits=20, decimal_places=3)
    digest = models.CharField(_("digest"), max_length=64)
    made_by = models.ForeignKey("core.User", verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-to_position"]
        verbose_name = _("voucher batch")
        verbose_name_plural = _("voucher batches")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "after_position"], name="ledger_voucherbatch_begins_once"),
            models.UniqueConstraint(fields=["company", "to_position"], name="ledger_voucherbatch_ends_once"),
            models.CheckConstraint(
                condition=Q(to_position__gt=F("after_position"), after_position__gte=0),
                name="ledger_voucherbatch_holds_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after_position + 1} – {self.to_position}"

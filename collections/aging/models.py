"""Nightly snapshots of aging: what the report said that night, with that night's owners and segments.

And standings: what the report of today said some minutes ago, kept so that a page need not add up everything open.
"""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aging.rules import DEFAULT_EDGES


def _amount() -> "models.DecimalField[Decimal | int, Decimal]":
    return models.DecimalField(max_digits=20, decimal_places=3)


def _edges() -> list[int]:
    return list(DEFAULT_EDGES)


class SnapshotRun(models.Model):
    """One snapshot of a company's aging by due date at the end of `as_of`, as known at `position`."""

    company = models.ForeignKey("core.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    as_of = models.DateField(_("as of"))
    position = models.BigIntegerField(_("position"))
    edges = ArrayField(models.IntegerField(), verbose_name=_("bucket edges in days"))
    row_count = models.IntegerField(_("rows"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))

    class Meta:
        verbose_name = _("aging snapshot")
        verbose_name_plural = _("aging snapshots")
        ordering = ("company", "-as_of")
        constraints = [models.UniqueConstraint(fields=("company", "as_of"), name="aging_snapshotrun_once")]

    def __str__(self) -> str:
        return f"{self.company} {self.as_of}"


class SnapshotRow(models.Model):
    """A customer's figures in one currency (and in base currency), youngest bucket first."""

    run = models.ForeignKey(SnapshotRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    buckets = ArrayField(_amount())
    unapplied = _amount()
    total = _amount()
    base_buckets = ArrayField(_amount())
    base_unapplied = _amount()
    base_total = _amount()
    owner = models.ForeignKey(
        "core.User", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    segment = models.CharField(_("segment"), max_length=60, blank=True)
    root = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("aging snapshot row")
        verbose_name_plural = _("aging snapshot rows")
        constraints = [
            models.UniqueConstraint(
                fields=("run", "customer", "currency"), nulls_distinct=False, name="aging_snapshotrow_once"
            )
        ]


class Standing(models.Model):
    """The aging of a company by due date at the end of `as_of`, as known at `position`, kept to be read from.

    A derived figure: standings.py adds what was booked since, invariants/ holds it against the book, and nothing is
    lost when it is thrown away. It never changes; a newer one takes its place. `merges` tells which duplicates stood
    for whom; customers whose owner, segment or group changed in a transaction from number `horizon` on, of the database
    `cluster`, may stand under another one now. `with_rows` is false where only the totals are kept; `is_asked` is true
    where somebody asked for the report, false of what is kept for the pages.
    """

    company = models.ForeignKey("core.Company", on_delete=models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField(_("as of"))
    position = models.BigIntegerField(_("position"))
    merges = models.CharField(max_length=32)
    basis = models.CharField(max_length=10, default="due", db_default="due")
    edges = ArrayField(models.IntegerField(), default=_edges)
    horizon = models.BigIntegerField(default=0, db_default=0)
    cluster = models.CharField(max_length=60, default="", db_default="")
    with_rows = models.BooleanField()
    is_asked = models.BooleanField(default=False, db_default=False)
    customers = models.IntegerField(_("customers"))
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        indexes = [models.Index(fields=("company", "as_of", "-position"), name="aging_standing_latest")]


class StandingRow(models.Model):
    """A customer's figures in one currency and in base currency; without a customer, money of unknown payers.

    `owner`, `segment` and `root` are those of the customer then; `base_overdue` all but the first bucket.
    """

    standing = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="rows", db_index=False)
    customer = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    currency = models.CharField(max_length=3)
    buckets = ArrayField(_amount())
    unapplied = _amount()
    total = _amount()
    base_buckets = ArrayField(_amount())
    base_unapplied = _amount()
    base_total = _amount()
    base_overdue = _amount()
    items = models.IntegerField()
    owner = models.ForeignKey(
        "core.User", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    segment = models.CharField(max_length=60, null=True)
    root = models.ForeignKey(
        "customers.Customer", null=True, on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("row of a standing")
        verbose_name_plural = _("rows of standings")
        constraints = [
            models.UniqueConstraint(
                fields=("standing", "customer", "currency"), nulls_distinct=False, name="aging_standingrow_once"
            )
        ]
        indexes = [
            models.Index(fields=("standing", "-base_total"), name="aging_standingrow_total"),
            models.Index(fields=("standing", "-base_overdue"), name="aging_standingrow_overdue"),
            # the rows behind a row by owner, segment or currency, and the report of one currency
            models.Index(fields=("standing", "owner", "-base_total"), name="aging_standingrow_owner"),
            models.Index(fields=("standing", "segment", "-base_total"), name="aging_standingrow_segment"),
            models.Index(fields=("standing", "currency", "-base_total"), name="aging_standingrow_currency"),
        ]


class StandingGroup(models.Model):
    """The sum of the rows in one currency `by` "owner", "segment" or "parent"; `key` says of which of them."""

    standing = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="groups", db_index=False)
    by = models.CharField(max_length=10)
    key = models.CharField(max_length=60, null=True)
    currency = models.CharField(max_length=3)
    buckets = ArrayField(_amount())
    unapplied = _amount()
    total = _amount()
    base_buckets = ArrayField(_amount())
    base_unapplied = _amount()
    base_total = _amount()
    items = models.IntegerField()

    class Meta:
        verbose_name = _("group of a standing")
        verbose_name_plural = _("groups of standings")
        constraints = [
            models.UniqueConstraint(
                fields=("standing", "by", "key", "currency"), nulls_distinct=False, name="aging_standinggroup_once"
            )
        ]
        indexes = [models.Index(fields=("standing", "by", "-base_total"), name="aging_standinggroup_total")]


class StandingTotal(models.Model):
    """The sum of the rows in one currency."""

    standing = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="totals", db_index=False)
    currency = models.CharField(max_length=3)
    buckets = ArrayField(_amount())
    unapplied = _amount()
    total = _amount()
    base_buckets = ArrayField(_amount())
    base_unapplied = _amount()
    base_total = _amount()
    items = models.IntegerField()
    rows = models.IntegerField()

    class Meta:
        verbose_name = _("total of a standing")
        verbose_name_plural = _("totals of standings")
        constraints = [models.UniqueConstraint(fields=("standing", "currency"), name="aging_standingtotal_once")]


class StandingControl(models.Model):
    """The journal's balance of all control accounts in one currency: what the total must equal."""

    standing = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="controls", db_index=False)
    currency = models.CharField(max_length=3)
    amount = _amount()

    class Meta:
        verbose_name = _("control balance of a standing")
        verbose_name_plural = _("control balances of standings")
        constraints = [models.UniqueConstraint(fields=("standing", "currency"), name="aging_standingcontrol_once")]

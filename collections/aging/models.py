"""Nightly snapshots of aging: what the report said that night, with that night's owners and segments."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


def _amount() -> "models.DecimalField[Decimal | int, Decimal]":
    return models.DecimalField(max_digits=20, decimal_places=3)


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

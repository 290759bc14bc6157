"""What was posted into a period that was closed to others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class LatePosting(CompanyOwned):
    """A posting into a closed period: under an exception, or (`exception` empty) by a role that a soft close lets in.

    Written by the trigger that lets it in, and by nothing else.
    """

    position = models.BigIntegerField(_("position"))
    # The database checks both together with the company (soft_close.sql).
    period = models.ForeignKey(
        "core.Period", verbose_name=_("period"), on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    exception = models.ForeignKey(
        "core.PeriodException",
        verbose_name=_("period exception"),
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["position"]
        verbose_name = _("late posting")
        verbose_name_plural = _("late postings")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "position", "period"], name="ledger_lateposting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"

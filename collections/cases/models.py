"""Facts that stand in the way of payment or of asking for it. What follows from them is for the rooms above."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class HoldQuerySet(models.QuerySet["Hold"]):
    def in_force(self, *, as_of: date) -> "HoldQuerySet":
        """Those that hold on `as_of`: begun, not ended, not released by then."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=as_of),
            Q(released_on__isnull=True) | Q(released_on__gt=as_of),
            starts_on__lte=as_of,
        )


class Hold(CompanyOwned):
    """Reminders of a customer, or of one item, wait from `starts_on` to the end of `ends_on` (none: until released).

    A hold is never edited: it is released, and another one is set.
    """

    class Reason(models.TextChoices):
        DISPUTE = "dispute", _("Disputed")
        PROMISE = "promise", _("Payment promised")
        AGREEMENT = "agreement", _("Agreed with the customer")
        LEGAL = "legal", _("With the lawyer")
        OTHER = "other", _("Other reason")

    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    item = models.ForeignKey(
        "ledger.Item",
        verbose_name=_("item"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    set_by = models.ForeignKey(
        "core.User", verbose_name=_("set by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    set_at = models.DateTimeField(_("set at"), db_default=Now(), editable=False)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    released_by = models.ForeignKey(
        "core.User",
        verbose_name=_("released by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )

    objects = HoldQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="cases_hold_order"
            ),
        ]
        indexes = [models.Index(fields=["company", "customer", "starts_on"], name="cases_hold_customer")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.starts_on}"

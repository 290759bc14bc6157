"""Somebody decides for somebody else, for a while."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned
from arap.core.models.people import User


class Delegation(CompanyOwned):
    """`taker` may approve what `giver` may, from `starts_at` until `ends_at`; ended early by setting `ends_at`.

    It lends approvals and nothing else. What the giver asked for is never decided by it.
    """

    giver = models.ForeignKey(User, verbose_name=_("for"), on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, verbose_name=_("decides"), on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-starts_at", "-id"]
        verbose_name = _("delegation of approvals")
        verbose_name_plural = _("delegations of approvals")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="core_delegation_two_people"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="core_delegation_order"),
        ]
        indexes = [models.Index(fields=["company", "taker", "ends_at"], name="core_delegation_taker")]

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"

    @property
    def last_moment(self) -> object:
        """The end as people say it: the last day, not the midnight after it."""
        return self.ends_at - timedelta(seconds=1)

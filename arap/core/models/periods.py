"""Accounting periods and the exceptions that let a late fact into a closed one."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned


class PeriodQuerySet(models.QuerySet["Period"]):
    def open(self) -> "PeriodQuerySet":
        return self.filter(state=Period.State.OPEN)


class Period(CompanyOwned):
    """A month (or another span) of the accounts. No two of one company overlap (periods.sql).

    While it is soft closed, only people who hold one of the roles `open_to` post into it; the book sees to it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SOFT = "soft", _("Soft closed")
        CLOSED = "closed", _("Closed")

    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, db_default=State.OPEN)
    open_to = ArrayField(
        models.CharField(max_length=20), verbose_name=_("open to"), default=list, db_default=[], editable=False
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        "core.User",
        verbose_name=_("closed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = PeriodQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "starts_on"]
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "starts_on"], name="core_period_start"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="core_period_ends_after_start",
                violation_error_message=_("A period cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(state__in=["soft", "closed"], closed_at__isnull=False, closed_by__isnull=False),
                name="core_period_closed_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(state="soft", open_to__len__gt=0)
                | (~models.Q(state="soft") & models.Q(open_to__len=0)),
                name="core_period_soft_is_open_to_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"


class PeriodExceptionQuerySet(models.QuerySet["PeriodException"]):
    def live(self, *, at: datetime) -> "PeriodExceptionQuerySet":
        """Those in force at the instant `at`: granted, not revoked, not run out."""
        return self.filter(revoked_at__isnull=True, valid_until__gt=at)


class PeriodException(CompanyOwned):
    """Permission to post into a closed period, for one person or (`granted_to` empty) for all."""

    # The composite key (company, period) is checked by the database (periods.sql).
    period = models.ForeignKey(
        Period,
        verbose_name=_("period"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="exceptions",
    )
    reason = models.CharField(_("reason"), max_length=300)
    granted_by = models.ForeignKey(
        "core.User", verbose_name=_("granted by"), on_delete=models.PROTECT, related_name="+"
    )
    granted_to = models.ForeignKey(
        "core.User",
        verbose_name=_("granted to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    granted_at = models.DateTimeField(_("granted at"), db_default=Now(), editable=False)
    valid_until = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = PeriodExceptionQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["-granted_at"]
        verbose_name = _("period exception")
        verbose_name_plural = _("period exceptions")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(reason=""), name="core_periodexception_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.reason}"


class CloseExplanation(CompanyOwned):
    """Why a period may be closed although a check found something: it holds for those very `facts`, not for others."""

    # The composite key (company, period) is checked by the database (explanations.sql).
    period = models.ForeignKey(
        Period, verbose_name=_("period"), on_delete=models.PROTECT, db_constraint=False, related_name="explanations"
    )
    check_key = models.CharField(_("check"), max_length=40)
    facts = models.JSONField(_("found"), encoder=DjangoJSONEncoder)
    text = models.CharField(_("explanation"), max_length=500)
    explained_by = models.ForeignKey(
        "core.User", verbose_name=_("explained by"), on_delete=models.PROTECT, related_name="+"
    )
    explained_at = models.DateTimeField(_("explained at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-pk"]
        verbose_name = _("explanation of a close")
        verbose_name_plural = _("explanations of a close")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(text=""), name="core_closeexplanation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.check_key}: {self.text}"

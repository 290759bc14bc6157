"""Runs over all customers or a segment, whom they left out, and the monthly plans that begin them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned
from arap.ledger.models.base import amount_field
from statements.models.choices import RunLanguage, StatementKind, Unsent


class StatementRun(CompanyOwned):
    """The statements of one day for all customers, or for those of a segment, as the book was at `position`.

    The same company, day, kind, language and segment is the same run. `made_through` is the id of the last customer
    that was looked at, so that a run that was killed goes on there. With `releases_itself` it is sent as soon as the
    last PDF is made. A run of which nothing was released can be discarded: it stays, for the record, and makes room for
    another of the same day.
    """

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        RENDERING = "rendering", _("PDFs being made")
        READY = "ready", _("Ready to send")
        RELEASED = "released", pgettext_lazy("run", "Released")
        STOPPED = "stopped", _("Stopped")
        DISCARDED = "discarded", _("Discarded")

    ENDED = (State.RELEASED, State.STOPPED, State.DISCARDED)

    as_of = models.DateField(_("as of"))
    from_on = models.DateField(_("from"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=StatementKind)
    language = models.CharField(_("language"), max_length=10, choices=RunLanguage)
    segment = models.CharField(_("segment"), max_length=60, blank=True, default="", db_default="")
    position = models.BigIntegerField(_("position"))
    known_at = models.DateTimeField(_("known at"))
    reply_by_on = models.DateField(_("answer by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAKING)
    made_through = models.BigIntegerField(default=0, db_default=0)
    releases_itself = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    released_by = models.ForeignKey(
        "core.User", verbose_name=_("released by"), on_delete=models.PROTECT, null=True, db_index=False,
        related_name="+",
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    discarded_by = models.ForeignKey(
        "core.User", verbose_name=_("discarded by"), on_delete=models.PROTECT, null=True, db_index=False,
        related_name="+",
    )  # fmt: skip
    discarded_at = models.DateTimeField(_("discarded at"), null=True, blank=True)
    discarded_reason = models.CharField(_("discarded because"), max_length=300, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        ordering = ["-as_of", "-id"]
        verbose_name = _("statement run")
        verbose_name_plural = _("statement runs")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "as_of", "kind", "language", "segment"],
                condition=~Q(state="discarded"),
                name="statements_run_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["making", "rendering", "ready", "released", "stopped", "discarded"]),
                name="statements_run_state",
            ),
            models.CheckConstraint(
                condition=Q(kind="open", from_on__isnull=True) | Q(kind="activity", from_on__isnull=False),
                name="statements_run_period",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded")
                | (Q(discarded_by__isnull=False, discarded_at__isnull=False) & ~Q(discarded_reason="")),
                name="statements_run_discarded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.kind}"


class StatementSkipped(CompanyOwned):
    """A customer for whom a run made no statement: there was nothing to say."""

    run = models.ForeignKey(
        StatementRun, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="skipped"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Unsent)

    class Meta(CompanyOwned.Meta):
        ordering = ["id"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["run", "customer"], name="statements_skipped_once"),
        ]


class StatementRunTotal(CompanyOwned):
    """What the book says in one currency at the run's day and position, read once: a position never changes.

    `aging` counts `unidentified`, money whose payer is not known; `control`, the control accounts, know no segment.
    """

    run = models.ForeignKey(
        StatementRun, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="totals"
    )
    currency = models.CharField(_("currency"), max_length=3)
    aging = amount_field(verbose_name=pgettext_lazy("report", "Aging"))
    unidentified = amount_field(verbose_name=_("Payer unknown"))
    control = models.DecimalField(_("Control accounts"), max_digits=20, decimal_places=3, null=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["run", "currency"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["run", "currency"], name="statements_total_once"),
        ]


class StatementPlan(CompanyOwned):
    """On a day of each month: the statements of the end of last month."""

    day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("The run begins that morning, with the last day of the month before as its day."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=StatementKind, default=StatementKind.ACTIVITY)
    language = models.CharField(_("language"), max_length=10, choices=RunLanguage, default=RunLanguage.OWN)
    segment = models.CharField(
        _("segment"), max_length=60, blank=True, default="", db_default="", help_text=_("Empty: all customers.")
    )
    releases_itself = models.BooleanField(
        _("send without asking"),
        default=False,
        db_default=False,
        help_text=_("Off: somebody looks at the run and releases it."),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "day"]
        verbose_name = _("statement plan")
        verbose_name_plural = _("statement plans")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "kind", "language", "segment"], name="statements_plan_once"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=31), name="statements_plan_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"

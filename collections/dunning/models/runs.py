"""What was decided: cycles, runs, notices with what they ask for, and who was left out."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from arap.core.models.companies import LANGUAGES
from dunning.models.policies import DunningPolicy, Tone
from dunning.rules import Reason


def _customer() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.PROTECT, db_constraint=False,
        db_index=False, related_name="+",
    )  # fmt: skip


class Cycle(CompanyOwned):
    """A stretch of days on whose evenings something of a customer was overdue: from `started_on` to before `ended_on`.

    `seen_on` is the last day on which a run saw it.
    """

    customer = _customer()
    started_on = models.DateField(_("started on"))
    seen_on = models.DateField(_("seen on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("reminder cycle")
        verbose_name_plural = _("reminder cycles")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "customer"], condition=Q(ended_on__isnull=True), name="dunning_cycle_one_running"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")), name="dunning_cycle_order"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "customer", "started_on"], name="dunning_cycle_customer")
        ]


class DunningRun(CompanyOwned):
    """The reminders of one day, decided on what the book held at `position`. A date has one run.

    `decided_through` is the id of the last customer that is decided, so that a run that was killed goes on there. Of a
    stopped run nothing more leaves; the next day's run decides anew.
    """

    class State(models.TextChoices):
        DECIDING = "deciding", _("Being decided")
        PROPOSED = "proposed", _("Proposed")
        RELEASED = "released", _("Released")
        STOPPED = "stopped", _("Stopped")

    as_of = models.DateField(_("as of"))
    position = models.BigIntegerField(_("position"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DECIDING)
    decided_through = models.BigIntegerField(default=0, db_default=0)
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["-as_of"]
        verbose_name = _("reminder run")
        verbose_name_plural = _("reminder runs")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "as_of"], name="dunning_run_once"),
            models.CheckConstraint(
                condition=Q(state__in=["deciding", "proposed", "released", "stopped"]), name="dunning_run_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class Notice(CompanyOwned):
    """One reminder to one customer, as decided; it is sent to every contact who receives reminders.

    Excluded: a person left it out for the `reason`, and the step counts as done. Cancelled: it did not leave, for the
    cause in `reason` (refusals.py); the step may be proposed anew. `why_number` is the document whose age decided,
    `why_days` its days over; `age_step` the step of that age where a gentler one is said.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        RELEASED = "released", _("Released")
        EXCLUDED = "excluded", _("Left out")
        CANCELLED = "cancelled", _("Cancelled")

    run = models.ForeignKey(
        DunningRun, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="notices"
    )
    customer = _customer()
    policy = models.ForeignKey(
        DunningPolicy, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    step = models.PositiveSmallIntegerField(_("step"))
    step_days = models.SmallIntegerField(_("days"))
    tone = models.CharField(_("tone"), max_length=10, choices=Tone)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    age_step = models.PositiveSmallIntegerField(null=True)
    item_count = models.PositiveIntegerField(_("items"), default=0, db_default=0)
    why_number = models.CharField(max_length=60, blank=True, default="", db_default="")
    why_days = models.IntegerField(default=0, db_default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="", db_default="")
    decided_by = models.ForeignKey(
        "core.User", verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["id"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["run", "customer"], name="dunning_notice_one_a_day"),
            # a step is said at most once in a cycle
            models.UniqueConstraint(
                fields=["cycle", "step"], condition=~Q(state="cancelled"), name="dunning_notice_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "released", "excluded", "cancelled"]), name="dunning_notice_state"
            ),
            models.CheckConstraint(
                condition=Q(step_days__lte=0, cycle__isnull=True) | Q(step_days__gt=0, cycle__isnull=False),
                name="dunning_notice_cycle",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "customer", "id"], name="dunning_notice_customer"),
            models.Index(fields=["run", "id"], condition=Q(state="proposed"), name="dunning_notice_waiting"),
        ]

    @property
    def is_before_due(self) -> bool:
        """Whether its step comes before the due date."""
        return self.step_days <= 0


class NoticeTotal(CompanyOwned):
    """What a notice asks for in one currency: overdue, due soon, and credits not applied (zero or negative)."""

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="totals"
    )
    currency = models.CharField(_("currency"), max_length=3)
    overdue = models.DecimalField(_("overdue"), max_digits=20, decimal_places=3)
    soon = models.DecimalField(_("due soon"), max_digits=20, decimal_places=3)
    credit = models.DecimalField(_("not applied"), max_digits=20, decimal_places=3)

    class Meta(CompanyOwned.Meta):
        ordering = ["notice", "currency"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["notice", "currency"], name="dunning_noticetotal_once"),
        ]

    @property
    def net(self) -> object:
        """What is to be paid."""
        return self.overdue + self.soon + self.credit


class NoticeItem(CompanyOwned):
    """An item that a notice asks for, as it was open then. `due_on` is the day from which its age counts.

    `announces` is set on items that fall due soon: the step before due that is hereby said for this item and due date.
    """

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="items"
    )
    item = models.ForeignKey(
        "ledger.Item", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    document_id = models.BigIntegerField()
    number = models.CharField(_("number"), max_length=60)
    line = models.SmallIntegerField(_("line"))
    currency = models.CharField(_("currency"), max_length=3)
    open_amount = models.DecimalField(_("open"), max_digits=20, decimal_places=3)
    due_on = models.DateField(_("due date"))
    days = models.IntegerField(_("days"))
    announces = models.PositiveSmallIntegerField(null=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["notice", "due_on", "number", "line"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["notice", "item"], name="dunning_noticeitem_once"),
            # a step before due is said once per item and due date; null stands for none
            models.UniqueConstraint(fields=["item", "due_on", "announces"], name="dunning_noticeitem_announced_once"),
        ]


class Skipped(CompanyOwned):
    """A customer for whom a reminder was due in a run, and who got none."""

    class Why(models.TextChoices):
        NO_POLICY = Reason.NO_POLICY.value, _("No policy")
        HOLD = Reason.HOLD.value, _("On hold")
        CREDIT = Reason.CREDIT.value, _("Covered by credits not applied")
        MINIMUM = Reason.MINIMUM.value, _("Below the minimum")
        NO_ADDRESS = Reason.NO_ADDRESS.value, _("Nobody receives reminders")
        DAY_OFF = Reason.DAY_OFF.value, _("Not a business day")

    run = models.ForeignKey(
        DunningRun, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="skipped"
    )
    customer = _customer()
    reason = models.CharField(_("reason"), max_length=12, choices=Why)

    class Meta(CompanyOwned.Meta):
        ordering = ["id"]
        verbose_name = _("left out")
        verbose_name_plural = _("left out")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["run", "customer"], name="dunning_skipped_once"),
        ]

"""Write-offs of bad debts (坏账核销): asked for with a reason, approved by somebody else, undone or recovered later."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, Role
from arap.ledger.reasons import BAD_DEBTS

REASONS = [(reason.value, reason.label) for reason in BAD_DEBTS]


class WriteOffBand(CompanyOwned):
    """Above which amount a write-off is approved by somebody with a role. Below the lowest band nobody else is asked.

    Without any band every write-off is approved by a controller.
    """

    above = models.DecimalField(
        _("write-offs above"), max_digits=20, decimal_places=3, help_text=_("In base currency; 0 means every one.")
    )
    role = models.CharField(
        _("approved by"),
        max_length=20,
        choices=[(role.value, role.label) for role in (Role.CREDIT_MANAGER, Role.CONTROLLER)],
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "above"]
        verbose_name = _("approval of write-offs")
        verbose_name_plural = _("approvals of write-offs")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "above"],
                name="receipts_writeoffband_once",
                violation_error_message=_("This amount has a band already."),
            ),
            models.CheckConstraint(
                condition=Q(above__gte=0),
                name="receipts_writeoffband_not_negative",
                violation_error_message=_("A limit is zero or above."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.above}: {self.get_role_display()}"


class WriteOff(CompanyOwned):
    """A debt, or a part of it, that is given up. `amount` is gross, above zero, in the item's currency.

    `required_role` was decided by the bands when it was asked for; empty where nobody else approves. `tax` is the
    output tax in it that came back. It is in the book from its approval until it is undone.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("To approve")
        POSTED = "posted", _("Written off")
        REJECTED = "rejected", _("Rejected")
        REVERSED = "reversed", _("Undone")

    item = models.ForeignKey(
        "ledger.Item", verbose_name=_("open item"), on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    reason = models.CharField(
        _("reason"), max_length=20, choices=[(reason.value, reason.label) for reason in BAD_DEBTS]
    )
    explanation = models.CharField(_("explanation"), max_length=500)
    evidence = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("evidence"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.REQUESTED, db_default=State.REQUESTED
    )
    required_role = models.CharField(_("approved by"), max_length=20, choices=Role, blank=True, default="")
    requested_by = models.ForeignKey(
        "core.User", verbose_name=_("requested by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    requested_at = models.DateTimeField(_("requested at"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        "core.User", verbose_name=_("decided by"), on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decision = models.CharField(_("why it was decided so"), max_length=200, blank=True, default="", db_default="")
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="bad_debt",
    )
    tax = models.DecimalField(_("output tax that came back"), max_digits=20, decimal_places=3, default=0, db_default=0)

    class Meta(CompanyOwned.Meta):
        ordering = ("-id",)
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="receipts_writeoff_amount_positive",
                violation_error_message=_("Write off an amount above zero."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected"], document__isnull=True)
                | Q(state__in=["posted", "reversed"], document__isnull=False),
                name="receipts_writeoff_posted_has_document",
            ),
            models.CheckConstraint(
                condition=Q(required_role="")
                | ~Q(state__in=["posted", "reversed"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="receipts_writeoff_second_person",
                violation_error_message=_("Who asked for a write-off cannot approve it."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="receipts_writeoff_latest"),
            models.Index(fields=["company", "id"], condition=Q(state="requested"), name="receipts_writeoff_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount}"


class Recovery(CompanyOwned):
    """A debt that was written off is owed again, because it is being paid: the receipt is applied as to any item."""

    write_off = models.ForeignKey(
        WriteOff, verbose_name=_("write-off"), on_delete=models.PROTECT, db_constraint=False, related_name="recoveries"
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="recovery",
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    recovered_by = models.ForeignKey(
        "core.User", verbose_name=_("recorded by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    recovered_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ("write_off", "id")
        verbose_name = pgettext_lazy("bad debt", "recovery")
        verbose_name_plural = pgettext_lazy("bad debt", "recoveries")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipts_recovery_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.write_off_id}: {self.amount}"

"""Arrangements: what is open is settled in another currency, goes to another customer, meets what we owe, or is paid in
instalments."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, Role


class ArrangementKind(models.TextChoices):
    EXCHANGE = "exchange", _("Settlement in another currency")
    TRANSFER = "transfer", _("Transfer between customers")
    NETTING = "netting", _("AR-AP netting")
    PLAN = "plan", _("Instalment plan")


class ArrangementBand(CompanyOwned):
    """Above which amount an arrangement is approved by somebody with a role. Below the lowest band nobody is asked.

    Without any band of its kind a netting or plan is approved by a controller; the others are made at once.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=ArrangementKind.choices)
    above = models.DecimalField(
        _("arrangements above"), max_digits=20, decimal_places=3, help_text=_("In base currency; 0 means every one.")
    )
    role = models.CharField(
        _("approved by"),
        max_length=20,
        choices=[(role.value, role.label) for role in (Role.CREDIT_MANAGER, Role.CONTROLLER)],
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "kind", "above"]
        verbose_name = _("approval of arrangements")
        verbose_name_plural = _("approvals of arrangements")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "kind", "above"],
                name="receipts_arrangementband_once",
                violation_error_message=_("This amount has a band already."),
            ),
            models.CheckConstraint(
                condition=Q(above__gte=0),
                name="receipts_arrangementband_not_negative",
                violation_error_message=_("A limit is zero or above."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.above}: {self.get_role_display()}"


class Arrangement(CompanyOwned):
    """One act that moves `amount`, above zero in the item's currency, of an open item.

    Of an exchange `settles` are the debits that it pays: texts of amounts in their currency by item id, and `rate` is
    how much of the item's currency was agreed for one unit of theirs. Of a plan they are the debts that it covers, the
    item among them, and `instalments` are dates and amounts as texts; it is broken when one is not paid within
    `grace_days`, and then `fallback` brings the original due dates back. `reference` is the agreement behind it.
    `required_role` was decided by the bands when it was asked for. In the book from its approval until it is undone.
    """

    Kind = ArrangementKind

    class State(models.TextChoices):
        REQUESTED = "requested", _("To approve")
        POSTED = "posted", pgettext_lazy("arrangement", "In force")
        REJECTED = "rejected", _("Rejected")
        REVERSED = "reversed", _("Undone")
        BROKEN = "broken", pgettext_lazy("plan", "Broken")

    kind = models.CharField(_("kind"), max_length=10, choices=ArrangementKind.choices)
    item = models.ForeignKey(
        "ledger.Item", verbose_name=_("open item"), on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    to_customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("to the customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    rate = models.DecimalField(_("agreed rate"), max_digits=20, decimal_places=10, null=True)
    settles = models.JSONField(_("settles"), default=dict, db_default={})
    instalments = models.JSONField(_("instalments"), default=list, db_default=[])
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0, db_default=0)
    reference = models.CharField(_("agreement"), max_length=140, blank=True, default="", db_default="")
    explanation = models.CharField(_("explanation"), max_length=500, blank=True, default="", db_default="")
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
        related_name="arrangement",
    )
    fallback = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document that ended it"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="+",
    )

    class Meta(CompanyOwned.Meta):
        ordering = ("-id",)
        verbose_name = _("arrangement")
        verbose_name_plural = _("arrangements")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipts_arrangement_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="exchange", rate__gt=0, to_customer__isnull=True, instalments=[]) & ~Q(settles={})
                | Q(kind="transfer", rate__isnull=True, to_customer__isnull=False, settles={}, instalments=[])
                | Q(kind="netting", rate__isnull=True, to_customer__isnull=True, settles={}, instalments=[])
                & ~Q(reference="")
                | Q(kind="plan", rate__isnull=True, to_customer__isnull=True) & ~Q(settles={}) & ~Q(instalments=[]),
                name="receipts_arrangement_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected"], document__isnull=True)
                | Q(state__in=["posted", "reversed", "broken"], document__isnull=False),
                name="receipts_arrangement_posted_has_document",
            ),
            models.CheckConstraint(
                condition=Q(state="broken", kind="plan", fallback__isnull=False)
                | ~Q(state="broken") & Q(fallback__isnull=True),
                name="receipts_arrangement_broken_has_fallback",
            ),
            models.CheckConstraint(
                condition=Q(required_role="")
                | ~Q(state__in=["posted", "reversed", "broken"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="receipts_arrangement_second_person",
                violation_error_message=_("Who asked for an arrangement cannot approve it."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="receipts_arrangement_latest"),
            models.Index(fields=["company", "id"], condition=Q(state="requested"), name="receipts_arrangement_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}: {self.amount}"

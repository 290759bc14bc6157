"""Refunds (退款): asked for, approved by a second person, ordered from the bank by a file, paid, or returned.

What is asked for is reserved: nobody applies it meanwhile, and no two refunds share it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, Role


class RefundBand(CompanyOwned):
    """Above which amount a refund is approved by somebody with a role. Below the lowest band nobody else is asked.

    Without any band every refund is approved by a controller.
    """

    above = models.DecimalField(
        _("refunds above"), max_digits=20, decimal_places=3, help_text=_("In base currency; 0 means every one.")
    )
    role = models.CharField(
        _("approved by"),
        max_length=20,
        choices=[(role.value, role.label) for role in (Role.CREDIT_MANAGER, Role.CONTROLLER)],
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "above"]
        verbose_name = _("approval of refunds")
        verbose_name_plural = _("approvals of refunds")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "above"],
                name="receipts_refundband_once",
                violation_error_message=_("This amount has a band already."),
            ),
            models.CheckConstraint(
                condition=Q(above__gte=0),
                name="receipts_refundband_not_negative",
                violation_error_message=_("A limit is zero or above."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.above}: {self.get_role_display()}"


class Payout(CompanyOwned):
    """A file that orders refunds from our bank: made once, kept as it was made, its SHA-256 beside it."""

    message_id = models.CharField(_("message number"), max_length=35)
    bank_account = models.ForeignKey(
        "core.CompanyBankAccount",
        verbose_name=_("our account"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    execute_on = models.DateField(_("to be carried out on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=3)
    count = models.PositiveIntegerField(_("number of transfers"))
    xml = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file for the bank"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    csv = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("the same as a table"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    made_by = models.ForeignKey(
        "core.User", verbose_name=_("made by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ("-id",)
        verbose_name = _("pay-out file")
        verbose_name_plural = _("pay-out files")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "message_id"], name="receipts_payout_message"),
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="receipts_payout_not_empty"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Refund(CompanyOwned):
    """Money that goes back to a customer out of one open credit `item`; `amount` is above zero, in its currency.

    It is in the book from the day it is paid. `outcome` says why it was cancelled, refused by the bank or returned.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("To approve")
        APPROVED = "approved", _("Approved")
        ORDERED = "ordered", _("Ordered from the bank")
        PAID = "paid", pgettext_lazy("refund", "Paid")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Refused by the bank")
        RETURNED = "returned", _("Returned")

    item = models.ForeignKey(
        "ledger.Item", verbose_name=_("credit"), on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    account = models.ForeignKey(
        "customers.BankAccount",
        verbose_name=_("customer’s bank account"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=140)
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
    payout = models.ForeignKey(
        Payout,
        verbose_name=_("pay-out file"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="refunds",
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="refund",
    )
    outcome = models.CharField(_("what came of it"), max_length=200, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        ordering = ("-id",)
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="receipts_refund_amount_positive",
                violation_error_message=_("Refund an amount above zero."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "returned"], document__isnull=False)
                | (~Q(state__in=["paid", "returned"]) & Q(document__isnull=True)),
                name="receipts_refund_paid_has_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ordered", "paid", "failed", "returned"], payout__isnull=False)
                | (~Q(state__in=["ordered", "paid", "failed", "returned"]) & Q(payout__isnull=True)),
                name="receipts_refund_ordered_by_a_file",
            ),
            models.CheckConstraint(
                condition=Q(required_role="")
                | Q(state__in=["requested", "rejected", "cancelled"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="receipts_refund_second_person",
                violation_error_message=_("Who asked for a refund cannot approve it."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="receipts_refund_latest"),
            models.Index(
                fields=["company", "state", "id"],
                condition=Q(state__in=["requested", "approved", "ordered"]),
                name="receipts_refund_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.amount}"


RESERVING = (Refund.State.REQUESTED, Refund.State.APPROVED, Refund.State.ORDERED)

"""Who is told what happened in the book, and every telling of it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned

ATTEMPTS_MAX = 12


class Event(models.TextChoices):
    """What can be told. `paid`: nothing is open of an invoice or debit note any more."""

    INVOICE_POSTED = "invoice.posted", _("Invoice posted")
    DEBIT_NOTE_POSTED = "debit_note.posted", _("Debit note posted")
    CREDIT_NOTE_POSTED = "credit_note.posted", _("Credit note posted")
    RECEIPT_POSTED = "receipt.posted", _("Receipt posted")
    INVOICE_PAID = "invoice.paid", _("Invoice paid")


class Webhook(CompanyOwned):
    """An address that is told. `position` is how far in the book it was told; `secret` signs what it is sent."""

    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=40, choices=Event), verbose_name=_("events"))
    # A binary field, so that no log of changes ever shows it.
    secret = models.BinaryField(editable=False)
    position = models.BigIntegerField(_("told up to position"), default=0, db_default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url


class Delivery(CompanyOwned):
    """One event for one address. `key` names the event, so that it is written once however often it is found."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Sending")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", pgettext_lazy("state", "Failed")

    TRANSITIONS = frozenset(
        {
            (State.PENDING, State.SENDING),
            (State.SENDING, State.PENDING),
            (State.SENDING, State.DELIVERED),
            (State.SENDING, State.FAILED),
            (State.DELIVERED, State.PENDING),  # told again because a person asked for it
            (State.FAILED, State.PENDING),
        }
    )

    webhook = models.ForeignKey(
        Webhook,
        verbose_name=_("webhook"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
    )
    key = models.CharField(_("key"), max_length=100)
    event = models.CharField(_("event"), max_length=40, choices=Event)
    position = models.BigIntegerField(_("position"))
    payload = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING, db_default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    attempts_max = models.PositiveSmallIntegerField(
        _("attempts at most"), default=ATTEMPTS_MAX, db_default=ATTEMPTS_MAX
    )
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    lease_owner = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last status"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["webhook", "key"], name="api_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "delivered", "failed"]), name="api_delivery_state"
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_owner__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_owner__isnull=True, lease_until__isnull=True)),
                name="api_delivery_lease",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="pending"), name="api_delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="api_delivery_leased"),
        ]

    def __str__(self) -> str:
        return self.key

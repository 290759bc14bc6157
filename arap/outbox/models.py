"""The outbox: a message is a row, written in the transaction that decided it.

A worker claims it with a lease, asks its guard whether it is still due, hands it over, and records what happened. The
row is the truth; Celery only wakes workers. What lies below this room is known here by id alone: `customer_id`, and
`about` as label and id.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned
from arap.core.models.companies import LANGUAGES

ATTEMPTS_MAX = 8  # tries before a person is asked; sending again grants as many more


class Message(CompanyOwned):
    """One e-mail to one address.

    `dedupe_key` says what it is, so that the same thing is never said twice; `message_id` is fixed when the row is
    written, so that a second hand-over can be recognised. `guard` is the dotted name of a function that is given the
    message just before it is sent and answers why it is no longer due, or "". After `not_after` it is not sent.
    """

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Statement of account")
        REMINDER = "reminder", _("Reminder")
        INVOICE = "invoice", _("Invoice")
        RECEIPT = "receipt", _("Receipt")
        REPORT = "report", _("Report")
        DIGEST = "digest", _("Approvals of the day")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", pgettext_lazy("state", "Failed")
        BOUNCED = "bounced", _("Bounced")
        UNKNOWN = "unknown", _("Unknown")
        CANCELLED = "cancelled", _("Cancelled")

    # A person decides about `unknown`: it was sent, or it is to be sent again. What failed or bounced may be sent again
    # or left. What was taken may come back for days. A restored backup knows nothing of what left after it was made.
    TRANSITIONS = frozenset(
        {
            (State.PENDING, State.SENDING),
            (State.PENDING, State.CANCELLED),
            (State.PENDING, State.UNKNOWN),
            (State.SENDING, State.PENDING),
            (State.SENDING, State.SENT),
            (State.SENDING, State.FAILED),
            (State.SENDING, State.BOUNCED),
            (State.SENDING, State.UNKNOWN),
            (State.SENDING, State.CANCELLED),
            (State.SENT, State.BOUNCED),
            (State.UNKNOWN, State.BOUNCED),
            (State.UNKNOWN, State.SENT),
            (State.UNKNOWN, State.PENDING),
            (State.UNKNOWN, State.CANCELLED),
            (State.FAILED, State.PENDING),
            (State.FAILED, State.CANCELLED),
            (State.BOUNCED, State.PENDING),
            (State.BOUNCED, State.CANCELLED),
        }
    )

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    dedupe_key = models.CharField(_("key"), max_length=200)
    message_id = models.CharField(_("message id"), max_length=200, unique=True)
    customer_id = models.BigIntegerField(_("customer"), null=True, blank=True)
    about_type = models.CharField(_("about"), max_length=60, blank=True, default="", db_default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    to_name = models.CharField(_("recipient"), max_length=150, blank=True, default="", db_default="")
    to_address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    subject = models.CharField(_("subject"), max_length=300)
    body_text = models.TextField(_("text"))
    body_html = models.TextField(_("formatted text"), blank=True, default="", db_default="")
    guard = models.CharField(_("guard"), max_length=120, blank=True, default="", db_default="")
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING, db_default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    attempts_max = models.PositiveSmallIntegerField(
        _("attempts at most"), default=ATTEMPTS_MAX, db_default=ATTEMPTS_MAX
    )
    next_attempt_at = models.DateTimeField(_("next attempt"), db_default=Now())
    lease_owner = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    created_by = models.ForeignKey(
        "core.User",
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    files = models.ManyToManyField(
        "core.StoredFile", through="outbox.Attachment", related_name="+", verbose_name=_("attachments")
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "dedupe_key"], name="outbox_message_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "failed", "bounced", "unknown", "cancelled"]),
                name="outbox_message_state",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="outbox_message_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_owner__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_owner__isnull=True, lease_until__isnull=True)),
                name="outbox_message_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="pending"), name="outbox_message_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="outbox_message_leased"),
            models.Index(fields=["company", "state", "-id"], name="outbox_message_by_state"),
            models.Index(fields=["company", "customer_id", "-id"], name="outbox_message_customer"),
            models.Index(fields=["company", "about_type", "about_id"], name="outbox_message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to_address}"


class Attachment(CompanyOwned):
    """A kept file that goes with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_constraint=False, related_name="attachments")
    file = models.ForeignKey(
        "core.StoredFile", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    line = models.PositiveSmallIntegerField(_("line"))

    class Meta(CompanyOwned.Meta):
        ordering = ["line"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["message", "line"], name="outbox_attachment_line"),
        ]


class Attempt(CompanyOwned):
    """One try to hand a message over: what the other side said, or that nobody knows.

    `to_address` is where it went; the message's own may be corrected later.
    `handed_over_at` is committed just before the mark that ends the message goes out. Without it the other side cannot
    have taken the message; with it and no answer, nobody knows.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("To be tried again")
        FAILED = "failed", pgettext_lazy("state", "Failed")
        BOUNCED = "bounced", _("Bounced")
        UNKNOWN = "unknown", _("Unknown")
        CANCELLED = "cancelled", _("Cancelled")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, db_constraint=False, related_name="tries")
    number = models.PositiveSmallIntegerField(_("attempt"))
    to_address = models.EmailField(_("address"), max_length=254, blank=True, default="", db_default="")
    started_at = models.DateTimeField(_("started at"))
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, default="", db_default="")
    smtp_code = models.PositiveSmallIntegerField(_("reply code"), null=True, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        ordering = ["number", "id"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["message", "number"], name="outbox_attempt_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="outbox_attempt_order",
            ),
        ]


class Suppression(CompanyOwned):
    """An address that is not written to until a person clears it, because a message to it came back for good."""

    address = models.CharField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="", db_default="")
    message = models.ForeignKey(
        Message,
        verbose_name=_("message"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["address"]
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint("company", Lower("address"), name="outbox_suppression_once"),
        ]

    def __str__(self) -> str:
        return self.address


class SeenMail(models.Model):
    """A mail that was looked at, is about no message of ours and lies unread in the mailbox of what comes back.

    Of the whole installation, as the mailbox is. A row lives as long as its mail lies there unread.
    """

    mailbox = models.TextField(_("mailbox"))
    name = models.TextField(_("name"))

    class Meta:
        verbose_name = _("mail of others")
        verbose_name_plural = _("mails of others")
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="outbox_seenmail_once")]

    def __str__(self) -> str:
        return self.name

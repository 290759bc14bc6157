"""Statements as they were made. What they say never changes (migrations/sql/frozen.sql)."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned
from arap.core.models.companies import LANGUAGES
from statements.models.choices import PaperLanguage, StatementKind, Unsent
from statements.models.runs import StatementRun

__all__ = ["PaperLanguage", "Statement", "StatementBalance", "StatementKind", "StatementLine"]


def _amount(name: object) -> "models.DecimalField[Decimal | int, Decimal]":
    return models.DecimalField(name, max_digits=20, decimal_places=3)  # type: ignore[arg-type]


class Statement(CompanyOwned):
    """One statement to one customer: a gap-free number, what it says, the position it read, and the PDF.

    `printed` holds names, addresses and bank accounts as they stand on the paper. Its message is queued when it is
    released and its PDF is made, whichever comes last; `to_address` is then who gets it. One that a person leaves out
    of its run keeps who did so and why. `pdf_attempts` counts tries to make the PDF that nobody has ended yet.
    """

    class Pdf(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MADE = "made", _("Made")
        FAILED = "failed", pgettext_lazy("state", "Failed")

    number = models.CharField(_("number"), max_length=40)
    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.PROTECT, db_constraint=False,
        db_index=False, related_name="+",
    )  # fmt: skip
    run = models.ForeignKey(
        StatementRun, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True,
        related_name="statements",
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=StatementKind)
    as_of = models.DateField(_("as of"))
    from_on = models.DateField(_("from"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=PaperLanguage)
    position = models.BigIntegerField(_("position"))
    known_at = models.DateTimeField(_("known at"))
    reply_by_on = models.DateField(_("answer by"))
    printed = models.JSONField(_("names and addresses"))
    digest = models.CharField(_("check"), max_length=64)
    made_by = models.ForeignKey(
        "core.User", verbose_name=_("made by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    # what may still change: the PDF, once; and to whom it goes
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("PDF"), on_delete=models.PROTECT, db_constraint=False, db_index=False,
        null=True, related_name="+",
    )  # fmt: skip
    pdf_state = models.CharField(_("PDF"), max_length=10, choices=Pdf, default=Pdf.WAITING, db_default=Pdf.WAITING)
    pdf_error = models.CharField(max_length=300, blank=True, default="", db_default="")
    pdf_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    to_name = models.CharField(_("recipient"), max_length=150, blank=True, default="", db_default="")
    to_address = models.EmailField(_("address"), max_length=254, blank=True, default="", db_default="")
    to_language = models.CharField(max_length=10, choices=LANGUAGES, blank=True, default="", db_default="")
    unsent = models.CharField(
        _("not sent because"), max_length=12, choices=Unsent, blank=True, default="", db_default=""
    )
    left_out_by = models.ForeignKey(
        "core.User", verbose_name=_("left out by"), on_delete=models.PROTECT, null=True, db_index=False,
        related_name="+",
    )  # fmt: skip
    left_out_reason = models.CharField(
        pgettext_lazy("statement", "left out because"), max_length=300, blank=True, default="", db_default=""
    )
    released_by = models.ForeignKey(
        "core.User", verbose_name=_("released by"), on_delete=models.PROTECT, null=True, db_index=False,
        related_name="+",
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("statement of account")
        verbose_name_plural = _("statements of account")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "number"], name="statements_statement_number"),
            models.UniqueConstraint(fields=["run", "customer"], name="statements_statement_once"),
            models.CheckConstraint(
                condition=Q(pdf_state="made", file__isnull=False) | (~Q(pdf_state="made") & Q(file__isnull=True)),
                name="statements_statement_pdf",
            ),
            models.CheckConstraint(
                condition=Q(kind="open", from_on__isnull=True) | Q(kind="activity", from_on__lte=models.F("as_of")),
                name="statements_statement_period",
            ),
            models.CheckConstraint(
                condition=~Q(unsent="excluded") | (Q(left_out_by__isnull=False) & ~Q(left_out_reason="")),
                name="statements_statement_left_out",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "customer", "-id"], name="statements_customer"),
            models.Index(fields=["run", "id"], condition=Q(pdf_state="waiting"), name="statements_waiting"),
            models.Index(fields=["id"], condition=Q(pdf_state="waiting"), name="statements_next"),
        ]

    def __str__(self) -> str:
        return self.number


class StatementBalance(CompanyOwned):
    """The totals of a statement in one currency; `buckets` by age, youngest first."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="balances"
    )
    currency = models.CharField(_("currency"), max_length=3)
    opening = _amount(_("opening balance"))
    charges = _amount(_("charges"))
    credits = _amount(_("credits"))
    closing = _amount(_("closing balance"))
    buckets = ArrayField(models.DecimalField(max_digits=20, decimal_places=3))
    unapplied = _amount(_("not applied"))

    class Meta(CompanyOwned.Meta):
        ordering = ["statement", "currency"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["statement", "currency"], name="statements_balance_once"),
        ]


class StatementLine(CompanyOwned):
    """A line of a statement: a movement, or an item that was open. `line` counts within the statement from 1."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    line = models.PositiveIntegerField(_("line"))
    section = models.CharField(max_length=10, choices=[("movement", _("Movement")), ("open", _("Open item"))])
    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("date"))
    document_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("kind"), max_length=12)
    number = models.CharField(_("number"), max_length=60)
    part = models.SmallIntegerField(default=0)
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    applied_to = models.CharField(max_length=160, blank=True)
    due_on = models.DateField(_("due date"), null=True)
    days = models.IntegerField(_("days"), null=True)
    original_amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3, null=True)
    amount = _amount(_("amount"))
    balance = _amount(_("balance"))

    class Meta(CompanyOwned.Meta):
        ordering = ["statement", "line"]
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["statement", "line"], name="statements_line_once"),
        ]

"""Invoices, debit notes and credit notes: draft, posted, credited.

A posted document is frozen by the database (migrations/sql/frozen.sql), for every role: its lines and instalments too.
What may still change about it (delivery, disputes, files) lives in side tables. The amount that is owed lives in the
book alone: nothing here is a second balance. Amounts are positive in every kind; the kind says who owes.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def amount_field(name: "_StrPromise", *, default: int | None = None) -> "models.DecimalField[Decimal | int, Decimal]":
    """An amount in the document's currency, as wide as the book's."""
    if default is None:
        return models.DecimalField(name, max_digits=20, decimal_places=3)
    return models.DecimalField(name, max_digits=20, decimal_places=3, default=default, db_default=default)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def drafts(self) -> "InvoiceQuerySet":
        return self.filter(state=Invoice.State.DRAFT)

    def posted(self) -> "InvoiceQuerySet":
        """In the book, whether credited since or not."""
        return self.exclude(state=Invoice.State.DRAFT)

    def owed(self) -> "InvoiceQuerySet":
        """What the customer is to pay: all but credit notes."""
        return self.exclude(kind=Invoice.Kind.CREDIT_NOTE)

    def debit_notes(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.DEBIT_NOTE)

    def credit_notes(self) -> "InvoiceQuerySet":
        return self.filter(kind=Invoice.Kind.CREDIT_NOTE)

    def of_customer(self, customer_id: int) -> "InvoiceQuerySet":
        return self.filter(customer_id=customer_id)


class Invoice(CompanyOwned):
    """What a customer is told to pay (invoice, debit note) or need not pay (credit note).

    A debit note charges more for what was invoiced: it names that invoice (`adds_to`), which itself never changes.

    `rate` is base units for one unit of `currency`; empty in a draft means the rate of `issued_on`. `version` counts
    the edits of a draft: who saves an older one is refused. Documents taken on from elsewhere may have no lines.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        DEBIT_NOTE = "debit_note", _("Debit note")
        CREDIT_NOTE = "credit_note", _("Credit note")
        CHARGE = "charge", _("Late charge")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state", "Draft")
        POSTED = "posted", pgettext_lazy("state", "Posted")
        CREDITED = "credited", _("Credited")

    class Origin(models.TextChoices):
        ENTERED = "entered", _("Entered here")
        TAKEN_ON = "taken_on", _("Taken on")

    TRANSITIONS = frozenset({(State.DRAFT, State.POSTED), (State.POSTED, State.CREDITED)})

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INVOICE, db_default=Kind.INVOICE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, db_default=State.DRAFT)
    origin = models.CharField(
        _("origin"), max_length=10, choices=Origin, default=Origin.ENTERED, db_default=Origin.ENTERED
    )
    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="invoices",
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name="invoice",
    )
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10, null=True, blank=True)
    issued_on = models.DateField(_("issued on"))
    posted_on = models.DateField(_("posting date"), null=True, blank=True, editable=False)
    terms = models.ForeignKey(
        "customers.PaymentTerms",
        verbose_name=_("payment terms"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    reference = models.CharField(_("reference"), max_length=140, blank=True, default="", db_default="")
    order_number = models.CharField(_("order number"), max_length=60, blank=True, default="", db_default="")
    # What an e-invoice says besides (EN 16931: BT-10, BT-12, BT-72, BT-73, BT-74).
    buyer_reference = models.CharField(_("buyer reference"), max_length=60, blank=True, default="", db_default="")
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True, default="", db_default="")
    # The contract it is written under; the clause is copied, because a contract may change and a posted invoice not.
    contract = models.ForeignKey(
        "customers.Contract",
        verbose_name=_("contract"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    late_clause = models.TextField(_("late-payment clause"), blank=True, default="", db_default="")
    late_clause_local = models.TextField(_("late-payment clause in Chinese"), blank=True, default="", db_default="")
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    period_from = models.DateField(_("period from"), null=True, blank=True)
    period_to = models.DateField(_("period to"), null=True, blank=True)
    memo = models.TextField(_("memo"), blank=True, default="", db_default="")
    credits = models.ForeignKey(
        "self",
        verbose_name=_("credits invoice"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="credit_notes",
    )
    adds_to = models.ForeignKey(
        "self",
        verbose_name=_("adds to invoice"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="debit_notes",
    )
    net_total = amount_field(_("net"), default=0)
    tax_total = amount_field(_("tax"), default=0)
    total = amount_field(_("total incl. tax"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    created_by = models.ForeignKey(
        "core.User", verbose_name=_("created by"), on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ("-issued_on", "-id")
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "invoices_invoice_currency"),
            models.CheckConstraint(
                condition=Q(kind__in=["invoice", "debit_note", "credit_note", "charge"]), name="invoices_invoice_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", document__isnull=True, posted_on__isnull=True)
                | Q(
                    state__in=["posted", "credited"],
                    document__isnull=False,
                    posted_on__isnull=False,
                    rate__isnull=False,
                ),
                name="invoices_invoice_posted_has_document",
            ),
            models.CheckConstraint(condition=Q(state="draft") | Q(total__gt=0), name="invoices_invoice_total_positive"),
            models.CheckConstraint(
                condition=Q(total=F("net_total") + F("tax_total")), name="invoices_invoice_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(total=Func("total", Func("currency", function="core_minor_unit"), function="round")),
                name="invoices_invoice_minor_unit",
            ),
            models.CheckConstraint(condition=Q(rate__isnull=True) | Q(rate__gt=0), name="invoices_invoice_rate"),
            models.CheckConstraint(
                condition=Q(kind="credit_note") | Q(credits__isnull=True),
                name="invoices_invoice_only_credit_notes_credit",
            ),
            models.CheckConstraint(
                condition=~Q(kind="credit_note") | ~Q(state="credited"), name="invoices_invoice_credited_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="debit_note", adds_to__isnull=False)
                | (~Q(kind="debit_note") & Q(adds_to__isnull=True)),
                name="invoices_invoice_debit_notes_add",
            ),
            models.CheckConstraint(condition=~Q(period_to__lt=F("period_from")), name="invoices_invoice_period"),
        ]
        indexes = [
            models.Index(fields=["company", "customer", "-issued_on"], name="invoices_invoice_customer"),
            models.Index(fields=["company", "-issued_on", "-id"], name="invoices_invoice_issued"),
            models.Index(fields=["company", "-total", "-id"], name="invoices_invoice_by_total"),
            models.Index(
                fields=["company", "order_number"], condition=~Q(order_number=""), name="invoices_invoice_order_number"
            ),
            models.Index(fields=["company", "id"], condition=Q(state="draft"), name="invoices_invoice_drafts"),
            # few are credit notes
            models.Index(
                fields=["company", "-issued_on", "-id"], condition=Q(kind="credit_note"), name="invoices_invoice_notes"
            ),
            models.Index(fields=["credits"], condition=Q(credits__isnull=False), name="invoices_invoice_credits"),
            models.Index(fields=["adds_to"], condition=Q(adds_to__isnull=False), name="invoices_invoice_adds_to"),
            models.Index(
                fields=["contract", "-id"], condition=Q(contract__isnull=False), name="invoices_invoice_contract"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_owed(self) -> bool:
        """Whether the customer is to pay it."""
        return self.kind != Invoice.Kind.CREDIT_NOTE

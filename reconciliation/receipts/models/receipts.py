"""Receipts: money that came in, who recorded and who confirmed it, and whose it turned out to be.

A receipt enters the book when it is confirmed; from then on it is frozen by the database (migrations/sql/frozen.sql).
What is open of it is asked of the book alone.
"""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def to_confirm(self) -> "ReceiptQuerySet":
        return self.filter(state=Receipt.State.RECORDED)

    def in_book(self) -> "ReceiptQuerySet":
        return self.filter(document__isnull=False)

    def unidentified(self) -> "ReceiptQuerySet":
        """Recorded without a payer; whether all of it was identified since, the book knows."""
        return self.filter(customer__isnull=True)


class Receipt(CompanyOwned):
    """Money received on a day. Without a customer it is unidentified (待认领) and stands on its own account.

    `amount` is positive, in `currency`; `rate` is base units for one unit. `needs_confirmation` was decided when it was
    recorded, by the company's limit; then a second person confirms, which the database checks too.
    """

    class State(models.TextChoices):
        RECORDED = "recorded", _("To confirm")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")
        REVERSED = "reversed", _("Returned")

    class Method(models.TextChoices):
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        CASH = "cash", pgettext_lazy("payment method", "Cash")
        CHEQUE = "cheque", _("Cheque")
        CARD = "card", pgettext_lazy("payment method", "Card")
        WALLET = "wallet", _("WeChat Pay or Alipay")
        OTHER = "other", pgettext_lazy("payment method", "Other")

    class Origin(models.TextChoices):
        ENTERED = "entered", _("Entered here")
        TAKEN_ON = "taken_on", _("Taken on")

    TRANSITIONS = frozenset(
        {(State.RECORDED, State.CONFIRMED), (State.RECORDED, State.REJECTED), (State.CONFIRMED, State.REVERSED)}
    )

    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="receipts",
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name="receipt",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.RECORDED, db_default=State.RECORDED
    )
    origin = models.CharField(
        _("origin"), max_length=10, choices=Origin, default=Origin.ENTERED, db_default=Origin.ENTERED
    )
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    rate = models.DecimalField(_("exchange rate"), max_digits=20, decimal_places=10)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    received_on = models.DateField(_("received on"))
    posted_on = models.DateField(_("posting date"), null=True, blank=True, editable=False)
    method = models.CharField(
        _("method"), max_length=15, choices=Method, default=Method.BANK_TRANSFER, db_default=Method.BANK_TRANSFER
    )
    bank_account = models.ForeignKey(
        "core.CompanyBankAccount",
        verbose_name=_("our account"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    payer_name = models.CharField(_("payer"), max_length=200, blank=True, default="", db_default="")
    payer_account = models.CharField(_("payer's account"), max_length=60, blank=True, default="", db_default="")
    remittance = models.CharField(_("remittance text"), max_length=500, blank=True, default="", db_default="")
    needs_confirmation = models.BooleanField(_("needs confirmation"), default=False, db_default=False, editable=False)
    recorded_by = models.ForeignKey(
        "core.User",
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(
        "core.User",
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)

    objects = ReceiptQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ("-received_on", "-id")
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "receipts_receipt_currency"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="receipts_receipt_amount_positive",
                violation_error_message=_("A receipt has an amount above zero."),
            ),
            models.CheckConstraint(
                condition=Q(amount=Func("amount", Func("currency", function="core_minor_unit"), function="round")),
                name="receipts_receipt_minor_unit",
                violation_error_message=_("The amount has more decimals than the currency."),
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="receipts_receipt_rate"),
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "rejected"], document__isnull=True, posted_on__isnull=True)
                | Q(state__in=["confirmed", "reversed"], document__isnull=False, posted_on__isnull=False),
                name="receipts_receipt_confirmed_has_document",
            ),
            models.CheckConstraint(
                condition=Q(needs_confirmation=False)
                | Q(state__in=["recorded", "rejected"])
                | Q(confirmed_by__isnull=False, recorded_by__isnull=True)
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("recorded_by"))),
                name="receipts_receipt_second_person",
                violation_error_message=_("Who recorded a receipt cannot confirm it."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "customer", "-received_on"], name="receipts_receipt_customer"),
            models.Index(fields=["company", "-received_on", "-id"], name="receipts_receipt_received"),
            models.Index(fields=["company", "id"], condition=Q(state="recorded"), name="receipts_receipt_to_confirm"),
            models.Index(
                fields=["company", "-received_on", "-id"],
                condition=Q(state="reversed"),
                name="receipts_receipt_returned",
            ),
            models.Index(fields=["company", "amount", "id"], name="receipts_receipt_amount"),
            models.Index(
                fields=["company", "payer_account"], condition=~Q(payer_account=""), name="receipts_receipt_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_on}: {self.currency} {self.amount}"


class ReceiptIdentification(CompanyOwned):
    """Unidentified money, or a part of it, turned out to be a customer's (认领): the transfer in the book says so.

    One that `undoes` another has no customer: it was not that customer's money, and its payer is unknown again.
    """

    receipt = models.ForeignKey(
        Receipt,
        verbose_name=_("receipt"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="identifications",
    )
    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    undoes = models.OneToOneField(
        "self",
        verbose_name=_("undoes"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="undone_by",
    )
    document = models.OneToOneField(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="identification",
    )
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    identified_on = models.DateField(_("identified on"))
    identified_by = models.ForeignKey(
        "core.User",
        verbose_name=_("identified by"),
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        related_name="+",
    )

    class Meta(CompanyOwned.Meta):
        ordering = ("receipt", "id")
        verbose_name = _("identification")
        verbose_name_plural = _("identifications")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipts_identification_amount_positive"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True, undoes__isnull=False)
                | Q(customer__isnull=False, undoes__isnull=True),
                name="receipts_identification_undoes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identified_on}: {self.amount}"

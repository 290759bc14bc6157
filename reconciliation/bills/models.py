"""Bills of exchange and what became of each. A bill is a claim on its own account (应收票据) until it is paid."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import CompanyOwned


class Bill(CompanyOwned):
    """A bill, or a part of one that was split. `amount` is above zero in `currency`.

    `item` is the claim in the book; its open amount says whether the bill was paid. `starts_at` is where a part begins
    on the bill that was received, in money. What a holder answers for stands in `with_recourse`: then the claim stays
    in the book beside a liability until the acceptor has paid.
    """

    class Kind(models.TextChoices):
        BANK = "bank", _("Bank acceptance bill")
        COMMERCIAL = "commercial", _("Commercial acceptance bill")
        OTHER = "other", _("Other bill or note")

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("bill", "Held")
        ENDORSED = "endorsed", pgettext_lazy("bill", "Endorsed")
        DISCOUNTED = "discounted", pgettext_lazy("bill", "Discounted")
        PAID = "paid", pgettext_lazy("bill", "Paid")
        DISHONOURED = "dishonoured", pgettext_lazy("bill", "Dishonoured")
        SPLIT = "split", pgettext_lazy("bill", "Split")
        WITHDRAWN = "withdrawn", pgettext_lazy("bill", "Withdrawn")

    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("number"), max_length=40)
    first_cent = models.BigIntegerField(_("sub-interval from"), default=0, db_default=0)
    last_cent = models.BigIntegerField(_("sub-interval to"), default=0, db_default=0)
    drawer = models.CharField(_("drawer"), max_length=200, blank=True, default="")
    acceptor = models.CharField(_("acceptor"), max_length=200)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due date"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=3)
    received_on = models.DateField(_("received on"))
    document = models.ForeignKey(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="bills",
    )
    item = models.ForeignKey(
        "ledger.Item", verbose_name=_("open item"), on_delete=models.PROTECT, db_constraint=False, related_name="bills"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("split from"),
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="parts",
    )
    starts_at = models.DecimalField(max_digits=20, decimal_places=3, default=0, db_default=0)
    with_recourse = models.BooleanField(_("with recourse"), default=False, db_default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.HELD, db_default=State.HELD)

    class Meta(CompanyOwned.Meta):
        ordering = ("due_on", "id")
        verbose_name = _("bill of exchange")
        verbose_name_plural = _("bills of exchange")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gt=0), name="bills_bill_amount_positive"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="bills_bill_due_after_issue"),
            models.CheckConstraint(
                condition=Q(first_cent=0, last_cent=0)
                | Q(first_cent__gt=0, amount=(F("last_cent") - F("first_cent") + 1) * Decimal("0.01")),
                name="bills_bill_interval_is_amount",
            ),
            models.UniqueConstraint(
                fields=["company", "number", "first_cent"],
                condition=~Q(state__in=["split", "withdrawn"]),
                name="bills_bill_once",
                violation_error_message=_("This bill is registered already."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "due_on", "id"], name="bills_bill_due"),
            models.Index(fields=["company", "customer"], name="bills_bill_customer"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the claim stands in the book: of an item that was read with it."""
        return self.item.open_amount != 0

    @property
    def shown_state(self) -> str:
        """The state, with a bill that was held and then paid told as paid."""
        return self.State.PAID.value if self.state == self.State.HELD and not self.is_open else self.state


class BillEvent(CompanyOwned):
    """Something that was done with a bill, or the undoing of it. Never edited or deleted."""

    class Kind(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("bill", "received")
        ENDORSED = "endorsed", pgettext_lazy("bill", "endorsed")
        DISCOUNTED = "discounted", pgettext_lazy("bill", "discounted")
        SETTLED = "settled", pgettext_lazy("bill", "paid by the acceptor")
        DISHONOURED = "dishonoured", pgettext_lazy("bill", "dishonoured")
        SPLIT = "split", pgettext_lazy("bill", "split")
        UNDONE = "undone", pgettext_lazy("bill", "undone")

    bill = models.ForeignKey(
        Bill, verbose_name=_("bill of exchange"), on_delete=models.PROTECT, db_constraint=False, related_name="events"
    )
    kind = models.CharField(_("what was done"), max_length=12, choices=Kind)
    on = models.DateField(_("day"))
    document = models.ForeignKey(
        "ledger.Document",
        verbose_name=_("document in the book"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
    )
    party = models.CharField(_("other party"), max_length=200, blank=True, default="")
    interest = models.DecimalField(_("interest"), max_digits=20, decimal_places=3, default=0, db_default=0)
    state_before = models.CharField(max_length=12, blank=True, default="")
    item_before = models.ForeignKey(
        "ledger.Item", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="undone_by"
    )
    by = models.ForeignKey(
        "core.User", verbose_name=_("recorded by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ("bill", "id")
        verbose_name = _("event of a bill")
        verbose_name_plural = _("events of bills")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="undone", undoes__isnull=False) | (~Q(kind="undone") & Q(undoes__isnull=True)),
                name="bills_billevent_undoing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}: {self.kind}"

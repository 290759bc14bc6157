"""Where money that goes back to a customer is paid: an account counts only when a second person has approved it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class BankAccount(CompanyOwned):
    """A customer's own account. Its numbers never change: another account is another row, approved anew.

    `proof` says how it was verified: by a call to a known number, by a letter of the bank.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To approve")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        RETIRED = "retired", _("Retired")

    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="bank_accounts",
    )
    holder = models.CharField(_("account holder"), max_length=140)
    bank = models.CharField(_("bank"), max_length=140)
    account_no = models.CharField(_("account number"), max_length=60)
    bic = models.CharField(_("BIC (SWIFT code)"), max_length=11, blank=True, default="")
    proof = models.CharField(_("how it was verified"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PROPOSED, db_default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(
        "core.User", verbose_name=_("proposed by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        "core.User", verbose_name=_("decided by"), on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    decision = models.CharField(_("why it was decided so"), max_length=200, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        ordering = ("customer", "-id")
        verbose_name = _("customer’s bank account")
        verbose_name_plural = _("customers’ bank accounts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["customer", "account_no"],
                condition=Q(state__in=["proposed", "approved"]),
                name="customers_bankaccount_once",
                violation_error_message=_("This account is recorded already."),
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="customers_bankaccount_second_person",
                violation_error_message=_("Who proposed an account cannot approve it."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "id"], condition=Q(state="proposed"), name="customers_bankaccount_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.account_no}"

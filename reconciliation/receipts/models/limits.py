"""Above which amount a second person confirms a receipt."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.money import currency_choices


class ConfirmationLimit(CompanyOwned):
    """A currency whose own limit counts in place of the company's, which is in base currency."""

    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    above = models.DecimalField(
        _("confirm receipts above"),
        max_digits=20,
        decimal_places=3,
        help_text=_("In this currency. A receipt above it is confirmed by a second person; 0 means every one."),
    )

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "currency"]
        verbose_name = _("confirmation limit of a currency")
        verbose_name_plural = _("confirmation limits by currency")
        constraints = [
            *CompanyOwned.Meta.constraints,
            currency_is_three_letters("currency", "receipts_confirmationlimit_currency"),
            models.UniqueConstraint(
                fields=["company", "currency"],
                name="receipts_confirmationlimit_once",
                violation_error_message=_("This currency has a limit already."),
            ),
            models.CheckConstraint(
                condition=Q(above__gte=0),
                name="receipts_confirmationlimit_not_negative",
                violation_error_message=_("A limit is zero or above."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.above}"

"""What people type about money that goes back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField, MoneyField
from arap.core.models import CompanyBankAccount
from arap.core.money import minor_unit
from arap.core.wording import HAIRLINE_DASH, amount_text
from arap.ledger.models import Item
from customers.models import BankAccount
from receipts.forms import SELECT, TEXT, DatedForm


class RefundForm(DatedForm):
    """How much of a credit goes back, where to, and why."""

    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Type an amount.")})
    account = forms.ModelChoiceField(
        label=_("To their account"),
        queryset=BankAccount.objects.none(),
        empty_label=HAIRLINE_DASH,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Choose an approved bank account of this customer.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=140,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say in a few words why the money goes back.")},
        help_text=_("The customer reads it on their bank statement."),
    )

    def __init__(self, *arguments: Any, item: Item, left: Decimal, accounts: Any, **options: Any) -> None:
        options["initial"] = {"amount": amount_text(left, item.currency)}
        super().__init__(*arguments, **options)
        self.currency = item.currency
        self.fields["amount"].widget.attrs |= {"data-money": minor_unit(item.currency)}
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def clean_amount(self) -> Decimal:
        """Read in the credit's currency."""
        return MoneyField.read(self.cleaned_data["amount"], self.currency)


class WhyForm(DatedForm):
    """Why a refund is cancelled, or what the bank said."""

    ids = "id_why_%s"

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why.")},
    )


class PaidForm(DatedForm):
    """When the bank paid."""

    on = DayField(label=_("Paid on"), required=False)


class PayoutForm(DatedForm):
    """From which of our accounts, and when."""

    bank_account = forms.ModelChoiceField(
        label=_("From our account"),
        queryset=CompanyBankAccount.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Choose one of our accounts.")},
    )
    execute_on = DayField(label=_("To be carried out on"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        ours = CompanyBankAccount.objects.filter(company=self.company, is_active=True)
        self.fields["bank_account"].queryset = ours.order_by("-is_default", "pk")  # type: ignore[attr-defined]

"""A bank account of a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CustomerBankForm(forms.Form):
    """Whose it is, where, which number, and how that was verified."""

    holder = forms.CharField(
        label=_("Account holder"), max_length=140, error_messages={"required": _("Type whose account it is.")}
    )
    account_no = forms.CharField(
        label=_("Account number"),
        max_length=60,
        error_messages={"required": _("Type the account number.")},
        help_text=_("An IBAN, or the number as the bank writes it."),
    )
    bank = forms.CharField(
        label=pgettext_lazy("payment slip", "Bank"),
        max_length=140,
        error_messages={"required": _("Type the bank’s name.")},
    )
    bic = forms.CharField(label=_("BIC (SWIFT code)"), max_length=20, required=False)
    proof = forms.CharField(
        label=_("How it was verified"),
        max_length=200,
        error_messages={"required": _("Say how you verified that the account is theirs.")},
        help_text=_("For example a call to a number that was known before, or a letter of the bank."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "input", "autocomplete": "off"}


class RetireForm(forms.Form):
    """Why nothing is paid to an account any more."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Say why nothing is paid to it any more.")},
    )

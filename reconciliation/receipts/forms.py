"""What clerks type about money in."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField, MoneyField
from arap.core.models import Company, CompanyBankAccount
from arap.core.money import CURRENCIES, minor_unit
from arap.core.wording import HAIRLINE_DASH
from customers.models import Customer
from receipts.models import Receipt
from receipts.queries import Candidate

TEXT = {"class": "input", "autocomplete": "off"}
SELECT = {"class": "input"}
# Those traded with most come first in the list of currencies; the others follow by code.
USUAL_CURRENCIES = ("CNY", "USD", "EUR", "JPY", "HKD", "GBP")


class CustomerCodeField(forms.CharField):
    """A customer by code; the company is given by the form. Nothing typed is nobody (None)."""

    company: Company

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)
        self.widget.attrs |= {**TEXT, "list": "payers"}

    def clean(self, value: Any) -> Any:
        """The active customer with that code, or None. Raises ValidationError with what to type."""
        code = super().clean(value)
        if not code:
            return None
        found = Customer.objects.active().filter(company=self.company, code__iexact=code).first()
        if found is None:
            raise ValidationError(_("There is no active customer “%(code)s”. Type a code."), params={"code": code})
        return found


class _CompanyForm(forms.Form):
    """A form whose fields know the company and what today is there. Several stand on one page, so each has its ids."""

    ids = "id_%s"

    def __init__(self, *arguments: Any, company: Company, today: date, **options: Any) -> None:
        super().__init__(*arguments, **{"auto_id": self.ids, **options})
        self.company, self.today = company, today
        for field in self.fields.values():
            if isinstance(field, CustomerCodeField):
                field.company = company
            if isinstance(field, DayField):
                field.today = today

    def clean_on(self) -> date | None:
        """Of forms with such a field: nothing happens in the future."""
        on: date | None = self.cleaned_data["on"]
        if on is not None and on > self.today:
            raise ValidationError(_("This day lies in the future."))
        return on


class ReceiptForm(_CompanyForm):
    """A receipt to record. Without a customer it is money of an unknown payer (待认领)."""

    customer = CustomerCodeField(
        label=_("Customer code"), required=False, help_text=_("Leave empty when the payer is not known.")
    )
    received_on = DayField(label=_("Received on"), error_messages={"required": _("Type the day the money came in.")})
    currency = forms.ChoiceField(label=_("Currency"), widget=forms.Select(attrs=SELECT))
    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Type the amount received.")})
    method = forms.ChoiceField(
        label=_("Method"), choices=Receipt.Method.choices, widget=forms.Select(attrs=SELECT), required=False
    )
    bank_account = forms.ModelChoiceField(
        label=_("Our account"),
        queryset=CompanyBankAccount.objects.none(),
        required=False,
        empty_label=HAIRLINE_DASH,
        widget=forms.Select(attrs=SELECT),
    )
    payer_name = forms.CharField(
        label=_("Payer’s name"), max_length=200, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    payer_account = forms.CharField(
        label=_("Payer’s account"), max_length=60, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    remittance = forms.CharField(
        label=_("Remittance text"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={**TEXT, "rows": "2"}),
        help_text=_("What the payer wrote. Numbers in it are looked for among the open items."),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        first = [self.company.base_currency, *USUAL_CURRENCIES]
        codes = list(dict.fromkeys([*first, *sorted(CURRENCIES)]))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        self.decimals = {code: minor_unit(code) for code in codes}
        ours = CompanyBankAccount.objects.filter(company=self.company, is_active=True)
        self.fields["bank_account"].queryset = ours  # type: ignore[attr-defined]
        if not ours.exists():
            del self.fields["bank_account"]

    def clean_received_on(self) -> date:
        """Up to today: money that is expected has not come in."""
        on: date = self.cleaned_data["received_on"]
        if on > self.today:
            raise ValidationError(_("This day lies in the future. Record the receipt when the money is there."))
        return on

    def clean(self) -> dict[str, Any]:
        """The amount is read in the chosen currency."""
        cleaned = super().clean() or {}
        currency, text = cleaned.get("currency"), cleaned.get("amount")
        if currency and text:
            try:
                cleaned["amount"] = MoneyField.read(text, currency)
            except ValidationError as error:
                self.add_error("amount", error)
        return cleaned


class IdentifyForm(_CompanyForm):
    """Whose unidentified money it is."""

    ids = "id_identify_%s"

    customer = CustomerCodeField(label=_("Customer code"), error_messages={"required": _("Type a customer’s code.")})
    on = DayField(label=_("Counts from"), required=False)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReturnForm(_CompanyForm):
    """When and why the money went back."""

    ids = "id_return_%s"

    on = DayField(label=_("Returned on"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why the money went back.")},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class RejectForm(_CompanyForm):
    """Why a recorded receipt is not confirmed."""

    ids = "id_reject_%s"

    reason = forms.CharField(
        label=pgettext_lazy("receipt", "Reason for rejecting"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is rejected.")},
    )


def field_name(item_id: int) -> str:
    """The name of the money input of an open item."""
    return f"amount-{item_id}"


def read_amounts(
    data: Mapping[str, str], candidates: Iterable[Candidate], currency: str
) -> tuple[dict[int, Decimal], dict[int, str]]:
    """(item id -> amount above zero, item id -> sentence about what cannot be read) of an apply form.

    Items that are not open any more are taken as typed too: the book refuses them with its own sentence.
    """
    open_amounts = {candidate.item_id: abs(candidate.open_amount) for candidate in candidates}
    amounts: dict[int, Decimal] = {}
    errors: dict[int, str] = {}
    for name, text in data.items():
        item = name.removeprefix("amount-")
        if item == name or not item.isdecimal() or not item.isascii() or not text.strip():
            continue
        try:
            amount = MoneyField.read(text, currency)
        except ValidationError as error:
            errors[int(item)] = error.messages[0]
            continue
        if amount < 0:
            errors[int(item)] = str(_("Apply amounts above zero."))
        elif amount > open_amounts.get(int(item), amount):
            errors[int(item)] = str(_("This is more than is open."))
        elif amount:
            amounts[int(item)] = amount
    return amounts, errors

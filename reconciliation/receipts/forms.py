"""What clerks type about money in."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField, MoneyField, read_amount
from arap.core.models import Company, CompanyBankAccount
from arap.core.money import CURRENCIES, AmountError, minor_unit
from arap.core.paging import read_number
from arap.core.wording import HAIRLINE_DASH
from arap.ledger.reasons import DEDUCTIONS
from customers.forms import CustomerCodeField
from receipts.models import Receipt
from receipts.queries import Candidate

TEXT = {"class": "input", "autocomplete": "off"}
SELECT = {"class": "input"}
# Those traded with most come first in the list of currencies; the others follow by code.
USUAL_CURRENCIES = ("CNY", "USD", "EUR", "JPY", "HKD", "GBP")


class DatedForm(forms.Form):
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


class ReceiptForm(DatedForm):
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


AMOUNT_RANGE = re.compile(r"(.+?)(?:\.\.+|–|—|~|～|-)(.+)")


class FilterForm(DatedForm):
    """What the list of receipts is narrowed to. What cannot be read is said beside its field and narrows nothing."""

    q = forms.CharField(label=_("Number, payer or text"), max_length=100, required=False)
    customer = CustomerCodeField(label=_("Customer code"), required=False, is_anybody=True)
    from_on = DayField(label=pgettext_lazy("day", "Received from"), required=False)
    to_on = DayField(label=pgettext_lazy("day", "To"), required=False)
    amount = forms.CharField(
        label=_("Amount"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "input input--money", "autocomplete": "off", "placeholder": "1,000–2,000"}
        ),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["q"].widget = forms.TextInput(
            attrs={**TEXT, "type": "search", "data-key": "f", "aria-keyshortcuts": "f"}
        )

    def clean_q(self) -> str:
        """Without what no text holds."""
        text: str = self.cleaned_data["q"]
        return text.replace("\x00", "").strip()

    def clean_amount(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest amount; one figure is both. In whatever currency, so up to three decimals."""
        text: str = self.cleaned_data["amount"].strip()
        if not text:
            return None
        found = AMOUNT_RANGE.fullmatch(text)
        low, high = (found[1], found[2]) if found else (text, text)
        try:
            return read_amount(low, "KWD"), read_amount(high, "KWD")
        except AmountError:
            raise ValidationError(_("Type one amount, or two such as 1,000–2,000.")) from None

    @property
    def says(self) -> bool:
        """Whether anything is narrowed."""
        return any(self.cleaned_data.values())


class IdentifyForm(DatedForm):
    """Whose unidentified money it is."""

    ids = "id_identify_%s"

    customer = CustomerCodeField(label=_("Customer code"), error_messages={"required": _("Type a customer’s code.")})
    amount = MoneyField(label=_("Amount"), required=False)
    on = DayField(label=_("Counts from"), required=False)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, currency: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.currency = currency
        self.fields["amount"].widget.attrs |= {"data-money": minor_unit(currency), "placeholder": _("all of it")}

    def clean_amount(self) -> Decimal | None:
        """Read in the receipt's currency; nothing typed is all of it."""
        text: str = self.cleaned_data["amount"]
        return MoneyField.read(text, self.currency) if text else None


class ReturnForm(DatedForm):
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


class RestForm(forms.Form):
    """What becomes of what a payment leaves open of the items that it meets, and whether it earns the discount."""

    rest = forms.ChoiceField(
        label=_("What is not paid of these items"),
        required=False,
        choices=[
            ("", _("stays open: a part payment")),
            ("bank_charge", _("bank charges that the payer deducted")),
            ("withholding", _("tax that the payer withheld")),
            ("residual", _("becomes an item of its own, with a reason")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    rest_reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", HAIRLINE_DASH), *((reason.value, reason.label) for reason in DEDUCTIONS)],
        widget=forms.Select(attrs=SELECT),
    )
    rest_memo = forms.CharField(
        label=_("Note"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=TEXT),
        help_text=_("For example the number of the tax certificate."),
    )
    no_discount = forms.BooleanField(label=_("Without the early-payment discount"), required=False)

    def clean(self) -> dict[str, Any]:
        """An item of its own says why."""
        cleaned = super().clean() or {}
        if cleaned.get("rest") == "residual" and not cleaned.get("rest_reason"):
            self.add_error("rest_reason", _("Say why part of it was not paid."))
        return cleaned


class UndoForm(DatedForm):
    """When and why something is undone."""

    on = DayField(label=_("Undone on"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is undone.")},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class UnapplyForm(UndoForm):
    """Which entries are undone (none named: all that is applied), when and why."""

    entries = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)

    def clean_entries(self) -> list[int] | None:
        """Their ids, or None for all."""
        return read_entries(self.cleaned_data["entries"])


class RejectForm(DatedForm):
    """Why a recorded receipt is not confirmed."""

    ids = "id_reject_%s"

    reason = forms.CharField(
        label=pgettext_lazy("receipt", "Reason for rejecting"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is rejected.")},
    )


def read_entries(text: str) -> list[int] | None:
    """The ids in a list such as "12,15"; None where there is none. What is no id is passed over."""
    ids = [number for part in text.split(",") if (number := read_number(part.strip())) is not None]
    return ids if text.strip() else None


def field_name(item_id: int) -> str:
    """The name of the money input of an open item."""
    return f"amount-{item_id}"


def typed_items(data: Mapping[str, str]) -> dict[int, str]:
    """Item id -> what was typed for it, of an apply form."""
    found = {}
    for name, text in data.items():
        item = name.removeprefix("amount-")
        if item != name and text.strip() and (item_id := read_number(item)) is not None:
            found[item_id] = text
    return found


def read_amounts(
    data: Mapping[str, str], candidates: Iterable[Candidate], currency: str
) -> tuple[dict[int, Decimal], dict[int, str]]:
    """(item id -> amount above zero, item id -> sentence about what cannot be read) of an apply form.

    Items that are not open any more are taken as typed too: the book refuses them with its own sentence.
    """
    open_amounts = {candidate.item_id: abs(candidate.open_amount) for candidate in candidates}
    amounts: dict[int, Decimal] = {}
    errors: dict[int, str] = {}
    for item, text in typed_items(data).items():
        try:
            amount = MoneyField.read(text, currency)
        except ValidationError as error:
            errors[item] = error.messages[0]
            continue
        if amount < 0:
            errors[item] = str(_("Apply amounts above zero."))
        elif amount > open_amounts.get(item, amount):
            errors[item] = str(_("This is more than is open."))
        elif amount:
            amounts[item] = amount
    return amounts, errors

"""What is typed into an invoice: its head, and its lines one by one."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField, MoneyField, read_day
from arap.core.models import Company, TaxCode
from arap.core.money import currencies_to_choose
from arap.core.wording import HAIRLINE_DASH
from customers.forms import CustomerCodeField
from customers.models import PaymentTerms
from customers.templatetags.terms import terms_words
from invoices.models import InvoiceLine

TEXT = {"class": "input", "autocomplete": "off"}
SELECT = {"class": "input"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class NumberField(forms.CharField):
    """A number as people type it, such as "1,234.5"; at most `digits` before the point and `decimals` behind it."""

    def __init__(self, *, digits: int, decimals: int, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.digits, self.decimals = digits, decimals
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """The number, or None where nothing was typed. Raises ValidationError with what to type."""
        text = super().clean(value)
        plain = re.sub(r"[,，%\s\u00a0\u2007]", "", text).replace("\u2212", "-").replace("－", "-")
        if not plain:
            return None
        if not plain.isascii() or not _NUMBER.fullmatch(plain):
            raise ValidationError(_("%(text)s is not a number. Type 1,234.5."), params={"text": text})
        number = Decimal(plain)
        if abs(number) >= Decimal(10) ** self.digits:
            raise ValidationError(_("%(text)s is too large."), params={"text": text})
        if number != round(number, self.decimals):
            raise ValidationError(_("At most %(decimals)s decimals."), params={"decimals": self.decimals})
        return number


class TermsField(forms.ModelChoiceField):
    """Payment terms, each said in words after its code."""

    def label_from_instance(self, obj: PaymentTerms) -> str:
        """ "N30: net 30"; the code alone where it is what the words say."""
        words = terms_words(obj.rule)
        return words if obj.code == obj.rule else f"{obj.code} · {words}"


def _text(label: Any, length: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=False, widget=forms.TextInput(attrs=TEXT), **options
    )


class HeadForm(forms.Form):
    """Everything of an invoice but its lines. Without terms the customer's count; without a rate that of the day."""

    customer = CustomerCodeField(label=_("Customer code"), error_messages={"required": _("Type a customer’s code.")})
    issued_on = DayField(label=_("Issued on"), error_messages={"required": _("Type the day of issue.")})
    currency = forms.ChoiceField(label=_("Currency"), widget=forms.Select(attrs=SELECT))
    terms = TermsField(
        label=_("Payment terms"),
        queryset=PaymentTerms.objects.none(),
        required=False,
        empty_label=_("as agreed"),
        widget=forms.Select(attrs=SELECT),
    )
    reference = _text(_("Reference"), 140)
    order_number = _text(_("Order number"), 60)
    buyer_reference = _text(_("Buyer reference"), 60, help_text=_("What the buyer routes e-invoices by."))
    contract_number = _text(_("Contract number"), 60, help_text=_("Empty: the contract in force on the day of issue."))
    delivered_on = DayField(label=_("Delivered on"), required=False)
    period_from = DayField(label=_("Period from"), required=False)
    period_to = DayField(label=_("Period to"), required=False)
    rate = NumberField(
        label=_("Exchange rate"),
        digits=10,
        decimals=10,
        required=False,
        widget=forms.TextInput(attrs=TEXT),
        help_text=_("Empty: the rate of the day of issue."),
    )
    instalments = forms.CharField(
        label=_("Instalments"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={**TEXT, "rows": "3"}),
        help_text=_("One in a line, day and amount: 2026-12-31 500.00. Empty: as the terms say."),
    )
    memo = forms.CharField(
        label=_("Note on the invoice"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={**TEXT, "rows": "2"}),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    NUMBERS = "contracts"  # the list of the customer's contracts that comes with the effect
    MORE = (
        "buyer_reference", "contract_number", "delivered_on", "period_from", "period_to", "rate", "instalments", "memo",
    )  # fmt: skip

    def __init__(self, *arguments: Any, company: Company, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = today
        customer, currency, terms = (self.fields[name] for name in ("customer", "currency", "terms"))
        self.fields["contract_number"].widget.attrs["list"] = self.NUMBERS
        customer.company = company  # type: ignore[attr-defined]
        codes = currencies_to_choose(company.base_currency)
        currency.choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        active = PaymentTerms.objects.filter(company=company).order_by("code")
        terms.queryset = active  # type: ignore[attr-defined]

    def clean_rate(self) -> Decimal | None:
        """Above zero."""
        rate: Decimal | None = self.cleaned_data["rate"]
        if rate is not None and rate <= 0:
            raise ValidationError(_("A rate is greater than zero."))
        return rate

    def clean(self) -> dict[str, Any]:
        """Instalments are read in the chosen currency."""
        cleaned = super().clean() or {}
        try:
            lines = [line for line in (cleaned.get("instalments") or "").splitlines() if line.strip()]
            cleaned["instalments"] = [self._instalment(line, cleaned.get("currency", "")) for line in lines]
        except ValidationError as error:
            self.add_error("instalments", error)
        return cleaned

    def _instalment(self, line: str, currency: str) -> tuple[date, Decimal]:
        day, _space, amount = line.strip().replace("\t", " ").rpartition(" ")
        try:
            on = read_day(day, self.today)
        except (ValueError, OverflowError):
            raise ValidationError(
                _("“%(line)s” is not a day and an amount. Type 2026-12-31 500.00."), params={"line": line.strip()}
            ) from None
        return on, MoneyField.read(amount, currency)

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields that most invoices do without."""
        return [self[name] for name in self.MORE]

    @property
    def more_is_used(self) -> bool:
        """Whether one of them says something, or is wrong."""
        return any(field.value() or field.errors for field in self.more)


class LineForm(forms.Form):
    """One line. A price of zero is a price; no quantity is one."""

    description = forms.CharField(max_length=300, required=False)
    description_local = forms.CharField(max_length=300, required=False)
    quantity = NumberField(digits=12, decimals=6, required=False)
    unit = forms.CharField(max_length=20, required=False)
    unit_price = NumberField(digits=12, decimals=6, error_messages={"required": _("Type a price.")})
    entry = forms.ChoiceField(choices=InvoiceLine.Entry.choices)
    discount_percent = NumberField(digits=3, decimals=4, required=False)
    tax_code = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)

    NAMES = (
        "description", "description_local", "quantity", "unit", "unit_price", "entry", "discount_percent", "tax_code",
    )  # fmt: skip
    TYPED = ("description", "description_local", "quantity", "unit", "unit_price", "discount_percent")

    def __init__(self, *arguments: Any, codes: Sequence[TaxCode], **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [("", HAIRLINE_DASH), *((code.pk, code.code) for code in codes)]
        self.fields["tax_code"].choices = choices  # type: ignore[attr-defined]

    def clean_discount_percent(self) -> Decimal | None:
        """From 0 to 100."""
        discount: Decimal | None = self.cleaned_data["discount_percent"]
        if discount is not None and not 0 <= discount <= 100:
            raise ValidationError(_("A discount lies between 0 and 100 per cent."))
        return discount


class CreditForm(forms.Form):
    """When and why, and whether all that is left is credited."""

    scope = forms.ChoiceField(choices=[("all", _("All that is left")), ("part", _("Only what is typed below"))])
    on = DayField(label=_("Date of the credit note"), required=False)
    reason = forms.CharField(
        label=_("Reason, printed on the credit note"),
        max_length=500,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is credited.")},
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        self.fields["on"].today = today  # type: ignore[attr-defined]

    @property
    def day(self) -> date:
        """The day typed; today where nothing was, or nothing readable."""
        return self.cleaned_data.get("on") or self.today


def typed_rows(data: QueryDict) -> list[dict[str, str]]:
    """The rows of the lines' table as they came, from parallel lists of fields named "line-…"."""
    columns = {name: data.getlist(f"line-{name}") for name in LineForm.NAMES}
    length = max((len(column) for column in columns.values()), default=0)
    return [{name: column[at] if at < len(column) else "" for name, column in columns.items()} for at in range(length)]


def is_blank(row: Mapping[str, Any]) -> bool:
    """Whether nothing was typed into the row; what was only chosen does not count."""
    return not any(str(row.get(name) or "").strip() for name in LineForm.TYPED)


COLUMN_LABELS = {
    "description": _("Description"),
    "description_local": _("Description in Chinese"),
    "quantity": _("Quantity"),
    "unit": _("Unit"),
    "unit_price": _("Unit price"),
    "entry": pgettext_lazy("column", "Price is"),
    "discount_percent": _("Discount %"),
    "tax_code": _("Tax code"),
}

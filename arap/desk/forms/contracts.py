"""What is typed of a contract."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField
from arap.core.models import Company
from arap.core.money import currencies_to_choose
from arap.desk.forms.customers import AREA, SELECT, TEXT, TermsField
from customers.models import Contract, PaymentTerms

CLAUSE = {**AREA, "rows": "3"}


class ContractForm(forms.Form):
    """A contract of a customer. `version` is the one that the form was filled from."""

    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, required=False, widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Contract number"), max_length=60, widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Type the number that stands on the contract.")},
    )  # fmt: skip
    signed_on = DayField(label=_("Signed on"), required=False)
    valid_from = DayField(label=_("Valid from"), error_messages={"required": _("Type its first day.")})
    valid_to = DayField(label=_("Valid to"), required=False, help_text=_("Its last day. Empty: until it is ended."))
    terms = TermsField(
        label=_("Payment terms"), queryset=PaymentTerms.objects.none(), required=False,
        empty_label=_("the customer’s"), widget=forms.Select(attrs=SELECT),
        help_text=_("With early-payment discount where the terms have one, such as 2/10 net 30."),
    )  # fmt: skip
    currency = forms.ChoiceField(
        label=_("Currency"), required=False, widget=forms.Select(attrs=SELECT),
        help_text=_("Only invoices in this currency are written under it."),
    )  # fmt: skip
    late_rate = forms.DecimalField(
        label=_("Rate for late payment, % a year"), required=False, max_digits=7, decimal_places=4,
        min_value=Decimal("0.0001"), max_value=Decimal(100),
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "decimal"}),
        help_text=_("Between companies in China usually not below the one-year LPR of the day of signing."),
    )  # fmt: skip
    late_clause = forms.CharField(
        label=_("Late-payment clause in English"), required=False, max_length=1000,
        widget=forms.Textarea(attrs=CLAUSE),
        help_text=_("As the contract says it; printed on invoices. With a rate alone the usual wording is taken."),
    )  # fmt: skip
    late_clause_local = forms.CharField(
        label=_("Late-payment clause in Chinese"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={**CLAUSE, "lang": "zh-Hans"}),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("Invoices inherit from it"), required=False)

    def __init__(
        self, *arguments: Any, company: Company, contract: Contract | None, today: date, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.today = today
        codes = currencies_to_choose(company.base_currency)
        self.fields["currency"].choices = [("", _("any")), *((code, code) for code in codes)]  # type: ignore[attr-defined]
        usable = PaymentTerms.objects.filter(company=company, is_active=True)
        if contract is None:
            del self.fields["version"], self.fields["is_active"]
        else:
            usable |= PaymentTerms.objects.filter(company=company, pk=contract.terms_id or 0)
        self.fields["terms"].queryset = usable.distinct()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """It does not end before it begins."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", ValidationError(_("The contract ends before it begins.")))
        return cleaned


def contract_values(contract: Contract) -> dict[str, Any]:
    """What the form shows of a contract before anything is typed."""
    values = {name: getattr(contract, name) for name in ContractForm.base_fields}
    rate = contract.late_rate
    return {**values, "late_rate": "" if rate is None else f"{rate.normalize():f}"}

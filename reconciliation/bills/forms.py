"""What people type about bills of exchange."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField, MoneyField
from arap.core.models import CompanyBankAccount
from arap.core.money import CURRENCIES, minor_unit
from arap.core.wording import HAIRLINE_DASH
from bills.models import Bill
from bills.rules import discount_interest
from customers.forms import CustomerCodeField
from receipts.forms import SELECT, TEXT, USUAL_CURRENCIES, DatedForm

NEEDED = {"required": _("This is needed.")}


class BillForm(DatedForm):
    """A bill to register."""

    customer = CustomerCodeField(label=_("Customer code"), error_messages=NEEDED)
    kind = forms.ChoiceField(label=_("Kind"), choices=Bill.Kind.choices, widget=forms.Select(attrs=SELECT))
    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        widget=forms.TextInput(attrs=TEXT),
        error_messages=NEEDED,
        help_text=_("Of a package of the new generation: its 30 digits."),
    )
    first_cent = forms.IntegerField(
        label=_("Sub-interval from"),
        required=False,
        min_value=1,
        max_value=10**12 - 1,
        widget=forms.TextInput(attrs=TEXT),
    )
    last_cent = forms.IntegerField(
        label=_("Sub-interval to"),
        required=False,
        min_value=1,
        max_value=10**12 - 1,
        widget=forms.TextInput(attrs=TEXT),
    )
    acceptor = forms.CharField(
        label=_("Acceptor"), max_length=200, widget=forms.TextInput(attrs=TEXT), error_messages=NEEDED
    )
    drawer = forms.CharField(label=_("Drawer"), max_length=200, required=False, widget=forms.TextInput(attrs=TEXT))
    issued_on = DayField(label=_("Issued on"), error_messages=NEEDED)
    due_on = DayField(label=_("Due date"), error_messages=NEEDED)
    received_on = DayField(label=_("Received on"), error_messages=NEEDED)
    currency = forms.ChoiceField(label=_("Currency"), widget=forms.Select(attrs=SELECT))
    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Type an amount.")})
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.TextInput(attrs=TEXT))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        first = [self.company.base_currency, *USUAL_CURRENCIES]
        codes = list(dict.fromkeys([*first, *sorted(CURRENCIES)]))
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs |= {"data-money": minor_unit(self.company.base_currency)}

    def clean(self) -> dict[str, Any]:
        """The amount is read in the currency chosen; a bill comes in today or before."""
        data = super().clean() or self.cleaned_data
        if data.get("amount") and data.get("currency"):
            try:
                data["amount"] = MoneyField.read(data["amount"], data["currency"])
            except forms.ValidationError as error:
                self.add_error("amount", error)
        if data.get("received_on") and data["received_on"] > self.today:
            self.add_error("received_on", _("This day lies in the future."))
        return data


class _ActForm(DatedForm):
    """Something that is done with a bill on a day."""

    on = DayField(label=_("Counts from"), required=False)

    def __init__(self, *arguments: Any, bill: Bill, **options: Any) -> None:
        options["initial"] = {"on": options["today"], **options.get("initial", {})}
        self.bill = bill
        super().__init__(*arguments, **options)


class PassForm(_ActForm):
    """To whom a bill is endorsed."""

    party = forms.CharField(
        label=_("Endorsed to"),
        max_length=200,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say who receives the bill.")},
    )
    with_recourse = forms.BooleanField(
        label=_("With recourse"),
        required=False,
        help_text=_("We answer for it until the acceptor pays: the claim stays in the book beside a liability."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False, widget=forms.TextInput(attrs=TEXT))


class DiscountForm(PassForm):
    """To which bank a bill is sold, and what the bank keeps: an amount, or a yearly rate that gives it."""

    rate = forms.DecimalField(
        label=_("Interest, % a year"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=8,
        decimal_places=4,
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "decimal"}),
    )
    interest = forms.CharField(
        label=_("Interest, as the bank says it"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "decimal"}),
        help_text=_("If it is left empty, the rate for the days until it falls due, of a year of 360 days."),
    )

    field_order = ("party", "on", "rate", "interest", "with_recourse", "note")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["party"].label = _("Sold to the bank")

    def clean_interest(self) -> Decimal | None:
        """Read in the bill's currency; nothing typed is nothing said."""
        text = self.cleaned_data["interest"].strip()
        if not text:
            return None
        return MoneyField.read(text, self.bill.currency)

    def clean(self) -> dict[str, Any]:
        """Without an amount the rate gives it."""
        data = super().clean() or self.cleaned_data
        if data.get("interest") is None and "interest" not in self.errors:
            if data.get("rate") is None:
                self.add_error("rate", _("Type the rate, or the interest."))
            else:
                on, unit = data.get("on") or self.today, minor_unit(self.bill.currency)
                data["interest"] = discount_interest(
                    self.bill.amount, data["rate"], on=on, due_on=self.bill.due_on, unit=unit
                )
        return data


class CollectForm(_ActForm):
    """On which of our accounts the money came in."""

    bank_account = forms.ModelChoiceField(
        label=_("Our account"),
        queryset=CompanyBankAccount.objects.none(),
        required=False,
        empty_label=HAIRLINE_DASH,
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        ours = CompanyBankAccount.objects.filter(company=self.company, currency=self.bill.currency)
        self.fields["bank_account"].queryset = ours  # type: ignore[attr-defined]


class SettleForm(_ActForm):
    """The day on which the acceptor paid."""


class DishonourForm(_ActForm):
    """The day on which the acceptor did not pay, and what was said."""

    note = forms.CharField(label=_("What was said"), max_length=200, required=False, widget=forms.TextInput(attrs=TEXT))


class SplitForm(_ActForm):
    """The amounts of the parts."""

    amounts = forms.CharField(
        label=_("Parts"),
        max_length=2000,
        widget=forms.Textarea(attrs={**TEXT, "rows": "4"}),
        error_messages={"required": _("Type the amounts of the parts.")},
        help_text=_("One amount a line; together they are the bill."),
    )

    def clean_amounts(self) -> list[Decimal]:
        """Each line an amount in the bill's currency; a bad one is named by its place."""
        found = []
        for place, text in enumerate((line.strip() for line in self.cleaned_data["amounts"].splitlines()), 1):
            if not text:
                continue
            try:
                found.append(MoneyField.read(text, self.bill.currency))
            except forms.ValidationError as error:
                told = {"place": place, "problem": error.messages[0]}
                raise forms.ValidationError(_("Line %(place)s: %(problem)s") % told) from error
        return found

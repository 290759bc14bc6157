"""What people type to settle in another currency, to transfer, to net, or to agree on instalments."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.dates import add_months
from arap.core.fields import DayField, MoneyField
from arap.core.money import ZERO, minor_unit
from arap.core.wording import amount_text, prose_day
from arap.ledger.models import Item
from customers.forms import CustomerCodeField
from receipts.actions.arranging import plan_sentence
from receipts.forms import TEXT, DatedForm
from receipts.rules.plans import PlanError, equal, typed

RATE_MIN, RATE_MAX = Decimal("0.0000000001"), Decimal(10**9)


class ArrangementForm(DatedForm):
    """What all kinds ask for. `seen` is the effect that was shown: only that is done."""

    on = DayField(label=_("Counts from"), required=False)
    reference = forms.CharField(
        label=_("Agreement"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs=TEXT),
        help_text=_("The letter, contract or e-mail in which it was agreed."),
    )
    explanation = forms.CharField(
        label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={**TEXT, "rows": "2"})
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, item: Item, **options: Any) -> None:
        options["initial"] = {"on": options["today"], **options.get("initial", {})}
        super().__init__(*arguments, **options)
        self.item = item


class _AmountForm(ArrangementForm):
    """How much of the item; all that is open unless something else is typed."""

    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Type an amount.")})

    def __init__(self, *arguments: Any, item: Item, **options: Any) -> None:
        options["initial"] = {"amount": amount_text(abs(item.open_amount), item.currency)}
        super().__init__(*arguments, item=item, **options)
        self.fields["amount"].widget.attrs |= {"data-money": minor_unit(item.currency)}

    def clean_amount(self) -> Decimal:
        """Read in the item's currency."""
        return MoneyField.read(self.cleaned_data["amount"], self.item.currency)


class TransferForm(_AmountForm):
    """To whom it goes."""

    to_customer = CustomerCodeField(
        label=_("To the customer"), error_messages={"required": _("Type the code of a customer.")}
    )
    field_order = ("to_customer", "amount", "on", "reference", "explanation", "seen")


class NettingForm(_AmountForm):
    """How much meets what we owe, and by which agreement."""

    field_order = ("amount", "on", "reference", "explanation", "seen")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["reference"].required = True
        self.fields["reference"].error_messages["required"] = _("Say by which agreement it is netted.")


class ExchangeForm(ArrangementForm):
    """What a credit pays in another currency, and at which rate."""

    settles = forms.MultipleChoiceField(
        label=_("Pays"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what is paid."), "invalid_choice": _("This is not open any more.")},
    )
    rate = forms.CharField(
        label=_("Agreed rate"),
        max_length=24,
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "decimal"}),
        error_messages={"required": _("Type the agreed rate, above zero.")},
    )
    field_order = ("settles", "rate", "on", "reference", "explanation", "seen")

    def __init__(self, *arguments: Any, debits: Sequence[Item], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.debits = {str(item.pk): item for item in debits}
        self.fields["settles"].choices = [  # type: ignore[attr-defined]
            (pk, _told(item)) for pk, item in self.debits.items()
        ]
        self.fields["rate"].help_text = _("How much %(currency)s for one unit of the other currency.") % {
            "currency": self.item.currency
        }

    def clean_settles(self) -> list[Item]:
        """The chosen debits, by due date; all of one currency."""
        chosen = [item for pk, item in self.debits.items() if pk in self.cleaned_data["settles"]]
        if len({item.currency for item in chosen}) > 1:
            raise forms.ValidationError(_("Choose what is owed in one other currency."))
        return chosen

    def clean_rate(self) -> Decimal:
        """A plain number above zero, with at most ten decimals."""
        try:
            rate = Decimal(str(self.cleaned_data["rate"]).replace(",", "").strip())
        except InvalidOperation:
            rate = Decimal("NaN")
        if not rate.is_finite() or not RATE_MIN <= rate <= RATE_MAX or rate != round(rate, 10):
            raise forms.ValidationError(_("Type the agreed rate, above zero."))
        return rate


class PlanForm(ArrangementForm):
    """Which debts are paid in instalments, and when: equal ones, or those that are typed."""

    settles = forms.MultipleChoiceField(
        label=_("Debts"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what is paid."), "invalid_choice": _("This is not open any more.")},
    )
    count = forms.IntegerField(
        label=_("Equal instalments"), min_value=1, max_value=60, widget=forms.NumberInput(attrs=TEXT), required=False
    )
    first_on = DayField(label=_("First due on"), required=False)
    months = forms.IntegerField(
        label=_("Months between"), min_value=1, max_value=12, widget=forms.NumberInput(attrs=TEXT), required=False
    )
    schedule = forms.CharField(
        label=_("Or each instalment"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={**TEXT, "rows": "3"}),
        help_text=_("One a line: 2027-01-31 500.00, or 2027-01-31 30%. Percentages sum to 100."),
    )
    grace_days = forms.IntegerField(
        label=_("Days of grace"),
        min_value=0,
        max_value=90,
        widget=forms.NumberInput(attrs=TEXT),
        help_text=_("An instalment unpaid after them ends the plan: the original due dates count again."),
    )
    field_order = ("settles", "count", "first_on", "months", "schedule", "grace_days", "on", "reference", "explanation")

    def __init__(self, *arguments: Any, debits: Sequence[Item], today: date, **options: Any) -> None:
        item = options["item"]
        initial = {"settles": [str(item.pk)], "count": 3, "months": 1, "grace_days": 5}
        initial["first_on"] = add_months(today, 1)
        super().__init__(*arguments, today=today, initial=initial, **options)
        self.debits = {str(each.pk): each for each in debits}
        self.fields["settles"].choices = [(pk, _told(each)) for pk, each in self.debits.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Also works out the instalments."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        chosen = [item for pk, item in self.debits.items() if pk in cleaned["settles"]]
        total, currency = sum((item.open_amount for item in chosen), ZERO), self.item.currency
        cleaned["settles"] = chosen
        try:
            if cleaned["schedule"].strip():
                cleaned["instalments"] = typed(cleaned["schedule"], total, currency)
            elif cleaned["first_on"] is None:
                self.add_error("first_on", _("Type the day of the first instalment."))
            else:
                count, months = cleaned["count"] or 0, cleaned["months"] or 1
                cleaned["instalments"] = equal(total, count, cleaned["first_on"], months, currency)
        except PlanError as error:
            self.add_error("schedule" if cleaned["schedule"].strip() else "count", plan_sentence(error))
        return cleaned


def _told(item: Item) -> str:
    """A debit in one line: number, amount, due date."""
    amount = f"{item.currency} {amount_text(item.open_amount, item.currency)}"
    return f"{item.document.number} · {amount} · {prose_day(item.due_on)}"

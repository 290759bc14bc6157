"""What a person says about a hold."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField
from cases.models import Hold


class HoldForm(forms.Form):
    """For the whole customer, or for one of its open items: `items` are (id, words)."""

    item = forms.TypedChoiceField(
        label=pgettext_lazy("hold", "What"), required=False, coerce=int, empty_value=None,
        widget=forms.Select(attrs={"class": "input"}),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Reason"), choices=Hold.Reason.choices, widget=forms.Select(attrs={"class": "input"})
    )
    ends_on = DayField(
        label=_("Until"), required=False, help_text=_("The last day. Empty: until somebody releases it.")
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, items: Sequence[tuple[int, str]], today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["item"].choices = [("", _("All items of the customer")), *items]  # type: ignore[attr-defined]
        self.fields["ends_on"].today = today  # type: ignore[attr-defined]

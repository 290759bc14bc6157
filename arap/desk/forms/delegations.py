"""Who decides for whom, on which days, and why."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.actions.delegations import DECIDES, REASON_MAX
from arap.core.fields import DayField
from arap.core.models import Company, User
from arap.core.permissions import holders_of

SELECT = {"class": "input"}


class DelegationForm(forms.Form):
    """`giver` is left out for those who hand over only what is theirs."""

    giver = forms.ModelChoiceField(
        label=pgettext_lazy("delegation", "For"), queryset=User.objects.none(), widget=forms.Select(attrs=SELECT)
    )
    taker = forms.ModelChoiceField(label=_("Decides"), queryset=User.objects.none(), widget=forms.Select(attrs=SELECT))
    first_on = DayField(label=pgettext_lazy("period", "From"), required=True)
    last_on = DayField(label=_("Until and including"), required=True)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, company: Company, by: User, may_for_others: bool, today: date) -> None:
        super().__init__(data, initial={"giver": by.pk})
        people = holders_of(DECIDES, company)
        for name in ("giver", "taker"):
            cast("forms.ModelChoiceField[User]", self.fields[name]).queryset = people
        for name in ("first_on", "last_on"):
            self.fields[name].today = today  # type: ignore[attr-defined]
        if not may_for_others:
            del self.fields["giver"]

"""Which day's reminders, and why one is left out."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField


class DayForm(forms.Form):
    """The day that reminders are decided for."""

    as_of = DayField(label=pgettext_lazy("reminders", "For the day"), error_messages={"required": _("Type a day.")})

    def __init__(self, *arguments: Any, today: date, is_rehearsal: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.last_on = date.max if is_rehearsal else today
        self.fields["as_of"].today = today  # type: ignore[attr-defined]

    def clean_as_of(self) -> date:
        """Today or a day before: what will be open on a later day, nobody knows yet. A rehearsal may look ahead."""
        as_of: date = self.cleaned_data["as_of"]
        if as_of > self.last_on:
            raise forms.ValidationError(_("Reminders are decided for today or a day before."))
        return as_of


class ExcludeForm(forms.Form):
    """Why a reminder is left out."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Say why this reminder is left out.")},
    )

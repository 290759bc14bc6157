"""Up to which day late payment is charged."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField


class UntilForm(forms.Form):
    """The day before which every late day is charged."""

    until = DayField(
        label=_("Days before"),
        error_messages={"required": _("Type a day.")},
        help_text=_("The day itself is not charged: it may still be paid on it."),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        self.fields["until"].today = today  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        """Today or a day before."""
        until: date = self.cleaned_data["until"]
        if until > self.today:
            raise forms.ValidationError(_("Only days before today can be charged."))
        return until

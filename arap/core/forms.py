"""Signing in, and the two clocks of every report."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField, MomentField
from arap.core.wording import prose_day


class SignInForm(forms.Form):
    """Who signs in. Whether the two match is for the view; `pause`: the minutes to wait after too many tries."""

    pause = 0

    username = forms.CharField(
        label=_("User name or e-mail"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "username", "autofocus": True, "spellcheck": "false"}
        ),
        error_messages={"required": _("Type your user name.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )


class PasswordForm(PasswordChangeForm):
    """The old password and, twice, the new one, judged by the validators of the settings."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class ClocksForm(forms.Form):
    """As of which day, and as known at which instant. Empty: today, and now."""

    as_of = DayField(label=pgettext_lazy("report", "As of"), required=False)
    known_at = MomentField(label=pgettext_lazy("report", "Known at"), required=False)

    def __init__(self, data: QueryDict, *, today: date, **options: Any) -> None:
        # A report always has a date, so the field shows the one that is used.
        given = data.copy()
        if not given.get("as_of", "").strip():
            given["as_of"] = prose_day(today)
        super().__init__(given, **options)
        self.today = today
        for name in ("as_of", "known_at"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean_as_of(self) -> date | None:
        """The day; from here on the field shows it as it is printed, however it was typed."""
        on: date | None = self.cleaned_data["as_of"]
        if on:
            self.data["as_of"] = prose_day(on)  # type: ignore[index]
        return on

    @property
    def as_of_on(self) -> date:
        """The day asked for; today where what was typed is not a day."""
        return self.cleaned_data.get("as_of") or self.today

    @property
    def known_at_instant(self) -> datetime | None:
        """The instant asked for; None is now."""
        return self.cleaned_data.get("known_at")

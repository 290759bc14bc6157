"""Signing in, and the two clocks of every report."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField, MomentField
from arap.core.models import User
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

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_old_password(self) -> str:
        """The password in use; wrong ones are counted as those of the sign-in page are."""
        return checked_password(self.request, self.user, self.cleaned_data["old_password"])


def checked_password(request: HttpRequest, user: User, typed: str) -> str:
    """`typed`, when it is the password of `user`. Raises ValidationError; after too many a pause begins."""
    if authenticate(request, username=user.get_username(), password=typed) != user:
        raise ValidationError(_("This is not your password."), code="password_incorrect")
    return typed


class CodeForm(forms.Form):
    """Six digits of the second factor, or a recovery code; `must_wait`: it was not even looked at."""

    must_wait = False
    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the code.")},
    )


class PasswordAgainForm(forms.Form):
    """The password once more, before something that an open browser is not enough for."""

    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request = request

    def clean_password(self) -> str:
        """Counted as at signing in."""
        assert isinstance(self.request.user, User)
        return checked_password(self.request, self.request.user, self.cleaned_data["password"])


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

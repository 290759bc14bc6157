"""Which statement, which run, and to whom."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField
from arap.core.wording import prose_day
from statements.models import PaperLanguage, StatementKind
from statements.models.choices import RunLanguage

SELECT = {"class": "input"}
TEXT = {"class": "input", "autocomplete": "off"}


class StatementForm(forms.Form):
    """One customer's statement. Everything has a default, so an empty query is the open items of today."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=StatementKind.choices, required=False, widget=forms.Select(attrs=SELECT)
    )
    from_on = DayField(label=pgettext_lazy("period", "From"), required=False)
    as_of = DayField(label=pgettext_lazy("report", "As of"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=PaperLanguage.choices, required=False, widget=forms.Select(attrs=SELECT)
    )

    def __init__(self, data: Any, *, today: date, language: str, **options: Any) -> None:
        given = data.copy()
        given["as_of"] = given.get("as_of") or prose_day(today)
        given["language"] = given.get("language") or language
        super().__init__(given, **options)
        self.today = today
        self.fields["from_on"].widget.attrs["placeholder"] = _("first of the month")
        for name in ("from_on", "as_of"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    @property
    def as_of_on(self) -> date:
        """The day asked for; today where nothing was typed."""
        return self.cleaned_data.get("as_of") or self.today

    @property
    def query(self) -> dict[str, str]:
        """The fields as they were given, for links to the same statement."""
        return {name: str(self.data.get(name, "")) for name in self.fields}


class SendForm(forms.Form):
    """To whom; empty, to the contact on file."""

    to_address = forms.EmailField(
        label=pgettext_lazy("message", "To"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={**TEXT, "spellcheck": "false"}),
        error_messages={"invalid": _("Type an e-mail address.")},
    )
    keeps_contact = forms.BooleanField(
        label=_("Keep this address as a contact who receives statements"), required=False
    )


class LeaveOutForm(forms.Form):
    """Why a statement is left out of its run."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is left out.")},
    )


class DiscardForm(forms.Form):
    """Why a run is discarded."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Say why it is discarded.")},
    )


class RunForm(forms.Form):
    """A new run; its segment is one in use, or none for all customers."""

    as_of = DayField(label=pgettext_lazy("report", "As of"))
    kind = forms.ChoiceField(label=_("Kind"), choices=StatementKind.choices, widget=forms.Select(attrs=SELECT))
    language = forms.ChoiceField(label=_("Language"), choices=RunLanguage.choices, widget=forms.Select(attrs=SELECT))
    segment = forms.ChoiceField(label=_("Segment"), required=False, widget=forms.Select(attrs=SELECT))

    def __init__(self, *args: Any, today: date, segments: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["as_of"].today = today  # type: ignore[attr-defined]
        self.fields["segment"].choices = [("", _("All customers")), *((each, each) for each in segments)]  # type: ignore[attr-defined]

"""What is typed about the close of a month."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arap.core.actions.closing import TEXT_MAX
from arap.core.actions.periods import MAY_POST_LATE
from arap.core.dates import ONE_DAY
from arap.core.fields import DayField
from arap.core.models import Company, Role, User

TEXT = {"class": "input", "autocomplete": "off"}


class SoftCloseForm(forms.Form):
    """Which roles may still post."""

    open_to = forms.MultipleChoiceField(
        label=_("May still post"),
        choices=[(role.value, role.label) for role in Role if role in MAY_POST_LATE],
        initial=[Role.CONTROLLER.value],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Say which roles may still post.")},
    )


class ReopenForm(forms.Form):
    """Why a month is opened again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={**TEXT, "id": "id_reopen_reason"}),
        error_messages={"required": _("Give a reason.")},
    )


class ExplainForm(forms.Form):
    """Why a month may be closed although a check is not met."""

    check_key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Explanation"),
        max_length=TEXT_MAX,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Explain it in a sentence.")},
    )


class ExceptionForm(forms.Form):
    """Who may post into a closed month, why, and until when."""

    granted_to = forms.ModelChoiceField(
        label=_("For"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Everybody"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Give a reason.")},
    )
    until_on = DayField(label=_("Until the end of"), error_messages={"required": _("Type the last day.")})

    def __init__(self, *arguments: Any, company: Company, by: User, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        people = User.objects.filter(memberships__company=company, is_active=True).exclude(pk=by.pk).distinct()
        self.fields["granted_to"].queryset = people.order_by("full_name", "username")  # type: ignore[attr-defined]
        self.fields["granted_to"].label_from_instance = User.get_full_name  # type: ignore[attr-defined]
        self.fields["until_on"].today = today  # type: ignore[attr-defined]

    def clean_until_on(self) -> date:
        """Today at the earliest."""
        on: date = self.cleaned_data["until_on"]
        if on < self.today:
            raise ValidationError(_("This day lies in the past."))
        return on

    @property
    def valid_until(self) -> datetime:
        """The instant at which it ends: the end of the last day, where the company is."""
        on: date = self.cleaned_data["until_on"]
        return datetime.combine(on + ONE_DAY, time.min, tzinfo=timezone.get_current_timezone())

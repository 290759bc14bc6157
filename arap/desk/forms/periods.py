"""From which day to which."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.dates import start_of_month
from arap.core.fields import DayField
from arap.core.wording import prose_day


class PeriodForm(forms.Form):
    """From one day to another, both included: the fields `from_on` and `to_on` of a form."""

    def __init__(self, data: QueryDict | None, *, today: date, **options: Any) -> None:
        super().__init__(data, **options)
        for name in ("from_on", "to_on"):
            self.fields[name].today = today  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and first > last:
            self.add_error("to_on", ValidationError(_("The last day is before the first.")))
        return cleaned


class ReportPeriodForm(PeriodForm):
    """A report always has a period: until something is typed, the month so far, and the fields show it."""

    from_on = DayField(label=pgettext_lazy("period", "From"), required=False)
    to_on = DayField(label=pgettext_lazy("period", "To"), required=False)

    def __init__(self, data: QueryDict, *, today: date, **options: Any) -> None:
        self.usual = start_of_month(today), today
        given = data.copy()
        for name, on in zip(("from_on", "to_on"), self.usual, strict=True):
            if not given.get(name, "").strip():
                given[name] = prose_day(on)
        super().__init__(given, today=today, **options)

    @property
    def days(self) -> tuple[date, date]:
        """The days asked for; this month so far where they cannot be read."""
        if not self.is_valid():
            return self.usual
        return self.cleaned_data["from_on"], self.cleaned_data["to_on"]

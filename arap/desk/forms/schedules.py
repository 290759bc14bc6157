"""When a saved report is sent, as which file, and to whom."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arap.core.models import User
from arap.desk.actions.scheduling import NewSchedule, people_of
from arap.desk.models import ReportSchedule, SavedView
from arap.desk.queries.schedules import possible_readers
from arap.desk.reports.rhythm import Kind, Rhythm

SELECT = {"class": "input"}
WEEKDAYS = [
    _("Every Monday"), _("Every Tuesday"), _("Every Wednesday"), _("Every Thursday"), _("Every Friday"),
    _("Every Saturday"), _("Every Sunday"),
]  # fmt: skip
LAST_DAY = 31
HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]


def month_words(day: int) -> str:
    """On which day of each month, in the language in use."""
    if day == LAST_DAY:
        return gettext("On the last day of each month")
    return gettext("On day %(day)s of each month") % {"day": day}


def when_words(schedule: ReportSchedule) -> str:
    """How often and at which hour it is sent, in the language in use."""
    days = {
        "workday": lambda: str(ReportSchedule.Rhythm.WORKDAY.label),
        "weekly": lambda: str(WEEKDAYS[schedule.weekday - 1]),
        "monthly": lambda: month_words(schedule.month_day),
    }[schedule.rhythm]()
    return gettext("%(days)s at %(hour)s") % {"days": days, "hour": HOURS[schedule.hour][1]}


def _choices() -> list[Any]:
    return [
        ("workday", ReportSchedule.Rhythm.WORKDAY.label),
        (_("Weekly"), [(f"weekly {at}", words) for at, words in enumerate(WEEKDAYS, start=1)]),
        (_("Monthly"), [(f"monthly {day}", month_words(day)) for day in [*range(1, 29), LAST_DAY]]),
    ]


class ScheduleForm(forms.Form):
    """`readers` are those who may have it sent to them, and those who have it already."""

    when = forms.ChoiceField(label=_("How often"), choices=_choices, widget=forms.Select(attrs=SELECT))
    hour = forms.ChoiceField(label=_("At what time"), choices=HOURS, widget=forms.Select(attrs=SELECT))
    file_kind = forms.ChoiceField(
        label=_("File"), choices=ReportSchedule.FileKind.choices, widget=forms.Select(attrs=SELECT)
    )
    readers = forms.ModelMultipleChoiceField(
        label=_("Readers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reader.")},
    )

    def __init__(self, data: Any, *, view: SavedView, schedule: ReportSchedule | None, by: User, may_share: bool):
        kept = people_of(schedule) if schedule else []
        initial: dict[str, Any] = {"when": "weekly 1", "hour": "7", "file_kind": "xlsx", "readers": [by.pk]}
        if schedule:
            day = {"weekly": f" {schedule.weekday}", "monthly": f" {schedule.month_day}"}.get(schedule.rhythm, "")
            initial = {
                "when": schedule.rhythm + day,
                "hour": str(schedule.hour),
                "file_kind": schedule.file_kind,
                "readers": [each.pk for each in kept],
            }
        super().__init__(data, initial=initial)
        people = possible_readers(view)
        if not may_share:
            people = people.filter(pk__in=[by.pk, *(each.pk for each in kept)])
        field = cast("forms.ModelMultipleChoiceField[User]", self.fields["readers"])
        field.queryset = people

    def asked(self) -> NewSchedule:
        """Of a valid form."""
        kind, _space, day = self.cleaned_data["when"].partition(" ")
        rhythm = Rhythm(
            kind=cast(Kind, kind),
            hour=int(self.cleaned_data["hour"]),
            weekday=int(day) if kind == "weekly" else 1,
            month_day=int(day) if kind == "monthly" else 1,
        )
        return NewSchedule(
            rhythm=rhythm, file_kind=self.cleaned_data["file_kind"], readers=list(self.cleaned_data["readers"])
        )

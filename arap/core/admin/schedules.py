"""Schedules of Celery beat, open to those who may change them; each change is noted."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)

from arap.core import audit
from arap.core.admin.base import RoleAdmin, person

# The package registers pages that follow Django's model permissions, which nobody here holds.
for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class ScheduleAdmin(RoleAdmin, PeriodicTaskAdmin):
    verb = "admin.schedules"
    form = PeriodicTaskForm
    # The package's own page has a script inside, which no browser runs here.
    change_form_template = "admin/change_form.html"
    list_display = ("name", "enabled", "scheduler", "last_run_at", "one_off")
    actions = ("switch_on", "switch_off", "run_tasks")

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        self._switch(request, queryset, is_on=True)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        self._switch(request, queryset, is_on=False)

    @transaction.atomic
    def _switch(self, request: HttpRequest, queryset: QuerySet[PeriodicTask], *, is_on: bool) -> None:
        tasks = list(queryset.exclude(enabled=is_on))
        for task in tasks:
            verb = "periodictask.switch_on" if is_on else "periodictask.switch_off"
            audit.record(by=person(request), verb=verb, obj=task, after={"name": task.name})
        queryset.update(enabled=is_on)
        PeriodicTasks.update_changed()
        text = ngettext("%(count)s schedule was switched.", "%(count)s schedules were switched.", len(tasks))
        self.message_user(request, text % {"count": len(tasks)}, messages.SUCCESS)


@admin.register(CrontabSchedule, IntervalSchedule)
class RhythmAdmin(RoleAdmin):
    verb = "admin.schedules"

"""Schedules of Celery beat, open to those who may change them."""

from django.contrib import admin
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from arap.core.admin.base import RightsMixin

# The package registers pages that follow Django's model permissions, which nobody here holds.
for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    admin.site.unregister(model)


@admin.register(PeriodicTask)
class ScheduleAdmin(RightsMixin, PeriodicTaskAdmin):
    verb = "admin.schedules"


@admin.register(CrontabSchedule, IntervalSchedule)
class RhythmAdmin(RightsMixin, admin.ModelAdmin):
    verb = "admin.schedules"

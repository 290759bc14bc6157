"""Business-day calendars: a weekly rhythm, and the days that break it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class BusinessCalendar(models.Model):
    """Which weekdays are off (ISO numbers, Monday 1 to Sunday 7), shared by all companies."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_local = models.CharField(_("local name"), max_length=100, blank=True)
    days_off = models.CharField(_("weekly days off"), max_length=7, default="67", db_default="67", blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(days_off__regex=r"^[1-7]{0,6}$"),
                name="core_businesscalendar_days_off",
                violation_error_message=_(
                    "Give the days off as numbers from 1 (Monday) to 7 (Sunday); one day must work."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day that breaks the weekly rhythm: off, or (`is_working`) worked although it is a weekend."""

    calendar = models.ForeignKey(
        BusinessCalendar,
        verbose_name=_("calendar"),
        on_delete=models.CASCADE,
        related_name="holidays",
    )
    on = models.DateField(_("date"))
    is_working = models.BooleanField(_("working day"), default=False, db_default=False)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["calendar", "on"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["calendar", "on"], name="core_holiday_one_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.name}"

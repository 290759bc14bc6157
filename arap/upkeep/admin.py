"""Backups and the state of everything that runs by itself, in the admin: to read."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arap.core.admin.base import ReadOnlyAdmin
from arap.upkeep.health import signs
from arap.upkeep.models import Backup

TITLES = {
    "database": _("Database"),
    "migrations": _("Migrations"),
    "broker": _("Broker"),
    "static": _("Static files"),
    "workers": _("Workers"),
    "beat": _("Clock"),
    "schedules": _("Periodic tasks"),
    "jobs": _("Jobs"),
    "messages": _("Messages that are due"),
    "sending": _("Messages being sent"),
    "doubts": _("Messages in doubt"),
    "night": _("Nightly work"),
    "mailbox": _("Mailbox of what comes back"),
    "seals": _("Seals"),
    "backups": _("Backups"),
    "disk": _("Disk"),
}
FACTS = {
    "celery": _("workers"),
    "backup": _("workers for backups"),
    "minutes": _("minutes since it started something"),
    "oldest_minutes": _("minutes the oldest waits"),
    "failed": _("failed since yesterday"),
    "due": _("due"),
    "stuck": _("stuck"),
    "count": _("undecided"),
    "snapshot": _("last aging snapshot"),
    "reminders": _("last reminders"),
    "statements": _("last statements"),
    "sealed_hours": _("hours since the last seal"),
    "hours": _("hours since the last one"),
    "bytes": _("size"),
    "percent": _("per cent full"),
    "free_bytes": _("free"),
}
IN_BYTES = {"bytes", "free_bytes"}


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    verb = "admin.schedules"
    list_display = ("made_at", "file_name", "byte_count", "milliseconds", "message")
    date_hierarchy = "made_at"

    def get_urls(self) -> list[Any]:
        ours = path("health/", self.admin_site.admin_view(self.health), name="upkeep_health")
        short = path("health/signs/", self.admin_site.admin_view(self.health_signs), name="upkeep_health_signs")
        return [ours, short, *super().get_urls()]

    def health(self, request: HttpRequest) -> HttpResponse:
        """What `manage.py health` says, with the same words."""
        rows = self._rows(request)
        context = {**self.admin_site.each_context(request), "title": _("Health"), "rows": rows, "opts": self.opts}
        return TemplateResponse(request, "admin/upkeep/health.html", context)

    def health_signs(self, request: HttpRequest) -> HttpResponse:
        """The same in short, as a part of the admin's first page."""
        return TemplateResponse(request, "admin/upkeep/_health_signs.html", {"rows": self._rows(request)})

    def _rows(self, request: HttpRequest) -> list[dict[str, Any]]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return [
            {
                "title": TITLES[sign.name],
                "is_well": sign.is_well,
                "reason": sign.reason,
                "facts": [
                    (FACTS[name], filesizeformat(value) if name in IN_BYTES else value)
                    for name, value in sign.facts.items()
                    if value is not None
                ],
            }
            for sign in signs(at=timezone.now())
        ]

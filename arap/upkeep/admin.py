"""The backups in the admin: to read."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin
from arap.upkeep.models import Backup


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    verb = "admin.schedules"
    list_display = ("made_at", "file_name", "byte_count", "milliseconds", "message")
    date_hierarchy = "made_at"

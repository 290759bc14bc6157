"""Snapshots in the admin: to look at."""

from django.contrib import admin

from aging.models import SnapshotRun
from arap.core.admin.base import ReadOnlyAdmin


@admin.register(SnapshotRun)
class SnapshotRunAdmin(ReadOnlyAdmin):
    verb = "aging.view"
    list_display = ("company", "as_of", "row_count", "position", "finished_at")
    list_filter = ("company",)
    date_hierarchy = "as_of"

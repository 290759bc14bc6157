"""Holds in the admin: to look at."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin
from cases.models import Hold


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    verb = "hold.view"
    list_display = ("company", "customer", "reason", "starts_on", "ends_on", "released_on", "set_by")
    list_display_links = ("customer",)
    list_filter = ("company", "reason")
    list_select_related = ("company", "customer", "set_by")
    search_fields = ("customer__code", "customer__name", "customer__name_local", "note")
    date_hierarchy = "starts_on"

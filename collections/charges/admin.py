"""Policies of late charges, edited here; runs, to look at."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin, RoleAdmin
from charges.models import ChargePolicy, ChargeRun, ChargeSchedule


@admin.register(ChargePolicy)
class ChargePolicyAdmin(RoleAdmin):
    verb = "admin.charges"
    list_display = ("company", "currency", "segment", "customer", "valid_from", "annual_rate", "day_count", "is_active")
    list_display_links = ("currency", "valid_from")
    list_filter = ("company", "currency", "is_active")
    list_select_related = ("company", "customer")
    raw_id_fields = ("customer",)
    search_fields = ("segment", "customer__code", "customer__name", "customer__name_local")


@admin.register(ChargeSchedule)
class ChargeScheduleAdmin(RoleAdmin):
    verb = "admin.charges"
    list_display = ("company", "month_day", "is_active")
    list_display_links = ("month_day",)
    list_filter = ("is_active",)
    list_select_related = ("company",)


@admin.register(ChargeRun)
class ChargeRunAdmin(ReadOnlyAdmin):
    verb = "charge.view"
    list_display = ("company", "until", "issued_on", "created_at", "created_by")
    list_display_links = ("until",)
    list_filter = ("company",)
    list_select_related = ("company", "created_by")
    date_hierarchy = "issued_on"

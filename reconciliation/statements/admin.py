"""Monthly plans, edited here."""

from django.contrib import admin

from arap.core.admin.base import RoleAdmin
from statements.models import StatementPlan


@admin.register(StatementPlan)
class StatementPlanAdmin(RoleAdmin):
    verb = "statement.run"
    list_display = ("company", "day", "kind", "language", "segment", "releases_itself", "is_active")
    list_display_links = ("day",)
    list_filter = ("company", "is_active")
    list_select_related = ("company",)

"""The audit log and the jobs in the admin: to read, not to write."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core import jobs
from arap.core.admin.base import ReadOnlyAdmin, companies_for, person
from arap.core.errors import DomainError
from arap.core.models import AuditEntry, Job, Membership


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    verb = "audit.view"
    list_display = ("at", "company", "actor", "verb", "object_type", "object_id")
    list_filter = ("company", "verb", "object_type")
    list_select_related = ("company", "actor")
    search_fields = ("object_id", "verb", "actor__username", "actor__full_name")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        rows = AuditEntry.objects.all()
        if getattr(request.user, "is_superuser", False):
            return rows
        # An act without a company (a password set) is seen where its actor works.
        companies = companies_for(request, self.verb)
        colleagues = Membership.objects.filter(company__in=companies).values("user_id")
        return rows.filter(Q(company__in=companies) | Q(company__isnull=True, actor__in=colleagues))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    verb = "job.cancel"
    list_display = ("id", "company", "kind", "state", "progress_done", "progress_total", "message")
    list_filter = ("company", "kind", "state")
    list_select_related = ("company",)
    actions = ("cancel",)

    @admin.action(description=_("Cancel"), permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for job in queryset:
            try:
                jobs.cancel(job, by=person(request))
            except DomainError as error:
                self.message_user(request, f"{job}: {error}", messages.ERROR)

"""The outbox in the admin: messages with their tries to read, and the addresses that are not written to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from arap.core.admin.base import CompanyInline, ReadOnlyAdmin, RoleAdmin, SameCompanyForm
from arap.outbox.models import Attempt, Message, Suppression


class AttemptInline(CompanyInline):
    model = Attempt
    verb = "message.view"
    fields = ("number", "started_at", "handed_over_at", "finished_at", "outcome", "smtp_code", "detail")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    verb = "message.view"
    list_display = ("id", "company", "kind", "to_address", "subject", "state", "attempts", "next_attempt_at", "sent_at")
    list_filter = ("company", "state", "kind")
    list_select_related = ("company",)
    search_fields = ("to_address", "subject", "=message_id", "=dedupe_key")
    show_full_result_count = False
    exclude = ("files",)
    inlines = (AttemptInline,)


class SuppressionForm(SameCompanyForm):
    """An address to leave in peace, in small letters."""

    address = forms.EmailField(max_length=254)

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).lower()


@admin.register(Suppression)
class SuppressionAdmin(RoleAdmin):
    verb = "message.resolve"
    form = SuppressionForm
    list_display = ("address", "company", "reason", "since")
    list_filter = ("company",)
    list_select_related = ("company",)
    search_fields = ("address",)
    fields = ("company", "address", "reason", "message", "since")
    readonly_fields = ("message", "since")

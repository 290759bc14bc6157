"""The outbox in the admin: messages with their tries, decisions about many of them at once, and the addresses that are
not written to.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core.admin.base import CompanyInline, ReadOnlyAdmin, RoleAdmin, SameCompanyForm, companies_for, person
from arap.core.errors import DomainError
from arap.outbox import actions
from arap.outbox.models import Attempt, Message, Suppression

RESOLVE = "message.resolve"


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
    actions = ("mark_sent", "send_again", "cancel")

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if companies_for(request, RESOLVE).exists() else {}

    @admin.action(description=_("They arrived: mark as sent"))
    def mark_sent(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, lambda message: actions.mark_sent(message, by=person(request)))

    @admin.action(description=_("They did not arrive: send again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, lambda message: actions.send_again(message, by=person(request), is_checked=True))

    @admin.action(description=_("Do not send"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        self._each(request, queryset, lambda message: actions.cancel(message, by=person(request)))

    def _each(self, request: HttpRequest, queryset: QuerySet[Message], act: Callable[[Message], None]) -> None:
        """Decide about each of those that this person may decide about; say how many, and why not the others."""
        done, refused = 0, dict[str, int]()
        allowed = queryset.filter(company__in=companies_for(request, RESOLVE))
        for message in allowed.select_related("company").order_by("pk").iterator(chunk_size=500):
            try:
                act(message)
            except DomainError as error:
                refused[str(error)] = refused.get(str(error), 0) + 1
            else:
                done += 1
        self.message_user(request, _("Decided: %(count)s.") % {"count": done}, messages.SUCCESS)
        for reason, count in refused.items():
            self.message_user(request, f"{count} × {reason}", messages.ERROR)


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

"""Tokens and webhooks in the admin: who has which, what became of them, and taking one back or telling again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from arap.api.actions import make_webhook, replay, revoke_token
from arap.api.models import ApiToken, Delivery, Event, Webhook
from arap.api.webhooks.carrier import BadAddress, check_url
from arap.core.admin.base import ReadOnlyAdmin, RoleAdmin, SameCompanyForm, person
from arap.core.errors import Refused


@admin.action(description=_("Take the chosen tokens back"))
def revoke(page: Any, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
    """From now on they let nobody in; those taken back before stay as they are."""
    live = list(tokens.filter(revoked_at=None))
    for token in live:
        revoke_token(token, by=person(request))
    said = ngettext("%(count)s token was taken back.", "%(count)s tokens were taken back.", len(live))
    messages.success(request, said % {"count": len(live)})


@admin.register(ApiToken)
class ApiTokenAdmin(RoleAdmin):
    """Tokens are given out by the people they belong to; here only their pace is set."""

    verb = "admin.tokens"
    list_display = ("name", "prefix", "company", "user", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("company",)
    list_select_related = ("company", "user")
    search_fields = ("name", "prefix", "user__username")
    readonly_fields = (
        "company", "user", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at", "created_at",
    )  # fmt: skip
    fields = (*readonly_fields, "requests_per_minute")
    actions = (revoke,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The audit log names them; one that is not wanted any more is taken back.
        return False


class WebhookForm(SameCompanyForm):
    """An address, and what it is told."""

    events = forms.MultipleChoiceField(
        label=_("Events"), choices=Event.choices, widget=forms.CheckboxSelectMultiple, required=True
    )

    def clean_url(self) -> str:
        """The address, in the form that events may go to."""
        url = str(self.cleaned_data["url"])
        try:
            check_url(url)
        except BadAddress as error:
            raise ValidationError(str(error)) from None
        return url


@admin.register(Webhook)
class WebhookAdmin(RoleAdmin):
    """One that is not wanted any more is set inactive: its deliveries say what was told."""

    verb = "admin.webhooks"
    form = WebhookForm
    list_display = ("url", "company", "events", "is_active", "position")
    list_filter = ("company", "is_active")
    list_select_related = ("company",)
    fields = ("company", "url", "events", "is_active", "position", "created_at")
    readonly_fields = ("position", "created_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        new = make_webhook(obj.company, url=obj.url, events=obj.events, by=person(request))
        obj.pk = new.webhook.pk
        said = _now("The secret that its signatures are checked with, shown only now: %(secret)s")
        messages.warning(request, said % {"secret": new.secret})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.action(description=_("Tell again"))
def tell_again(page: Any, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
    """Those that were told, or given up; what is on its way stays as it is."""
    count = 0
    for delivery in deliveries:
        try:
            replay(delivery, by=person(request))
        except Refused:
            continue
        count += 1
    said = ngettext("%(count)s event is told again.", "%(count)s events are told again.", count)
    messages.success(request, said % {"count": count})


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    verb = "admin.webhooks"
    list_display = ("key", "webhook", "company", "state", "attempts", "last_status", "next_attempt_at", "delivered_at")
    list_filter = ("company", "state", "event")
    list_select_related = ("company", "webhook")
    search_fields = ("=key",)
    show_full_result_count = False
    actions = (tell_again,)

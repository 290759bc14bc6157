"""Periods and exceptions in the admin. Every change goes through the actions, never through a form."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core.actions import grant_exception, reopen_period, revoke_exception
from arap.core.admin.base import ReadOnlyAdmin, RoleAdmin, SameCompanyForm, companies_for, person
from arap.core.errors import DomainError
from arap.core.models import Period, PeriodException, User


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    """Periods are opened for a year on the company's page, and closed on the desk, where the checks are."""

    verb = "period.view"
    list_display = ("company", "starts_on", "ends_on", "state", "closed_at", "closed_by")
    list_filter = ("company", "state")
    list_select_related = ("company", "closed_by")
    date_hierarchy = "starts_on"
    action_form = ReasonForm
    actions = ("reopen",)

    def get_actions(self, request: HttpRequest) -> Any:
        verbs = {"reopen": "period.reopen"}
        actions = super().get_actions(request)
        return {
            name: action
            for name, action in actions.items()
            if name not in verbs or companies_for(request, verbs[name]).exists()
        }

    @admin.action(description=_("Reopen (give a reason)"))
    def reopen(self, request: HttpRequest, queryset: QuerySet[Period]) -> None:
        by, reason = person(request), request.POST.get("reason", "")
        self._each(
            request,
            queryset,
            "period.reopen",
            lambda p: reopen_period(p.company, p, by=by, reason=reason),
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Period],
        verb: str,
        act: Callable[[Period], object],
    ) -> None:
        allowed = queryset.filter(company__in=companies_for(request, verb))
        for period in allowed.select_related("company").order_by("starts_on"):
            try:
                act(period)
            except DomainError as error:
                self.message_user(request, f"{period}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{period}: " + _("done"), messages.SUCCESS)


class ExceptionForm(SameCompanyForm):
    """Says before the action does what it would refuse."""

    granting: ClassVar[User]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        period = cleaned.get("period")
        if period and period.state == Period.State.OPEN:
            self.add_error("period", _("This period is open."))
        if cleaned.get("granted_to") == self.granting:
            self.add_error("granted_to", _("Nobody grants an exception to themselves."))
        return cleaned


@admin.register(PeriodException)
class PeriodExceptionAdmin(RoleAdmin):
    """Exceptions are granted once and only ever revoked."""

    verb = "period.except"
    form = ExceptionForm
    list_display = ("company", "period", "reason", "granted_to", "granted_by", "valid_until")
    list_display_links = ("period",)
    list_filter = ("company",)
    list_select_related = ("company", "period", "granted_to", "granted_by")
    fields = ("company", "period", "reason", "granted_to", "valid_until")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any) -> Any:
        form = super().get_form(request, obj, change, **kw)
        # A class of its own for each request: two people at once must not share the grantor.
        return type(form.__name__, (form,), {"granting": person(request)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = grant_exception(
            obj.company,
            obj.period,
            by=person(request),
            reason=obj.reason,
            valid_until=obj.valid_until,
            granted_to=obj.granted_to,
        )
        obj.pk = made.pk

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PeriodException]) -> None:
        for exception in queryset.select_related("company", "period"):
            try:
                revoke_exception(exception, by=person(request))
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)

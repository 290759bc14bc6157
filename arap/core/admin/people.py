"""Users and their roles in the admin."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from arap.core import attempts, audit
from arap.core.actions.factors import remove_factor
from arap.core.actions.people import SYSTEM_USERNAME
from arap.core.actions.sessions import end_sessions
from arap.core.admin.base import CompanyInline, RoleAdmin, companies_for, person
from arap.core.models import Membership, User
from arap.core.queries import INVITED

# Rights come from roles in companies (permissions.py), so Django's groups have no effect here.
admin.site.unregister(Group)
# Its page would show the secrets.
admin.site.unregister(TOTPDevice)


class MembershipInline(CompanyInline):
    model = Membership
    verb = "admin.people"
    fields = ("company", "role")


@admin.register(User)
class ArapUserAdmin(RoleAdmin, UserAdmin):
    """Users. An administrator reaches those who work in no other company than the administrator's."""

    verb = "admin.people"
    form = UserChangeForm
    list_display = ("username", "full_name", "email", "language", "has_factor", "is_active", "last_login")
    list_filter = ("is_active", "language", "memberships__role")
    search_fields = ("username", "full_name", "email")
    ordering = ("username",)
    filter_horizontal: ClassVar[tuple[str, ...]] = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    actions = ("end_pause", "reset_factor")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("full_name", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "full_name",
                    "email",
                    "language",
                    "is_staff",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users: QuerySet[User] = super().get_queryset(request).exclude(username=SYSTEM_USERNAME)
        users = users.annotate(has_second_factor=Exists(devices))
        if getattr(request.user, "is_superuser", False):
            return users
        # Otherwise the administrator of one company could set the password of another's.
        elsewhere = Membership.objects.exclude(company__in=companies_for(request, self.verb))
        return users.filter(is_superuser=False).exclude(pk__in=elsewhere.values("user_id"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        is_superuser = getattr(request.user, "is_superuser", False)
        return fields if is_superuser else [*fields, "is_superuser"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self._note_first_password(request, obj)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        # Whoever sets a password for somebody has seen it: its owner chooses another one.
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = self.get_object(request, unquote(id))
            if user is not None and user != request.user and user.has_usable_password():
                self._note_first_password(request, user)
                end_sessions(user, by=person(request))
        return response

    def _note_first_password(self, request: HttpRequest, user: User) -> None:
        audit.record(by=person(request), verb=INVITED, obj=user, after={"username": user.username})

    @admin.action(description=_("End the pause after wrong passwords"), permissions=["change"])
    @transaction.atomic
    def end_pause(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            ended = attempts.end_pause(user, by=person(request))
            text = _("%(user)s may try again at once.") if ended else _("%(user)s has no wrong passwords to forget.")
            self.message_user(request, text % {"user": user}, messages.SUCCESS)

    @admin.action(description=_("Reset the second factor, for who has lost it"), permissions=["change"])
    @transaction.atomic
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            was_set = remove_factor(user, by=person(request))
            text = _("%(user)s signs in without it and sets it up anew.") if was_set else _("%(user)s has none.")
            self.message_user(request, text % {"user": user}, messages.SUCCESS if was_set else messages.WARNING)

    @admin.display(description=_("second factor"), boolean=True)
    def has_factor(self, user: User) -> bool:
        return bool(user.has_second_factor)  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # People stay in the audit log; who leaves is set inactive.
        return False

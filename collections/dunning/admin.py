"""Policies and texts of reminders, edited here; runs and reminders, to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from arap.core.admin.base import CompanyInline, ReadOnlyAdmin, RoleAdmin, companies_for
from dunning.actions import ensure_policy
from dunning.letters import sample_words
from dunning.models import (
    CustomerPolicy,
    DunningMinimum,
    DunningPolicy,
    DunningRun,
    DunningStep,
    Notice,
    ReminderTemplate,
)
from dunning.rules import PLACEHOLDERS

VERB = "admin.reminders"


class OfPolicyFormSet(forms.BaseInlineFormSet):
    """New rows belong to the company of the policy on whose page they are."""

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.instance.company_id = self.instance.company_id
        return super().save_new(form, commit)


class StepFormSet(OfPolicyFormSet):
    def clean(self) -> None:
        """A later step has a higher number: that is how the steps rise."""
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        pairs = sorted((row["days"], row["number"]) for row in rows if row.get("days") is not None and "number" in row)
        numbers = [number for _days, number in pairs]
        if numbers != sorted(numbers):
            raise ValidationError(_("Number the steps in the order of their days: a later step has a higher number."))


class StepInline(CompanyInline):
    model = DunningStep
    verb = VERB
    formset = StepFormSet
    fields = ("number", "days", "tone")


class MinimumInline(CompanyInline):
    model = DunningMinimum
    verb = VERB
    formset = OfPolicyFormSet
    fields = ("currency", "amount")


class EnsuresPolicyMixin:
    """The list of a company that has no policy yet shows the usual one, which is made for it."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        for company in companies_for(request, VERB):
            ensure_policy(company)
        answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        return answer


@admin.register(DunningPolicy)
class DunningPolicyAdmin(EnsuresPolicyMixin, RoleAdmin):
    verb = VERB
    list_display = ("company", "name", "is_default", "is_active", "release", "business_days", "from_hour")
    list_display_links = ("name",)
    list_filter = ("company", "is_active")
    list_select_related = ("company",)
    inlines = (StepInline, MinimumInline)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Reminders refer to the policy they were decided by; one that is not wanted any more is set inactive.
        return False


@admin.register(ReminderTemplate)
class ReminderTemplateAdmin(EnsuresPolicyMixin, RoleAdmin):
    """A text is checked when it is saved, and shown as a customer would read it."""

    verb = VERB
    list_display = ("company", "tone", "language", "subject")
    list_display_links = ("tone", "subject")
    list_filter = ("company", "tone", "language")
    list_select_related = ("company",)
    fields = ("company", "tone", "language", "subject", "body", "words", "preview")
    readonly_fields = ("words", "preview")

    @admin.display(description=_("Words that are filled in"))
    def words(self, obj: ReminderTemplate) -> str:
        return " ".join(f"{{{name}}}" for name in PLACEHOLDERS)

    @admin.display(description=_("Preview with made-up figures, as last saved"))
    def preview(self, obj: ReminderTemplate) -> str:
        if not obj.subject:  # a new one
            return "–"
        subject, text = sample_words(obj.company, obj.language, obj.subject, obj.body)
        return format_html("<strong>{}</strong><pre>{}</pre>", subject, text)


@admin.register(CustomerPolicy)
class CustomerPolicyAdmin(RoleAdmin):
    verb = VERB
    list_display = ("company", "customer", "policy")
    list_display_links = ("customer",)
    list_filter = ("company",)
    list_select_related = ("company", "customer", "policy")
    raw_id_fields = ("customer",)
    search_fields = ("customer__code", "customer__name", "customer__name_local")


@admin.register(DunningRun)
class DunningRunAdmin(ReadOnlyAdmin):
    verb = "reminder.view"
    list_display = ("company", "as_of", "state", "position", "decided_at", "released_at", "created_by")
    list_display_links = ("as_of",)
    list_filter = ("company", "state")
    list_select_related = ("company", "created_by")
    date_hierarchy = "as_of"


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    verb = "reminder.view"
    list_display = ("company", "run", "customer", "step", "state", "item_count", "reason")
    list_display_links = ("customer",)
    list_filter = ("company", "state", "step")
    list_select_related = ("company", "run", "customer")
    search_fields = ("customer__code", "customer__name", "customer__name_local")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows: QuerySet[Notice] = super().get_queryset(request).order_by("-pk")
        return rows

"""What all our admin pages share: rights by role, rows of one's own companies, an audit row each."""

from datetime import tzinfo
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.models import Company, CompanyOwned, User
from arap.core.permissions import companies_where


def companies_for(request: HttpRequest, verb: str) -> QuerySet[Company]:
    """The companies whose rows this person may see under `verb`; all of them for a superuser."""
    if getattr(request.user, "is_superuser", False):
        return Company.objects.all()
    assert isinstance(request.user, User)
    return companies_where(request.user, verb)


def person(request: HttpRequest) -> User:
    """Who is acting. The admin site lets nobody in without signing in."""
    assert isinstance(request.user, User)
    return request.user


def stored(obj: Model) -> dict[str, Any]:
    """All plain values of a row as the database holds them, for the audit log: no files, no password."""
    names = [
        field.name
        for field in obj._meta.concrete_fields
        if field.get_internal_type() != "BinaryField" and field.name not in ("id", "password")
    ]
    values = audit.snapshot(type(obj)._base_manager.get(pk=obj.pk), names)
    # A schedule has a time zone, for which JSON has no word.
    return {name: str(value) if isinstance(value, tzinfo) else value for name, value in values.items()}


class SameCompanyForm(forms.ModelForm):
    """Refuses a reference to a row of another company, before the database does."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        company = cleaned.get("company") or getattr(self.instance, "company", None)
        for name, value in cleaned.items():
            if company and isinstance(value, CompanyOwned) and value.company_id != company.pk:
                self.add_error(name, ValidationError(_("This belongs to another company.")))
        return cleaned


class RightsMixin:
    """Who may open and change a page of the admin: those who hold `verb` in some company."""

    verb: ClassVar[str]

    def is_allowed(self, request: HttpRequest) -> bool:
        # Each page of the admin asks this of every model, several times: the database is asked once for each verb.
        known: dict[str, bool] = request.__dict__.setdefault("allowed_verbs", {})
        if self.verb not in known:
            known[self.verb] = companies_for(request, self.verb).exists()
        return known[self.verb]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and self.is_allowed(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request)


class CompanyChoicesMixin:
    """Lets choices and lists name only rows of the companies where the person holds `verb`."""

    verb: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if not issubclass(rows.model, CompanyOwned):
            return rows
        return rows.filter(company__in=companies_for(request, self.verb))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.related_model
        if related is Company:
            kwargs["queryset"] = companies_for(request, self.verb)
        elif issubclass(related, CompanyOwned):
            kwargs["queryset"] = related.objects.filter(company__in=companies_for(request, self.verb))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class RoleAdmin(RightsMixin, CompanyChoicesMixin, admin.ModelAdmin):
    """An admin page whose rights follow the permission table and whose changes are audited."""

    form: type[forms.ModelForm] = SameCompanyForm
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # A row never moves to another company: others refer to it together with its company.
        fixed = ["company"] if obj and issubclass(self.model, CompanyOwned) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = stored(obj) if change else {}
        super().save_model(request, obj, form, change)
        old, new = audit.difference(before, stored(obj))
        if new:
            audit.record(
                by=person(request),
                verb=f"{self.opts.model_name}.{'change' if change else 'create'}",
                obj=obj,
                before=old if change else None,
                after=new,
            )

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.record(
            by=person(request),
            verb=f"{self.opts.model_name}.delete",
            obj=obj,
            before=stored(obj),
        )
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    @transaction.atomic
    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        kept = {row.pk: stored(row) for row in formset.queryset}
        super().save_formset(request, form, formset, change)
        for row in formset.deleted_objects:
            self._audit_row(request, row, "delete", before=kept.get(row.pk))
        for row in formset.new_objects:
            self._audit_row(request, row, "create", after=stored(row))
        for row, _fields in formset.changed_objects:
            old, new = audit.difference(kept[row.pk], stored(row))
            self._audit_row(request, row, "change", before=old, after=new)

    def _audit_row(self, request: HttpRequest, row: Model, act: str, **values: Any) -> None:
        audit.record(by=person(request), verb=f"{row._meta.model_name}.{act}", obj=row, **values)


class CompanyInline(RightsMixin, CompanyChoicesMixin, admin.TabularInline):
    """Rows edited on their parent's page."""

    form = SameCompanyForm
    extra = 0


class ReadOnlyAdmin(RightsMixin, CompanyChoicesMixin, admin.ModelAdmin):
    """A page to read and search; nothing can be added, changed or deleted."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

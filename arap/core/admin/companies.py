"""Companies, their bank accounts and number series in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arap.core.actions import open_periods
from arap.core.admin.base import CompanyInline, RoleAdmin, companies_for, person
from arap.core.countries import CountryField
from arap.core.logos import read_logo
from arap.core.models import Company, CompanyBankAccount, NumberSeries, Period, Role


class CompanyForm(forms.ModelForm):
    upload_too_large = False  # set by CompanyAdmin: such a file never arrives
    country = CountryField()
    second_factor_roles = forms.MultipleChoiceField(
        label=_("Second factor required of"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who holds one of these roles signs in with a code from their telephone besides the password."),
    )
    logo_file = forms.FileField(label=_("Logo"), required=False, help_text=_("PNG or JPEG, at most 512 KB."))
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)

    class Meta:
        model = Company
        fields = (
            "code",
            "name",
            "name_local",
            "base_currency",
            "is_active",
            "calendar",
            "receipt_confirmation_above",
            "revalue_from",
            "second_factor_roles",
            "country",
            "time_zone",
            "language",
            "tax_id",
            "address",
            "address_local",
            "phone",
            "email",
            "website",
        )

    def clean_logo_file(self) -> bytes | None:
        return read_logo(self.cleaned_data["logo_file"], upload_too_large=self.upload_too_large)

    def save(self, commit: bool = True) -> Any:
        if content := self.cleaned_data.get("logo_file"):
            self.instance.logo = content
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo = None
        return super().save(commit)


class BankAccountFormSet(forms.BaseInlineFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        # The relation has no name backwards, from which Django would take it.
        return "bank_accounts"


class BankAccountInline(CompanyInline):
    model = CompanyBankAccount
    formset = BankAccountFormSet
    verb = "admin.companies"


@admin.register(Company)
class CompanyAdmin(RoleAdmin):
    verb = "admin.companies"
    form = CompanyForm
    list_display = ("code", "name", "name_local", "base_currency", "country", "is_active")
    search_fields = ("code", "name", "name_local", "tax_id")
    inlines = (BankAccountInline,)
    actions = ("open_next_year",)
    fieldsets = (
        (None, {"fields": ("code", "name", "name_local", "base_currency", "is_active")}),
        (_("Rules"), {"fields": ("calendar", "receipt_confirmation_above", "revalue_from", "second_factor_roles")}),
        (_("Place"), {"fields": ("country", "time_zone", "language", "tax_id")}),
        (
            _("Letterhead"),
            {"fields": ("address", "address_local", "phone", "email", "website", "logo_file", "remove_logo")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        rows: QuerySet[Company] = super().get_queryset(request)
        return rows.filter(pk__in=companies_for(request, self.verb))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.upload_too_large = getattr(request, "upload_too_large", False)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Every figure of the book is in base currency, and codes stand in other people's files.
        fixed = ["code", "base_currency"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("Open the periods of the next year"), permissions=["change"])
    def open_next_year(self, request: HttpRequest, queryset: QuerySet[Company]) -> None:
        for company in queryset:
            last = Period.objects.filter(company=company).aggregate(last=Max("ends_on"))["last"]
            year = last.year + 1 if last else timezone.localdate().year
            open_periods(company, year, by=person(request))
            text = _("%(company)s: the periods of %(year)s are open.")
            self.message_user(request, text % {"company": company.code, "year": year}, messages.SUCCESS)


@admin.register(NumberSeries)
class NumberSeriesAdmin(RoleAdmin):
    """Only the prefix can be changed: numbers are taken by posting and leave no gap."""

    verb = "admin.companies"
    list_display = ("company", "kind", "year", "prefix", "last_number")
    list_filter = ("company", "kind", "year")
    readonly_fields = ("kind", "year", "last_number")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

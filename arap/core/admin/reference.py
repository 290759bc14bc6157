"""Rates, tax codes and calendars in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arap.core.admin.base import RightsMixin, RoleAdmin, SameCompanyForm
from arap.core.models import BusinessCalendar, Company, ExchangeRate, Holiday, TaxCode


class RateForm(SameCompanyForm):
    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        company = cleaned.get("company") or getattr(self.instance, "company", None)
        if isinstance(company, Company) and cleaned.get("currency") == company.base_currency:
            self.add_error("currency", _("This is the base currency; its rate is always 1."))
        return cleaned


@admin.register(ExchangeRate)
class ExchangeRateAdmin(RoleAdmin):
    verb = "admin.rates"
    form = RateForm
    list_display = ("company", "currency", "valid_from", "rate", "source", "is_provisional")
    list_display_links = ("currency", "valid_from")
    list_filter = ("company", "currency", "is_provisional")
    list_select_related = ("company",)
    date_hierarchy = "valid_from"


@admin.register(TaxCode)
class TaxCodeAdmin(RoleAdmin):
    """A tax code that invoices used is set inactive: they refer to it."""

    verb = "admin.tax_codes"
    list_display = ("company", "code", "name", "name_local", "rate", "category", "is_active")
    list_display_links = ("code",)
    list_filter = ("company", "is_active")
    list_select_related = ("company",)
    search_fields = ("code", "name", "name_local")


class HolidayInline(RightsMixin, admin.TabularInline):
    model = Holiday
    verb = "admin.calendars"
    extra = 0
    ordering = ("-on",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Holiday]:
        # Twenty years of holidays would fill the form; the past does not change.
        rows: QuerySet[Holiday] = super().get_queryset(request)
        return rows.filter(on__year__gte=timezone.localdate().year)


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(RoleAdmin):
    verb = "admin.calendars"
    list_display = ("code", "name", "name_local", "days_off")
    inlines = (HolidayInline,)

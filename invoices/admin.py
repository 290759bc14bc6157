"""Invoices in the admin: to read and search. They are drafted and posted in the desk, and frozen from then on."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin
from invoices.models import Invoice, InvoiceFact, InvoiceInstalment, InvoiceLine


class PartInline(admin.TabularInline):
    """Part of an invoice, shown with it and changed nowhere."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: object, obj: object = None) -> bool:
        return True

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False


class LineInline(PartInline):
    model = InvoiceLine
    fields = ("line", "description", "quantity", "unit_price", "discount_percent", "tax_rate", "entry", "net", "tax")


class InstalmentInline(PartInline):
    model = InvoiceInstalment
    fields = ("line", "due_on", "amount")


class FactInline(PartInline):
    model = InvoiceFact
    fields = ("name", "value")


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    verb = "invoice.view"
    list_display = ("id", "document", "kind", "state", "company", "customer", "currency", "total", "issued_on")
    list_filter = ("company", "kind", "state", "origin")
    list_select_related = ("document", "company", "customer")
    search_fields = ("=document__number", "=order_number", "customer__code")
    show_full_result_count = False
    inlines = (LineInline, InstalmentInline, FactInline)

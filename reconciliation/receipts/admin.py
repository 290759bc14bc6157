"""Receipts in the admin: to read and search. They are recorded and confirmed in the desk, and frozen from then on."""

from django.contrib import admin

from arap.core.admin.base import ReadOnlyAdmin, RoleAdmin
from receipts.models import (
    Allowance,
    ApplicationOrder,
    ArrangementBand,
    ConfirmationLimit,
    DiscountPolicy,
    Receipt,
    ReceiptIdentification,
    RefundBand,
    Tolerance,
    WriteOffBand,
)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    verb = "receipt.view"
    list_display = ("id", "document", "state", "company", "customer", "currency", "amount", "received_on", "payer_name")
    list_filter = ("company", "state", "method", "origin")
    list_select_related = ("document", "company", "customer")
    search_fields = ("=document__number", "payer_name", "=payer_account", "customer__code")
    show_full_result_count = False


@admin.register(ReceiptIdentification)
class ReceiptIdentificationAdmin(ReadOnlyAdmin):
    verb = "receipt.view"
    list_display = ("id", "receipt", "company", "customer", "amount", "identified_on", "identified_by")
    list_filter = ("company",)
    list_select_related = ("receipt", "company", "customer", "identified_by")
    show_full_result_count = False


@admin.register(ConfirmationLimit)
class ConfirmationLimitAdmin(RoleAdmin):
    verb = "admin.companies"
    list_display = ("currency", "above", "company")
    list_filter = ("company",)
    list_select_related = ("company",)


@admin.register(ApplicationOrder)
class ApplicationOrderAdmin(RoleAdmin):
    verb = "admin.terms"
    list_display = ("__str__", "customer", "company")
    list_filter = ("company",)
    list_select_related = ("company", "customer")


@admin.register(DiscountPolicy)
class DiscountPolicyAdmin(RoleAdmin):
    verb = "admin.terms"
    list_display = ("__str__", "grace_days", "basis", "company")
    list_filter = ("company",)
    list_select_related = ("company", "terms")


@admin.register(Tolerance)
class ToleranceAdmin(RoleAdmin):
    verb = "admin.terms"
    list_display = ("kind", "currency", "segment", "amount", "percent", "company")
    list_filter = ("company", "kind")
    list_select_related = ("company",)


@admin.register(Allowance)
class AllowanceAdmin(ReadOnlyAdmin):
    verb = "receipt.view"
    list_display = ("id", "kind", "document", "receipt", "amount", "company")
    list_filter = ("company", "kind")
    list_select_related = ("document", "receipt", "company")
    show_full_result_count = False


@admin.register(WriteOffBand)
class WriteOffBandAdmin(RoleAdmin):
    verb = "admin.companies"
    list_display = ("above", "role", "company")
    list_filter = ("company",)
    list_select_related = ("company",)


@admin.register(RefundBand)
class RefundBandAdmin(RoleAdmin):
    verb = "admin.companies"
    list_display = ("above", "role", "company")
    list_filter = ("company",)
    list_select_related = ("company",)


@admin.register(ArrangementBand)
class ArrangementBandAdmin(RoleAdmin):
    verb = "admin.companies"
    list_display = ("kind", "above", "role", "company")
    list_filter = ("company", "kind")
    list_select_related = ("company",)

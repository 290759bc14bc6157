"""Customers, with contacts and payer accounts, and payment terms in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core.admin.base import CompanyInline, RoleAdmin, SameCompanyForm
from customers.models import Contact, Customer, CustomField, PayerAccount, PaymentTerms


@admin.register(PaymentTerms)
class PaymentTermsAdmin(RoleAdmin):
    """Terms that customers have are set inactive rather than deleted."""

    verb = "admin.terms"
    list_display = ("company", "code", "name", "name_local", "rule", "is_active")
    list_display_links = ("code",)
    list_filter = ("company", "is_active")
    list_select_related = ("company",)
    search_fields = ("code", "name", "name_local", "rule")


class CustomerForm(SameCompanyForm):
    def clean(self) -> dict[str, Any]:
        """Refuse a parent that stands under this customer; the database refuses it too."""
        cleaned = super().clean()
        ancestor = cleaned.get("parent")
        while ancestor is not None:
            if ancestor.pk == self.instance.pk:
                message = _("A customer cannot stand under one of its own subsidiaries.")
                self.add_error("parent", message)
                break
            ancestor = ancestor.parent
        return cleaned


class OfCustomerFormSet(forms.BaseInlineFormSet):
    """New rows belong to the company of the customer on whose page they are."""

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.instance.company_id = self.instance.company_id
        return super().save_new(form, commit)


class PayerAccountInline(CompanyInline):
    model = PayerAccount
    verb = "customer.edit"
    formset = OfCustomerFormSet
    fields = ("account_no",)


class ContactForm(SameCompanyForm):
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Contact.ContactRole.choices, required=False)
    receives = forms.MultipleChoiceField(label=_("Receives"), choices=Contact.Paper.choices, required=False)


class ContactInline(CompanyInline):
    model = Contact
    verb = "customer.edit"
    form = ContactForm
    formset = OfCustomerFormSet
    fields = ("name", "email", "phone", "language", "roles", "receives")

    def get_queryset(self, request: HttpRequest) -> Any:
        # Of whom was erased nothing is left to edit.
        return super().get_queryset(request).filter(erased_at=None)


@admin.register(Customer)
class CustomerAdmin(RoleAdmin):
    verb = "customer.edit"
    form = CustomerForm
    list_display = ("company", "code", "name", "name_local", "country", "segment", "is_active")
    list_display_links = ("code", "name")
    list_filter = ("company", "is_active", "country")
    list_select_related = ("company",)
    search_fields = ("code", "name", "name_local", "tax_id")
    raw_id_fields = ("parent", "owner", "terms")
    show_full_result_count = False
    inlines = (ContactInline, PayerAccountInline)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Documents refer to customers; one who is gone is set inactive.
        return False


class CustomFieldForm(SameCompanyForm):
    def clean(self) -> dict[str, Any]:
        """What customers have under a field stays readable: its kind and the choices that are used are kept."""
        cleaned = super().clean()
        field = self.instance
        if field.pk is None:
            return cleaned
        used = Customer.objects.filter(company=field.company_id, custom__has_key=str(field.pk))
        if "kind" in cleaned and cleaned["kind"] != field.kind and used.exists():
            self.add_error("kind", _("Customers have values under this field: add another one."))
        elif field.kind == CustomField.Kind.CHOICE and "choices" in cleaned:
            for gone in set(self.initial.get("choices") or []) - set(cleaned["choices"]):
                if used.filter(custom__contains={str(field.pk): gone}).exists():
                    self.add_error("choices", _("“%(choice)s” is used by customers.") % {"choice": gone})
        return cleaned


@admin.register(CustomField)
class CustomFieldAdmin(RoleAdmin):
    """The company's own fields of customers. One that is no longer wanted is set inactive."""

    verb = "admin.custom_fields"
    form = CustomFieldForm
    list_display = ("company", "name", "name_local", "kind", "is_required", "position", "is_active")
    list_display_links = ("name",)
    list_filter = ("company", "kind", "is_active")
    list_select_related = ("company",)
    search_fields = ("name", "name_local")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Customers may have values under it.
        return False

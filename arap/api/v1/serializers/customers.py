"""Customers and the people there."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import BooleanField, CharField, CurrencyField, EmailField
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from arap.core.models.companies import LANGUAGES
from customers.models import Contact, Customer, CustomField


class CustomerSerializer(RowSerializer):
    country = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)
    owner = serializers.CharField(
        source="owner.username",
        allow_null=True,
        read_only=True,
        help_text=_("User name of who looks after the customer."),
    )
    terms = serializers.CharField(
        source="terms.code", allow_null=True, read_only=True, help_text=_("Code of the payment terms.")
    )
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code",
        allow_null=True,
        read_only=True,
        help_text=_("Code of the customer that this one stands under."),
    )
    payer_accounts: Any = serializers.SlugRelatedField(
        slug_field="account_no",
        many=True,
        read_only=True,
        help_text=_("Bank accounts the customer pays from."),
    )

    custom = serializers.SerializerMethodField(
        help_text=_("The company's own fields that say something of the customer, by their name.")
    )

    own_names: dict[str, str] | None = None  # one serializer reads all rows of a page, of one company

    def get_custom(self, customer: Customer) -> dict[str, str]:
        """Names are asked for once for all rows, and not at all where no customer has any."""
        if not customer.custom:
            return {}
        if self.own_names is None:
            found = CustomField.objects.filter(company=customer.company_id, is_active=True)
            self.own_names = {str(pk): name for pk, name in found.values_list("pk", "name")}
        names = self.own_names
        return {names[pk]: value for pk, value in customer.custom.items() if pk in names}

    class Meta:
        model = Customer
        fields = read_only_fields = [
            "id", "code", "name", "name_local", "country", "tax_id", "address", "segment", "owner", "language",
            "currency", "terms", "parent", "payer_accounts", "is_active", "custom",
        ]  # fmt: skip


class NewCustomerSerializer(StrictSerializer):
    code = CharField(max_length=60)
    name = CharField(max_length=200)
    currency = CurrencyField()
    name_local = CharField(max_length=200, allow_blank=True, default="")
    country = CharField(max_length=10, allow_blank=True, default="")
    tax_id = CharField(max_length=40, allow_blank=True, default="")
    segment = CharField(max_length=60, allow_blank=True, default="")
    owner = CharField(max_length=150, allow_blank=True, allow_null=True, default=None)
    language = serializers.ChoiceField(LANGUAGES, default="en")
    terms = CharField(max_length=30, allow_blank=True, allow_null=True, default=None)
    parent = CharField(max_length=60, allow_blank=True, allow_null=True, default=None)  # type: ignore[assignment]
    payer_accounts = serializers.ListField(child=CharField(max_length=60), max_length=50, default=list)
    emails = serializers.ListField(
        child=EmailField(),
        max_length=50,
        default=list,
        help_text=_("Each becomes a contact who receives every paper."),
    )


class ChangedCustomerSerializer(StrictSerializer):
    name = CharField(max_length=200)
    name_local = CharField(max_length=200, allow_blank=True)
    country = CharField(max_length=10, allow_blank=True)
    tax_id = CharField(max_length=40, allow_blank=True)
    address = CharField(max_length=500, allow_blank=True)
    segment = CharField(max_length=60, allow_blank=True)
    owner = CharField(max_length=150, allow_blank=True, allow_null=True)
    language = serializers.ChoiceField(LANGUAGES)
    currency = CurrencyField()
    terms = CharField(max_length=30, allow_blank=True, allow_null=True)
    parent = CharField(max_length=60, allow_blank=True, allow_null=True)  # type: ignore[assignment]
    is_active = BooleanField()


class CustomerFilters(PageSerializer):
    q = CharField(
        max_length=100,
        allow_blank=True,
        default="",
        help_text=_("Part of code or name; or a tax number or payer account."),
    )
    code = CharField(max_length=60, allow_blank=True, default="", help_text=_("Exactly this code."))
    segment = CharField(max_length=60, allow_blank=True, default="")
    is_active = BooleanField(default=None)


class ContactSerializer(RowSerializer):
    class Meta:
        model = Contact
        fields = read_only_fields = ["id", "name", "email", "phone", "language", "roles", "receives"]


class NewContactSerializer(StrictSerializer):
    name = CharField(max_length=150)
    email = EmailField()
    phone = CharField(max_length=60, allow_blank=True, default="")
    language = serializers.ChoiceField(LANGUAGES, default="en")
    receives = serializers.ListField(child=serializers.ChoiceField(Contact.Paper.choices), max_length=10, default=list)

"""The master data of a customer, and what is done to many at once."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company, User
from arap.core.models.companies import LANGUAGES
from arap.core.money import CURRENCIES
from arap.desk.forms.custom import PREFIX, SEEN, custom_initial, form_fields
from customers.actions.accounts import LENGTH_MAX as ACCOUNT_LENGTH_MAX
from customers.models import Customer, PaymentTerms
from customers.queries import segments
from customers.rules import tax_number_fault
from customers.templatetags.terms import named_terms

TEXT = {"class": "input", "autocomplete": "off"}
SELECT = {"class": "input"}
AREA = {"class": "input", "rows": "3", "autocomplete": "off"}

TAX_FAULTS = {
    "shape": _("A tax number is capital letters and digits."),
    "length": _("A Chinese tax number has 18 characters, an old one 15 or 20."),
    "check": _("This tax number cannot be right: its check character does not fit. Compare it with the licence."),
}


def text_field(name: str, **options: Any) -> forms.CharField:
    """A field for a text column of Customer, under its own name and length."""
    column: Any = Customer._meta.get_field(name)
    widget = forms.Textarea(attrs=AREA) if column.get_internal_type() == "TextField" else forms.TextInput(attrs=TEXT)
    options = {"required": False, "help_text": column.help_text, **options}
    return forms.CharField(max_length=column.max_length, widget=widget, **options)


class TermsField(forms.ModelChoiceField):
    """Payment terms, each as people read it."""

    def label_from_instance(self, obj: Any) -> str:
        return named_terms(obj)


class CustomerForm(forms.Form):
    """All that is kept of a customer itself. `seen` is the last change that the form was filled from."""

    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    code = text_field("code", label=_("Code"), required=True, error_messages={"required": _("Type a code.")})
    name = text_field("name", label=_("Name"), required=True, error_messages={"required": _("Type a name.")})
    name_local = text_field(
        "name_local", label=_("Name in the other script"), help_text=_("For example 宁波海辰模具有限公司.")
    )
    country = text_field("country", label=_("Country"))
    tax_id = text_field("tax_id", label=_("Tax number"))
    currency = forms.ChoiceField(label=_("Currency"), widget=forms.Select(attrs=SELECT))
    terms = TermsField(
        label=_("Payment terms"), queryset=PaymentTerms.objects.none(), required=False, empty_label="–",
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, widget=forms.Select(attrs=SELECT), help_text=_("Of what we send them.")
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label="–",
        widget=forms.Select(attrs=SELECT), help_text=_("Who looks after what they owe."),
    )  # fmt: skip
    segment = forms.CharField(
        label=_("Segment"), max_length=60, required=False, widget=forms.TextInput(attrs={**TEXT, "list": "segments"})
    )
    parent = forms.CharField(
        label=_("Parent"), max_length=60, required=False, widget=forms.TextInput(attrs=TEXT),
        help_text=_("The code of the customer whose group this one belongs to."),
    )  # fmt: skip
    address = text_field("address", label=_("Address"))
    delivery_address = text_field("delivery_address", label=_("Delivery address"))
    phone = text_field("phone", label=_("Telephone"))
    bank_name = text_field("bank_name", label=_("Bank for tax invoices"))
    bank_account = text_field("bank_account", label=_("Account for tax invoices"))
    accounts_seen = forms.CharField(max_length=3200, required=False, widget=forms.HiddenInput)
    payer_accounts = forms.CharField(
        label=_("Accounts they pay from"), max_length=3200, required=False,
        widget=forms.Textarea(attrs={**AREA, "rows": "2"}),
        help_text=_("One account number in each line: money from it is proposed to be theirs."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("Active"), required=False, help_text=_("Nothing new is recorded for an inactive customer.")
    )

    def __init__(
        self, *args: Any, company: Company, customer: Customer | None, may_regroup: bool, today: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.company, self.customer = company, customer
        self.segments = segments(company)
        choices = [company.base_currency, *sorted(CURRENCIES.keys() - {company.base_currency})]
        self.fields["currency"].choices = [(code, code) for code in choices]  # type: ignore[attr-defined]
        usable = PaymentTerms.objects.filter(company=company, is_active=True)
        people = User.objects.filter(memberships__company=company, is_active=True)
        if customer is not None:
            usable |= PaymentTerms.objects.filter(pk=customer.terms_id or 0)
            people |= User.objects.filter(pk=customer.owner_id or 0)
            del self.fields["code"]
        else:
            del self.fields["is_active"], self.fields["seen"], self.fields["accounts_seen"]
        self.fields["terms"].queryset = usable.distinct()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people.distinct()  # type: ignore[attr-defined]
        if not may_regroup:
            del self.fields["parent"]
        self.fields.update(form_fields(company, today=today))

    @property
    def own(self) -> list[forms.BoundField]:
        """The company's own fields, without the hidden one."""
        return [self[name] for name in self.fields if name.startswith(PREFIX) and name != SEEN]

    def clean_code(self) -> str:
        """Not one that exists already."""
        code: str = self.cleaned_data["code"]
        if Customer.objects.filter(company=self.company, code=code).exists():
            raise ValidationError(_("A customer with this code exists already."))
        return code

    def clean_country(self) -> str:
        """In capital letters, however it was typed."""
        return str(self.cleaned_data["country"]).upper()

    def clean_parent(self) -> Customer | None:
        """The customer with that code; one that was merged does not count. Nothing typed is none."""
        code = self.cleaned_data["parent"]
        if not code:
            return None
        found = Customer.objects.filter(company=self.company, code__iexact=code, merged_into=None).first()
        if found is None:
            raise ValidationError(_("There is no customer “%(code)s”."), params={"code": code})
        return found

    def clean_payer_accounts(self) -> list[str]:
        """The numbers, one from each line. Raises ValidationError for one that is too long."""
        accounts = [line.strip() for line in str(self.cleaned_data["payer_accounts"]).splitlines() if line.strip()]
        if any(len(account) > ACCOUNT_LENGTH_MAX for account in accounts):
            raise ValidationError(_("This is not an account number."))
        return accounts

    def clean(self) -> dict[str, Any]:
        """A tax number is judged when it is new: what was taken on from elsewhere stays until somebody touches it."""
        cleaned = super().clean() or {}
        number = cleaned.get("tax_id", "")
        if number != (self.customer.tax_id if self.customer else ""):
            cleaned["tax_id"] = number.upper()
            fault = tax_number_fault(cleaned["tax_id"], cleaned.get("country", ""))
            if fault:
                self.add_error("tax_id", TAX_FAULTS[fault])
        return cleaned


def first_values(customer: Customer) -> dict[str, Any]:
    """What the form shows of a customer before anything is typed."""
    names = [
        name
        for name in CustomerForm.base_fields
        if name not in ("seen", "code", "parent", "payer_accounts", "accounts_seen")
    ]
    values = {name: getattr(customer, name) for name in names}
    accounts = list(customer.payer_accounts.values_list("account_no", flat=True))
    parent = customer.parent.code if customer.parent else ""
    own = custom_initial(customer)
    return {
        **values,
        **own,
        "parent": parent,
        "payer_accounts": "\n".join(accounts),
        "accounts_seen": "|".join(accounts),
    }

"""Which customer, and what is typed before a paper leaves the house: for the forms of other rooms."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.models import Company
from customers.models import Contact, Customer
from customers.queries import why_nothing_new

RECIPIENTS_MAX = 10


class CustomerCodeField(forms.CharField):
    """A customer by code; the company is given by the form. Nothing typed is nobody (None).

    On a page it is templates/customers/_code_field.html, which finds by code, either name, pinyin initials and tax
    number while one types. With `is_anybody` also those that nothing new is recorded for can be named: for looking.
    """

    company: Company

    def __init__(self, *, is_anybody: bool = False, **options: Any) -> None:
        super().__init__(max_length=60, **options)
        self.is_anybody = is_anybody
        self.widget.attrs |= {"class": "input", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """The customer with that code, or None. Raises ValidationError with what to do, also for an inactive customer
        and for one that was merged into another."""
        code = super().clean(value)
        if not code:
            return None
        customers = Customer.objects.filter(company=self.company).select_related("merged_into")
        # Codes may differ by case alone: the one that is typed exactly comes first.
        alike = sorted(customers.filter(code__iexact=code)[:20], key=lambda each: each.code != code)
        if not alike:
            raise ValidationError(_("There is no customer “%(code)s”. Type a code."), params={"code": code})
        fault = "" if self.is_anybody else why_nothing_new(alike[0])
        if fault:
            raise ValidationError(fault)
        return alike[0]


class SendForm(forms.Form):
    """To whom, and with which words. `people()` gives name and address of each, no address twice."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    contacts = forms.MultipleChoiceField(
        label=_("Recipients"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    address = forms.EmailField(
        label=_("Another address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"invalid": _("This is not an e-mail address. Type one such as ap@example.com.")},
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Type a subject.")},
    )
    text = forms.CharField(
        label=pgettext_lazy("e-mail", "Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 10}),
        error_messages={"required": _("Type a text.")},
    )

    def __init__(self, *arguments: Any, contacts: Sequence[Contact], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.known = {str(contact.pk): contact for contact in contacts[:RECIPIENTS_MAX]}
        field = self.fields["contacts"]
        assert isinstance(field, forms.MultipleChoiceField), "it is one"
        field.choices = [(pk, f"{contact.name} <{contact.email}>") for pk, contact in self.known.items()]

    def clean(self) -> dict[str, Any]:
        """Somebody must receive it."""
        data = super().clean() or {}
        if not data.get("contacts") and not data.get("address") and "address" not in self.errors:
            raise ValidationError({"address": _("Nobody would receive it: tick a contact or type an address.")})
        return data

    def people(self) -> list[tuple[str, str]]:
        """Name and address of everybody who receives it."""
        chosen = [(self.known[pk].name, self.known[pk].email) for pk in self.cleaned_data["contacts"]]
        if self.cleaned_data["address"]:
            chosen.append(("", self.cleaned_data["address"]))
        return list({address.lower(): (name, address) for name, address in reversed(chosen)}.values())[::-1]

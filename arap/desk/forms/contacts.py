"""A person at a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.models.companies import LANGUAGES
from customers.models import Contact


class ContactForm(forms.Form):
    """Who it is, where mail goes, and which papers."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("Email"), max_length=254, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Contact.ContactRole, required=False, widget=forms.CheckboxSelectMultiple
    )
    receives = forms.MultipleChoiceField(
        label=_("Receives"), choices=Contact.Paper, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "email", "phone", "language"):
            self.fields[name].widget.attrs["class"] = "input"

    def clean(self) -> dict[str, Any]:
        """Papers need an address; somebody who receives none can be telephoned at least."""
        cleaned = super().clean() or {}
        if "email" in cleaned and not cleaned["email"]:
            if cleaned.get("receives"):
                self.add_error("email", _("Type an address: what this person receives goes there."))
            elif not cleaned.get("phone"):
                self.add_error("email", _("Type an address or a telephone number."))
        return cleaned

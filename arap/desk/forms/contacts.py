"""A person at a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.models.companies import LANGUAGES
from customers.models import Contact


class ContactForm(forms.Form):
    """Who it is, where mail goes, and which papers."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("Email"), max_length=254)
    phone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    receives = forms.MultipleChoiceField(
        label=_("Receives"), choices=Contact.Paper, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "email", "phone", "language"):
            self.fields[name].widget.attrs["class"] = "input"

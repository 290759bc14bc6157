"""A new token: its name, how long it lives, and what it may do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.api.authentication import ALWAYS
from arap.api.v1.urls import handlers
from arap.core.models import Role
from arap.core.permissions import PERMISSIONS, allows

DAYS = [(7, _("a week")), (30, _("30 days")), (90, _("90 days")), (365, _("a year"))]
# Asked for inside methods whose own verb is another.
ASIDE = frozenset({"customer.regroup"})


def offered(roles: frozenset[Role]) -> list[str]:
    """The scopes that mean something to the API and that `roles` allow, in the order of the permission table."""
    asked = {handler.required_verb for handler in handlers()} | ASIDE
    return [verb for verb in PERMISSIONS if verb in asked and verb != ALWAYS and allows(roles, verb)]


class TokenForm(forms.Form):
    """What a person says about a new token."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Give the token a name, such as the program that uses it.")},
    )
    days = forms.TypedChoiceField(
        label=pgettext_lazy("token", "Lives for"),
        coerce=int,
        choices=DAYS,
        initial=90,
        widget=forms.Select(attrs={"class": "input"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that the token may do.")},
    )

    def __init__(self, *arguments: Any, scopes: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField), "it is one"
        field.choices = [(verb, verb) for verb in scopes]

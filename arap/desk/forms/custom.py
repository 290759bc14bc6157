"""A company's own fields of customers, as fields of a form."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core import wording
from arap.core.fields import DayField
from arap.core.models import Company
from customers.models import Customer, CustomField
from customers.queries import custom_fields
from customers.rules.custom import TEXT_LENGTH_MAX

TEXT = {"class": "input", "autocomplete": "off"}
PREFIX = "custom_"
SEEN = "custom_seen"


def form_fields(company: Company, *, today: date) -> dict[str, forms.Field]:
    """A field for each of the company's own, in their order, and a hidden one for what was seen; none where it has
    none."""
    found: dict[str, forms.Field] = {f"{PREFIX}{field.pk}": _field(field, today) for field in custom_fields(company)}
    if found:
        found[SEEN] = forms.CharField(required=False, max_length=40_000, widget=forms.HiddenInput)
    return found


def _field(field: CustomField, today: date) -> forms.Field:
    label = wording.names(field.name, field.name_local)[0]
    if field.kind == CustomField.Kind.DATE:
        return DayField(label=label, required=field.is_required, today=today)
    if field.kind == CustomField.Kind.CHOICE:
        choices = [("", "–"), *((each, each) for each in field.choices)]
        select = forms.Select(attrs={"class": "input"})
        return forms.ChoiceField(label=label, required=field.is_required, choices=choices, widget=select)
    if field.kind == CustomField.Kind.NUMBER:
        widget = forms.TextInput(attrs={**TEXT, "inputmode": "decimal"})
        invalid = {"invalid": _("This is not a number. Type 1234.5.")}
        return forms.DecimalField(
            label=label, required=field.is_required, max_digits=21, decimal_places=6, widget=widget,
            error_messages=invalid,
        )  # fmt: skip
    return forms.CharField(
        label=label, required=field.is_required, max_length=TEXT_LENGTH_MAX, widget=forms.TextInput(attrs=TEXT)
    )


def custom_initial(customer: Customer) -> dict[str, Any]:
    """What the fields show of a customer before anything is typed."""
    values = {f"{PREFIX}{pk}": value for pk, value in customer.custom.items()}
    return {**values, SEEN: json.dumps(customer.custom, ensure_ascii=False)}


def custom_typed(cleaned: Mapping[str, Any]) -> dict[int, str]:
    """Id of the field -> what was typed, of a valid form."""
    named = {name: value for name, value in cleaned.items() if name.startswith(PREFIX) and name != SEEN}
    return {int(name.removeprefix(PREFIX)): _text(value) for name, value in named.items()}


def custom_seen(cleaned: Mapping[str, Any]) -> dict[int, str]:
    """What whoever edits had before their eyes."""
    try:
        seen = json.loads(cleaned.get(SEEN) or "{}")
        return {int(pk): str(value) for pk, value in seen.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)

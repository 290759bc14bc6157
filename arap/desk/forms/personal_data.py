"""How long personal data is kept."""

from typing import Any

from django import forms

from customers.models import Retention
from customers.rules import MONTHS_MAX, RETENTION_MIN


class RetentionForm(forms.Form):
    """Months for each kind; what the law keeps cannot be made shorter."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for kind, label in Retention.Kind.choices:
            widget = forms.NumberInput(attrs={"class": "input"})
            self.fields[kind] = forms.IntegerField(
                label=label, min_value=RETENTION_MIN[kind], max_value=MONTHS_MAX, widget=widget
            )

"""What a reader may ask of the aging report."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aging.rules import DEFAULT_EDGES, parse_edges
from arap.core.forms import ClocksForm

SELECT = {"class": "input"}
GROUPS = [
    ("customer", _("Customer")),
    ("parent", _("Group")),
    ("owner", _("Owner")),
    ("segment", _("Segment")),
    ("currency", _("Currency")),
]


class AgingForm(ClocksForm):
    """Everything but the two clocks has a default, so an empty query is the report as of today."""

    basis = forms.ChoiceField(
        label=_("Age from"),
        choices=[("due", _("Due date")), ("document", _("Document date"))],
        required=False,
        widget=forms.Select(attrs=SELECT),
    )
    by = forms.ChoiceField(label=_("Group by"), choices=GROUPS, required=False, widget=forms.Select(attrs=SELECT))
    currency = forms.ChoiceField(label=_("Currency"), required=False, widget=forms.Select(attrs=SELECT))
    buckets = forms.CharField(
        label=pgettext_lazy("report", "Buckets, days"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={**SELECT, "autocomplete": "off"}),
    )
    bucket = forms.IntegerField(required=False, min_value=0, max_value=20, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, currencies: list[str], **options: Any) -> None:
        given = data.copy()
        if not given.get("buckets", "").strip():
            given["buckets"] = ",".join(str(edge) for edge in DEFAULT_EDGES)
        super().__init__(given, **options)
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            ("", _("All currencies")),
            *((code, _("%(currency)s only") % {"currency": code}) for code in currencies),
        ]

    def clean_buckets(self) -> tuple[int, ...]:
        """The edges in days. The rule's own sentence is English, so the field says it in the reader's language."""
        text = self.cleaned_data["buckets"].replace("，", ",").replace("、", ",")
        try:
            return parse_edges(text)
        except ValueError:
            raise ValidationError(_("Type rising days such as 30,60,90; at most ten.")) from None

    @property
    def edges(self) -> tuple[int, ...]:
        """The edges asked for, or the usual ones where they cannot be read."""
        return self.cleaned_data.get("buckets") or DEFAULT_EDGES

    @property
    def grouping(self) -> str:
        """What a row stands for."""
        return self.cleaned_data.get("by") or "customer"

    @property
    def grouping_words(self) -> str:
        """The head of the first column."""
        return str(dict(GROUPS)[self.grouping])

    @property
    def basis_name(self) -> str:
        """Which date ages count from."""
        return self.cleaned_data.get("basis") or "due"

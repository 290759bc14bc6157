"""Files that are brought: a history, how its columns are to be read, or exchange rates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField
from arap.core.models import Company
from arap.core.money import CURRENCIES
from arap.core.uploads import UPLOAD_MB_MAX
from arap.desk.intake.targets import TITLES
from arap.desk.mapping.layouts import DATES, KINDS, NUMBERS, Layout

RATE_MIN = Decimal(1).scaleb(-10)


class FileForm(forms.Form):
    """One file. What it is, is judged by its content later, never by its name."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    target = forms.ChoiceField(
        label=_("What is in the file"),
        choices=list(TITLES.items()),
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"class": "input input--file", "accept": ".csv,.xlsx,.txt"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
            "max_length": _("The name of the file is too long."),
        },
    )

    def __init__(self, request: HttpRequest, *, is_bound_here: bool = True, **options: Any) -> None:
        posted = (request.POST, request.FILES) if request.method == "POST" and is_bound_here else (None, None)
        super().__init__(*posted, **options)
        if getattr(request, "upload_too_large", False):
            message = _("The file is larger than %(limit)d MB. Split it and load the parts.") % {"limit": UPLOAD_MB_MAX}
            self.fields["file"].error_messages["required"] = message

    @property
    def upload(self) -> UploadedFile:
        """The file. Only of a valid form."""
        file: UploadedFile = self.cleaned_data["file"]
        return file


class LayoutForm(forms.Form):
    """Which column is which field, and how days and amounts are written. `layout()` gives the choice."""

    dates = forms.ChoiceField(
        label=_("Days are written"), choices=[(name, label) for name, (label, _p) in DATES.items()]
    )
    numbers = forms.ChoiceField(label=_("Amounts are written"), choices=[(n, each[0]) for n, each in NUMBERS.items()])
    kind = forms.ChoiceField(
        label=_("Invoices and credit notes"),
        choices=list(KINDS.items()),
        required=False,
        help_text=_("Where no column says which kind a row is."),
    )
    name = forms.CharField(
        label=_("Keep these columns as"),
        max_length=60,
        required=False,
        help_text=_("Proposed when a file with the same headings comes again. Empty: only for this file."),
    )

    def __init__(self, layout: Layout, data: Any = None, *, fields: Sequence[tuple[str, Any]]) -> None:
        first = {"dates": layout.dates, "numbers": layout.numbers, "kind": layout.kind, "name": layout.name}
        columns = {f"column-{at}": name for at, name in enumerate(layout.fields)}
        super().__init__(data, initial={**first, **columns})
        self.headers = layout.headers
        choices = [("", _("not read")), *fields]
        for at, header in enumerate(layout.headers):
            if header:
                self.fields[f"column-{at}"] = forms.ChoiceField(label=header, choices=choices, required=False)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def columns(self) -> list[forms.BoundField | None]:
        """The choice of each column, in order; None for a column without a heading."""
        return [self[f"column-{at}"] if header else None for at, header in enumerate(self.headers)]

    def layout(self) -> Layout:
        """What was chosen. Only of a valid form."""
        data = self.cleaned_data
        return Layout(
            headers=self.headers,
            fields=tuple(data.get(f"column-{at}", "") for at in range(len(self.headers))),
            dates=data["dates"],
            numbers=data["numbers"],
            kind=data["kind"] or "invoice",
            name=data["name"].strip(),
        )

    def add_column_error(self, name: str, message: str) -> None:
        """Say `message` beside the columns that are to be field `name`; above the form where none is."""
        places = [at for at in range(len(self.headers)) if name and self.cleaned_data.get(f"column-{at}") == name]
        for at in places:
            self.add_error(f"column-{at}", message)
        if not places:
            self.add_error(None, message)


class RateForm(forms.Form):
    """One exchange rate: so many units of base currency for one unit."""

    currency = forms.ChoiceField(label=_("Currency"))
    valid_from = DayField(label=_("Valid from"), error_messages={"required": _("Type the day.")})
    rate = forms.DecimalField(
        label=_("Rate"),
        max_digits=20,
        decimal_places=10,
        min_value=RATE_MIN,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Type the rate.")},
    )

    def __init__(self, *args: Any, company: Company, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = [code for code in sorted(CURRENCIES) if code != company.base_currency]
        self.fields["currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]
        self.fields["valid_from"].today = today  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

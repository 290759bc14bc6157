"""What people type about debts that are given up, and about those that are paid after all."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from arap.core.errors import Invalid
from arap.core.fields import DayField, MoneyField
from arap.core.models import Company
from arap.core.money import minor_unit
from arap.core.wording import HAIRLINE_DASH, amount_text
from arap.ledger.models import Item
from arap.ledger.reasons import BAD_DEBTS
from invoices.actions.attaching import BYTES_MAX, media_type
from receipts.forms import SELECT, TEXT, DatedForm


class _OfItem(DatedForm):
    """A form whose amount is read in the currency of an item."""

    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Type an amount.")})
    on = DayField(label=_("Counts from"), required=False)

    def __init__(self, *arguments: Any, company: Company, item: Item, most: Decimal, **options: Any) -> None:
        options["initial"] = {"amount": amount_text(most, item.currency), "on": options["today"]}
        super().__init__(*arguments, company=company, **options)
        self.currency = item.currency
        self.fields["amount"].widget.attrs |= {"data-money": minor_unit(item.currency)}

    def clean_amount(self) -> Decimal:
        """Read in the item's currency."""
        return MoneyField.read(self.cleaned_data["amount"], self.currency)


class WriteOffForm(_OfItem):
    """How much of an item is given up, and why."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", HAIRLINE_DASH), *((reason.value, reason.label) for reason in BAD_DEBTS)],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Choose a reason.")},
    )
    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=500,
        widget=forms.Textarea(attrs={**TEXT, "rows": "3"}),
        error_messages={"required": _("Say in a sentence why it cannot be collected.")},
        help_text=_("What was tried, and what came of it."),
    )
    evidence = forms.FileField(
        label=_("Evidence"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"class": "input"}),
        help_text=_("A court’s decision, a returned letter: PDF, picture, spreadsheet or text."),
    )

    def __init__(self, *arguments: Any, item: Item, was_too_large: bool = False, **options: Any) -> None:
        super().__init__(*arguments, item=item, most=item.open_amount, **options)
        self.was_too_large = was_too_large

    def clean_evidence(self) -> UploadedFile | None:
        """The file, its size judged before it is read; one that was dropped on its way here is not passed over."""
        brought: UploadedFile | None = self.cleaned_data["evidence"]
        if self.was_too_large or (brought and (brought.size or 0) > BYTES_MAX):
            raise forms.ValidationError(_("This file is larger than %(most)s MB.") % {"most": BYTES_MAX >> 20})
        if brought:
            try:
                media_type(brought.name or "", brought.read())
            except Invalid as error:
                raise forms.ValidationError(str(error.message)) from error
            brought.seek(0)
        return brought


class RecoverForm(_OfItem):
    """How much of what was given up is being paid."""

    def __init__(self, *arguments: Any, left: Decimal, **options: Any) -> None:
        super().__init__(*arguments, most=left, **options)

"""How vouchers are made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company
from arap.ledger.models import Account, VoucherTemplate
from arap.ledger.models.vouchers import Grouping

TEXT = {"class": "input", "autocomplete": "off"}
CODE = "code_"


class ChooseTemplateForm(forms.Form):
    """By which template the next vouchers are made."""

    template = forms.ModelChoiceField(
        label=_("Template"),
        queryset=VoucherTemplate.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": _("Choose a template."), "invalid_choice": _("Choose a template.")},
    )

    def __init__(self, *arguments: Any, company: Company, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = VoucherTemplate.objects.filter(company=company)
        self.fields["template"].queryset = own  # type: ignore[attr-defined]


class TemplateForm(forms.Form):
    """A template, with a field for each account of the book."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput(attrs=TEXT),
        error_messages={"required": _("Give it a name.")},
    )
    grouping = forms.ChoiceField(
        label=_("One voucher for"), choices=Grouping.choices, widget=forms.Select(attrs={"class": "input"})
    )
    word = forms.CharField(
        label=_("Voucher word"),
        max_length=8,
        widget=forms.TextInput(attrs=TEXT),
        help_text=_("Stands before the number: 记-0001."),
    )
    by_customer = forms.BooleanField(label=_("In summaries, a line for each customer"), required=False)

    def __init__(self, *arguments: Any, company: Company, template: VoucherTemplate | None, **options: Any) -> None:
        mapped = dict(template.mapped.values_list("account_id", "code")) if template else {}
        first: dict[str, Any] = {"word": "记", "grouping": Grouping.DOCUMENT, "by_customer": True}
        if template:
            first = {name: getattr(template, name) for name in ("name", "grouping", "word", "by_customer")}
        accounts = list(Account.objects.filter(company=company))
        first |= {f"{CODE}{each.pk}": mapped.get(each.pk, each.code) for each in accounts}
        options["initial"] = first
        super().__init__(*arguments, **options)
        for each in accounts:
            self.fields[f"{CODE}{each.pk}"] = forms.CharField(
                label=f"{each.code} {each.get_role_display()}",
                max_length=40,
                required=False,
                widget=forms.TextInput(attrs=TEXT),
            )

    @property
    def codes(self) -> dict[int, str]:
        """What was typed for each account, by its id."""
        data = self.cleaned_data
        return {int(name.removeprefix(CODE)): data[name] for name in data if name.startswith(CODE)}

    @property
    def account_fields(self) -> list[Any]:
        """The fields of the accounts, to be placed together."""
        return [self[name] for name in self.fields if name.startswith(CODE)]

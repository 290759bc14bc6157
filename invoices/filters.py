"""What narrows the list of invoices: number, reference or customer; days, amounts, currency."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from arap.core.fields import DayField, MoneyField
from arap.core.models import Company
from arap.core.money import currencies_to_choose
from arap.ledger.history import numbered
from arap.ledger.models import DocumentText
from customers.queries import search
from invoices.models import Invoice

FOUND_MAX = 500
"""More customers or documents than these for one text are not told apart by it."""
# The most decimals of any currency, so that an amount to compare with loses none.
FINEST = "KWD"


class AmountField(MoneyField):
    """An amount to compare with, whatever the currency."""

    def clean(self, value: Any) -> Any:
        """The amount, or None where nothing was typed. Raises ValidationError with what to type."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text, FINEST)
        except ValidationError:
            raise ValidationError(
                _("%(text)s is not an amount. Type 1,234.50 or =100+20."), params={"text": text}
            ) from None


class DayFilter(django_filters.Filter):
    field_class = DayField


class AmountFilter(django_filters.Filter):
    field_class = AmountField


class InvoiceFilter(django_filters.FilterSet):
    """A field that cannot be read narrows nothing and says so."""

    q = django_filters.CharFilter(method="by_text", label=_("Number, reference or customer"), max_length=100)
    day_from = DayFilter(field_name="issued_on", lookup_expr="gte", label=_("Issued from"))
    day_to = DayFilter(field_name="issued_on", lookup_expr="lte", label=_("Issued to"))
    amount_from = AmountFilter(field_name="total", lookup_expr="gte", label=_("Amount from"))
    amount_to = AmountFilter(field_name="total", lookup_expr="lte", label=_("Amount to"))
    currency = django_filters.ChoiceFilter(
        label=_("Currency"), empty_label=_("All"), widget=forms.Select(attrs={"class": "input"})
    )

    class Meta:
        model = Invoice
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Invoice], *, company: Company, today: date) -> None:
        super().__init__(data, queryset)
        self.company = company
        self.filters["currency"].extra["choices"] = [
            (code, code) for code in currencies_to_choose(company.base_currency)
        ]
        for field in self.form.fields.values():
            if isinstance(field, DayField):
                field.today = today

    def by_text(self, queryset: QuerySet[Invoice], name: str, text: str) -> QuerySet[Invoice]:
        """Whose number begins with `text`, whose reference or order number it is, or whose customer it finds.

        Each part is looked up by its own index first, so that the list need not be read from end to end.
        """
        text = text.replace("\x00", "").strip()
        if not text:
            return queryset
        documents = {
            *numbered(self.company, text).values_list("pk", flat=True)[:FOUND_MAX],
            *DocumentText.objects.filter(company=self.company, reference=text).values_list("document_id", flat=True)[
                :FOUND_MAX
            ],
        }
        customers = list(search(self.company, text).values_list("pk", flat=True)[:FOUND_MAX])
        return queryset.filter(
            Q(document__in=documents)
            | Q(customer__in=customers)
            | Q(order_number=text)
            | Q(state=Invoice.State.DRAFT, reference=text)
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for."""
        return (
            any(value not in (None, "") for value in self.form.cleaned_data.values()) if self.form.is_valid() else True
        )

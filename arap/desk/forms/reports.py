"""What a reader may ask of a report: the days by name or typed, and what it is narrowed to.

A report's rows are queries over the book as of a day, not a queryset, so this is a form and no FilterSet.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from arap.core import wording
from arap.core.fields import DayField, MomentField
from arap.core.models import Company
from arap.core.sheets import Column
from arap.core.wording import prose_day
from arap.desk.reports.frame import Asked, Report
from arap.desk.reports.periods import DAYS, OWN, PERIODS
from arap.ledger.models import Account, Document
from arap.ledger.queries import position_at
from customers.models import Customer
from customers.queries import ids_standing_for, segments

SELECT = {"class": "input"}
TEXT = {"class": "input", "autocomplete": "off"}
PERIOD_WORDS = [
    ("month", _("This month")),
    ("last_month", _("Last month")),
    ("quarter", _("This quarter")),
    ("last_quarter", _("Last quarter")),
    ("year", _("This year")),
    ("last_year", _("Last year")),
    (OWN, _("Other days")),
]
DAY_WORDS = [
    ("today", _("Today")),
    ("month_end", _("End of last month")),
    ("quarter_end", _("End of last quarter")),
    ("year_end", _("End of last year")),
    ("year_ago", _("A year ago")),
    (OWN, _("Another day")),
]
# Which fields each clock has: (the choice, what it is without one, the days beside it).
CLOCKS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "period": [("period", "month", ("first", "last"))],
    "day": [("at", "today", ("as_of",))],
    "two days": [("against", "month_end", ("against_on",)), ("at", "today", ("as_of",))],
}
FILTERS = ("customer", "currency", "segment", "kind", "account", "overdue")


def fixed(columns: Sequence[Column]) -> set[str]:
    """The columns that always stand: what a row is called by, and the currency of its amounts."""
    return {columns[0].name, "currency"}


class ReportForm(forms.Form):
    """Every field has a default, so an empty query is the report as it is mostly wanted."""

    against = forms.ChoiceField(label=_("Compare with"), choices=DAY_WORDS, widget=forms.Select(attrs=SELECT))
    against_on = DayField(label=_("Day"), required=False)
    at = forms.ChoiceField(label=pgettext_lazy("report", "As of"), choices=DAY_WORDS, widget=forms.Select(attrs=SELECT))
    as_of = DayField(label=_("Day"), required=False)
    period = forms.ChoiceField(label=_("Period"), choices=PERIOD_WORDS, widget=forms.Select(attrs=SELECT))
    first = DayField(label=_("From"), required=False)
    last = DayField(label=pgettext_lazy("period", "To"), required=False)
    known_at = MomentField(label=pgettext_lazy("report", "Known at"), required=False)
    customer = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={**TEXT, "placeholder": _("Code")}),
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False, widget=forms.Select(attrs=SELECT))
    segment = forms.ChoiceField(label=_("Segment"), required=False, widget=forms.Select(attrs=SELECT))
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Document.Kind.choices],
        widget=forms.Select(attrs=SELECT),
    )
    account = forms.ChoiceField(label=_("Account"), required=False, widget=forms.Select(attrs=SELECT))
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    column = forms.MultipleChoiceField(label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict, *, report: Report, company: Company, today: date) -> None:
        self.report, self.company, self.today = report, company, today
        super().__init__(self._settled(data))
        kept = {"known_at", "column", *report.fields}
        for choice, _default, days in CLOCKS[report.clock]:
            kept |= {choice, *days}
        for name in set(self.fields) - kept:
            del self.fields[name]
        for field in self.fields.values():
            if isinstance(field, DayField | MomentField):
                field.today = today
        self._choices()
        # Heads that name days are put right when the days are known.
        self._offer_columns(report.columns(Asked(first_on=today, last_on=today, known_at=None, position=0)))

    def _offer_columns(self, columns: Sequence[Column]) -> None:
        offered = [(each.name, each.head) for each in columns if each.name not in fixed(columns)]
        self.fields["column"].choices = offered  # type: ignore[attr-defined]

    def _settled(self, data: QueryDict) -> QueryDict:
        """The fields with their defaults, and beside a period by name its days."""
        given = data.copy()
        for choice, default, days in CLOCKS[self.report.clock]:
            typed = any(given.get(day, "").strip() for day in days)
            if not given.get(choice):
                given[choice] = OWN if typed else default
            named = self._named(str(given[choice]))
            for day, on in zip(days, named, strict=False):
                given[day] = prose_day(on)
        return given

    def _named(self, name: str) -> tuple[date, ...]:
        if self.report.clock == "period":
            return PERIODS[name](self.today) if name in PERIODS else ()
        return (DAYS[name](self.today),) if name in DAYS else ()

    def _choices(self) -> None:
        used = Customer.objects.filter(company=self.company).order_by("currency")
        codes = {*used.values_list("currency", flat=True).distinct(), self.company.base_currency}
        offered: dict[str, Any] = {
            "currency": [("", _("All currencies")), *((code, code) for code in sorted(codes))],
        }
        if "segment" in self.fields:
            offered["segment"] = [("", _("Every segment")), *((each, each) for each in segments(self.company))]
        if "account" in self.fields:
            offered["account"] = [("", _("Every account")), *self._accounts()]
        for name, choices in offered.items():
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _accounts(self) -> Iterator[tuple[str, str]]:
        for account in Account.objects.filter(company=self.company).order_by("code"):
            yield account.code, f"{account.code} {wording.names(account.name, account.name_local)[0]}"

    def clean_customer(self) -> Customer | None:
        """Also one that is no longer active: its past is asked for. A merged one is the one it stands for."""
        code = self.cleaned_data["customer"].strip()
        if not code:
            return None
        found = (
            Customer.objects.filter(company=self.company, code__iexact=code).select_related("merged_into").first()
            if "\x00" not in code
            else None
        )
        if found is None:
            raise ValidationError(_("There is no customer “%(code)s”. Type a code."), params={"code": code})
        return found.merged_into or found

    def clean(self) -> dict[str, Any]:
        """Typed days must be there and in order."""
        cleaned = super().clean() or self.cleaned_data
        for choice, _default, days in CLOCKS[self.report.clock]:
            for day in days if cleaned.get(choice) == OWN else ():
                if day not in self.errors and not cleaned.get(day):
                    self.add_error(day, _("Type a day."))
        early, late = ("first", "last") if self.report.clock == "period" else ("against_on", "as_of")
        if cleaned.get(early) and cleaned.get(late) and cleaned[early] > cleaned[late]:
            self.add_error(late, _("This day is before the first one."))
        return cleaned

    @property
    def lacking(self) -> list[str]:
        """The fields that the report cannot do without and that are empty."""
        return [name for name in self.report.needs if not self.cleaned_data.get(name)]

    def asked(self) -> Asked:
        """Of a valid form."""
        given = self.cleaned_data
        late = given["last"] if self.report.clock == "period" else given["as_of"]
        early = {"period": given.get("first"), "day": late, "two days": given.get("against_on")}[self.report.clock]
        customer: Customer | None = given.get("customer")
        account = given.get("account")
        return Asked(
            first_on=early or late,
            last_on=late,
            known_at=given.get("known_at"),
            position=position_at(self.company, known_at=given.get("known_at")),
            customer=customer,
            customers=ids_standing_for(customer) if customer else (),
            currency=given.get("currency") or "",
            segment=given.get("segment") or "",
            kind=given.get("kind") or "",
            account_id=Account.objects.values_list("pk", flat=True).get(company=self.company, code=account)
            if account
            else None,
            is_overdue=bool(given.get("overdue")),
        )

    def columns(self, asked: Asked) -> list[Column]:
        """The columns that were chosen, in the order of the report; all of them where none was."""
        columns = list(self.report.columns(asked))
        self._offer_columns(columns)
        chosen = {*self.cleaned_data["column"], *fixed(columns)} if self.cleaned_data["column"] else set()
        return [each for each in columns if not chosen or each.name in chosen]

    @property
    def shown_columns(self) -> set[str]:
        """The names of those that are ticked."""
        every = {name for name, _head in self.fields["column"].choices}  # type: ignore[attr-defined]
        return set(self.cleaned_data.get("column") or every)

    def query(self) -> str:
        """The address of what is asked: a period by its name, typed days as ISO, nothing that is a default."""
        given = self.cleaned_data
        fields: dict[str, Any] = {}
        for choice, default, days in CLOCKS[self.report.clock]:
            if given.get(choice) == OWN:
                fields |= {choice: OWN, **{day: given[day].isoformat() for day in days if given.get(day)}}
            elif given.get(choice) != default:
                fields[choice] = given.get(choice)
        fields["known_at"] = self.data.get("known_at", "").strip()
        for name in self.report.fields:
            value = given.get(name)
            fields[name] = value.code if isinstance(value, Customer) else "on" if value is True else value or ""
        if len(given["column"]) < len(self.fields["column"].choices):  # type: ignore[attr-defined]
            fields["column"] = given["column"]
        return urlencode({name: value for name, value in fields.items() if value not in ("", None, [])}, doseq=True)

    def facts(self, asked: Asked) -> list[tuple[str, str]]:
        """What was asked, in words, for the head of a file: (name, value)."""
        first, last = prose_day(asked.first_on), prose_day(asked.last_on)
        clock = {
            "period": (gettext("Period"), f"{first} – {last}"),
            "day": (gettext("As of"), last),
            "two days": (gettext("Compared"), f"{first} – {last}"),
        }[self.report.clock]
        found = [(self.company_words, self.company.name), clock]
        if asked.known_at:
            found.append((gettext("Known at"), wording.moment(asked.known_at)))
        for name in self.report.fields:
            value = self.cleaned_data.get(name)
            if value:
                shown = gettext("yes") if value is True else str(value.code if isinstance(value, Customer) else value)
                if name == "kind":
                    shown = str(Document.Kind(value).label)
                found.append((str(self.fields[name].label), shown))
        return found

    @property
    def company_words(self) -> str:
        return gettext("Company")

"""A report kept under a name. What it asks is read anew on each day: "last month" is another month each month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import pgettext

from aging import asking
from aging.files import whole
from aging.sheets import facts as aging_facts
from arap.core.models import Company
from arap.core.sheets import Sheet
from arap.desk.forms.reports import ReportForm
from arap.desk.models import SavedView
from arap.desk.reports import REPORTS, Report
from arap.desk.reports.files import sheet_of
from arap.desk.reports.periods import DAYS

AGING = "aging:report"
PREFIX = "desk:report/"
EVERY_PAGE = (AGING, *(PREFIX + slug for slug in REPORTS))


@dataclass(frozen=True, slots=True)
class Read:
    """What a view asks on a day, in words. `errors`: why it can no longer be asked; then there is no sheet."""

    facts: list[tuple[str, str]]
    errors: list[str]
    sheet: Callable[[], Sheet] | None


def page_of(report: Report) -> str:
    """Where the views of a report belong."""
    return PREFIX + report.slug


def report_of(page: str) -> Report | None:
    """The report in the frame whose page it is; None for the aging report and for pages that are none."""
    return REPORTS.get(page.removeprefix(PREFIX)) if page.startswith(PREFIX) else None


def title_of(page: str) -> str:
    """What the report is called, in the language in use."""
    report = report_of(page)
    return str(report.title) if report else pgettext("page", "Aging")


def verbs_of(page: str) -> tuple[str, str]:
    """The verb that opens the report and the one that takes it out of the house."""
    report = report_of(page)
    return (report.verb, report.export_verb) if report else ("aging.view", "report.view")


def address(view: SavedView, *, today: date) -> str:
    """Where the view is opened. No query of the database."""
    if report := report_of(view.page):
        return f"{reverse('desk:report', args=[report.slug])}?{view.query}".rstrip("?")
    return f"{reverse(AGING)}?{_on_day(view.query, today).urlencode()}"


def settled_query(page: str, query: str, company: Company, *, today: date, at: str = "") -> str | None:
    """What an address asks, as it is kept; None where it cannot be asked. Other pages are a KeyError.

    The aging report's address names a day: `at`, a key of DAYS, keeps it as a day by name.
    """
    data = QueryDict(query)
    if page == AGING:
        asked = asking.ask(company, data, today=today)
        if not asked.form.is_valid():
            return None
        at = at or data.get("at", "")
        return f"at={at}&{asked.query(as_of='')}" if at in DAYS else asked.query()
    form = ReportForm(data, report=REPORTS[page.removeprefix(PREFIX)], company=company, today=today)
    return form.query() if form.is_valid() and not form.lacking else None


def read(view: SavedView, *, today: date) -> Read:
    """What the view asks on that day, in the language in use."""
    company = view.company
    report = report_of(view.page)
    if report is None:
        asked = asking.ask(company, _on_day(view.query, today), today=today)
        return Read(aging_facts(company, asked.form), _errors(asked.form.errors), lambda: whole(company, asked))
    form = ReportForm(QueryDict(view.query), report=report, company=company, today=today)
    if not form.is_valid():
        return Read([], _errors(form.errors), None)
    return Read(form.facts(form.asked()), [], lambda: sheet_of(report, form))


def _errors(errors: ErrorDict) -> list[str]:
    return [str(error) for found in errors.values() for error in found]


def _on_day(query: str, today: date) -> QueryDict:
    """A kept query of the aging report with the day that its name means today; fields as its own page orders them."""
    kept = QueryDict(query)
    name = kept.get("at", "")
    as_of = DAYS[name](today).isoformat() if name in DAYS else kept.get("as_of", "")
    others = [(key, value) for key, value in kept.items() if key not in ("at", "as_of")]
    return QueryDict(urlencode([("as_of", as_of), *others]))

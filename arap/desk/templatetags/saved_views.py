"""The saved views of a report on its page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.http import HttpRequest
from django.http.request import QueryDict
from django.template.context import RequestContext

from arap.desk.forms.reports import DAY_WORDS
from arap.desk.models import SavedView
from arap.desk.queries.saved_views import seen_by
from arap.desk.reports.kept import AGING, address
from arap.desk.reports.periods import DAYS, OWN

register = template.Library()
SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view beside its report."""

    view: SavedView
    url: str
    is_current: bool


@register.inclusion_tag("desk/_saved_views.html", takes_context=True)
def saved_views(context: RequestContext, page: str, query: str) -> dict[str, Any]:
    """The views of the report as tabs, and a form that keeps what is shown. One query."""
    request: Any = context["request"]
    today: date = context["today"]
    views = seen_by(request.user, request.company).filter(page=page)[:SHOWN_MAX]
    found = [Tab(view, url, _is(url, query)) for view in views for url in [address(view, today=today)]]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "may": context.get("may"),
        "page": page,
        "query": query,
        "tabs": found,
        "current": next((tab for tab in found if tab.is_current), None),
        "days": _days(request, today) if page == AGING else [],
    }


def _is(url: str, query: str) -> bool:
    return QueryDict(url.partition("?")[2]) == QueryDict(query)


def _days(request: HttpRequest, today: date) -> list[tuple[str, Any, bool]]:
    """Names under which the day of the aging report may be kept: (value, words, whether it is that day)."""
    as_of = request.GET.get("as_of", "") or today.isoformat()
    named = [(name, words, DAYS[name](today).isoformat() == as_of) for name, words in DAY_WORDS if name != OWN]
    return [*named, (OWN, dict(DAY_WORDS)[OWN], not any(fits for _name, _words, fits in named))]

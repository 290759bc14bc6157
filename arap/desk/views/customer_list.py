"""The list of customers: views as tabs, filters, three orders, pages by keyset."""

from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from arap.core.context import UNDO_SESSION_KEY
from arap.core.http import CompanyRequest
from arap.core.models import Company, User
from arap.core.paging import SEPARATOR, read_number
from arap.core.permissions import allows, get_for, requires
from arap.desk.models import SavedView
from arap.desk.queries.balances import BalanceQuery, BalanceRow, Sort, balances
from arap.desk.queries.filters import NOBODY, Filters, read_filters
from arap.desk.queries.tab_counts import counts
from arap.ledger.queries import position_at
from cases.models import Hold
from customers.models import Customer, CustomField, PaymentTerms
from customers.queries import currencies, custom_fields, segments

PAGE = 20
THIS_LIST = "desk:customers"
NAME_LENGTH_MAX = 40
VIEWS_MAX = 12
VIEWS: dict[str, str | Promise] = {
    "all": gettext_lazy("All"),
    "overdue": gettext_lazy("Overdue"),
    "mine": gettext_lazy("Mine"),
    "credit": gettext_lazy("With credit"),
    "held": gettext_lazy("On hold"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list: what it is called, its address, whether it is shown, and how many rows it has, if counted."""

    name: str
    query: str
    is_current: bool
    count: int | None = None
    saved: SavedView | None = None


@requires("customer.view")
@require_safe
def customers(request: CompanyRequest) -> HttpResponse:
    """Customers with what they owe today."""
    sort: Sort = next((each for each in get_args(Sort) if each == request.GET.get("sort")), "overdue")
    filters = read_filters(request.GET)
    query = BalanceQuery(
        as_of=timezone.localdate(),
        position=position_at(request.company, known_at=None),
        filters=filters,
        owner_id=request.user.pk,
        sort=sort,
        after=_key(request.GET.get("after")),
        before=_key(request.GET.get("before")),
        limit=PAGE,
    )
    page = balances(request.company, query)
    first = read_number(request.GET.get("from")) or 1
    tabs = _tabs(request, filters)
    context = {
        "page": page,
        "as_of": query.as_of,
        "filters": filters,
        "sort": sort,
        "sort_queries": {each: filters.query(sort=each) for each in get_args(Sort)},
        "without": {name: filters.query(sort=sort, **{name: ""}) for name in filters.narrowing},
        "bare_query": Filters(view=filters.view).query(sort=sort),
        "everywhere_query": filters.query(sort=sort, view="all"),
        "first": first,
        "last": first + len(page.rows) - 1,
        "next_query": _page_query(filters, page.rows[-1:], "after", sort, first + PAGE) if page.has_next else "",
        "previous_query": (
            _page_query(filters, page.rows[:1], "before", sort, max(first - PAGE, 1)) if page.has_previous else ""
        ),
        "tabs": tabs,
        "current_tab": next(tab for tab in tabs if tab.is_current),
        "count_url": f"{reverse('desk:customer_views')}?{filters.query()}",
        "can_save": bool(filters.narrowing),
        "filter_fields": QueryDict(filters.query()).dict(),
        "choices": _choices(request.company, request.user),
    }
    template = "desk/_customer_table.html" if request.htmx else "desk/customers.html"
    return render(request, template, context)


@requires("customer.view")
@require_safe
def customer_views(request: CompanyRequest) -> HttpResponse:
    """The tabs again, with how many rows each view has: counted beside the page, so that the page need not wait."""
    tabs = _tabs(request, read_filters(request.GET))
    numbers = counts(
        request.company,
        [read_filters(QueryDict(tab.query)) for tab in tabs],
        as_of=timezone.localdate(),
        position=position_at(request.company, known_at=None),
        owner_id=request.user.pk,
    )
    counted = [
        Tab(tab.name, tab.query, tab.is_current, number, tab.saved) for tab, number in zip(tabs, numbers, strict=True)
    ]
    return render(request, "desk/_customer_views.html", {"tabs": counted})


@requires("customer.view")
@require_POST
def save_view(request: CompanyRequest) -> HttpResponse:
    """Keep what the list is narrowed to as a tab; the same name again replaces it."""
    filters = read_filters(request.POST)
    back = f"{reverse(THIS_LIST)}?{filters.query()}"
    name = request.POST.get("name", "").replace("\x00", "").strip()[:NAME_LENGTH_MAX]
    if not name or not filters.narrowing:
        messages.error(request, _("Narrow the list, then type a name for the view. Nothing was saved."))
        return redirect(back)
    mine = SavedView.objects.filter(company=request.company, page=THIS_LIST, owner=request.user)
    if mine.count() >= VIEWS_MAX and not mine.filter(name=name).exists():
        messages.error(request, _("You have %(most)s saved views. Remove one first.") % {"most": VIEWS_MAX})
        return redirect(back)
    is_shared = bool(request.POST.get("is_shared")) and allows(request.roles, "customer.edit")
    SavedView.objects.update_or_create(
        company=request.company, page=THIS_LIST, owner=request.user, name=name,
        defaults={"query": filters.query(), "is_shared": is_shared},
    )  # fmt: skip
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": name})
    return redirect(back)


@requires("customer.view")
@require_POST
def drop_view(request: CompanyRequest, pk: int) -> HttpResponse:
    """Remove one's own saved view. Offered to be undone."""
    mine = SavedView.objects.filter(owner=request.user, page=THIS_LIST)
    view = get_for(request.user, "customer.view", mine, pk, request.company)
    view.delete()
    request.session[UNDO_SESSION_KEY] = {
        "text": _("The view “%(name)s” is removed") % {"name": view.name},
        "url": reverse("desk:customer_save_view"),
        "fields": {
            **QueryDict(view.query).dict(), "name": view.name, "is_shared": "yes" if view.is_shared else "",
        },
    }  # fmt: skip
    return redirect(THIS_LIST)


def _tabs(request: CompanyRequest, filters: Filters) -> list[Tab]:
    """The built-in views, narrowed as the list is, then the saved ones: one's own and everybody's."""
    here = filters.query()
    saved = SavedView.objects.filter(
        Q(owner=request.user) | Q(is_shared=True), company=request.company, page=THIS_LIST
    ).order_by("name", "pk")[:VIEWS_MAX]
    kept = [(view, read_filters(QueryDict(view.query)).query()) for view in saved]
    shown = next((view for view, query in kept if query == here), None)
    basis = Filters() if shown else filters
    built_in = [
        Tab(str(name), basis.query(view=view), shown is None and view == filters.view) for view, name in VIEWS.items()
    ]
    return built_in + [Tab(view.name, query, view == shown, None, view) for view, query in kept]


def _choices(company: Company, user: User) -> dict[str, Any]:
    """What the filters and the acts on ticked rows offer."""
    people = User.objects.filter(memberships__company=company, is_active=True).distinct().order_by("full_name")
    return {
        "owners": people,
        "nobody": NOBODY,
        "segments": segments(company),
        "currencies": currencies(company),
        "terms": PaymentTerms.objects.filter(company=company, is_active=True),
        "reasons": Hold.Reason.choices,
        "custom": [field for field in custom_fields(company) if field.kind == CustomField.Kind.CHOICE],
    }


def _key(text: str | None) -> list[str]:
    """The row a page starts from: sorted value, code, currency. Anything else is the first page."""
    parts = (text or "").split(SEPARATOR)
    if len(parts) != 3 or "\x00" in (text or ""):
        return []
    whole, _point, cents = parts[0].removeprefix("-").partition(".")
    return parts if whole.isdecimal() and (cents or "0").isdecimal() and parts[0].isascii() else []


def _page_query(filters: Filters, rows: list[BalanceRow], side: str, sort: Sort, first: int) -> str:
    place = urlencode({"sort": sort, side: SEPARATOR.join(rows[0].key(sort)), "from": first})
    return "&".join(part for part in (filters.query(), place) if part)


def chosen(company: Company, ids: list[str]) -> QuerySet[Customer]:
    """The customers of `company` that were ticked, each once."""
    numbers = {number for number in map(read_number, ids) if number is not None}
    return Customer.objects.filter(company=company, pk__in=numbers).order_by("code")

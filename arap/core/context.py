"""What every page shows around its own content: navigation, company, open periods, undo."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core import keys
from arap.core.models import Company, Period, Role
from arap.core.permissions import PERMISSIONS, allows

THEMES = ("light", "dark")
THEME_COOKIE = "arap_theme"
# Rows as the design has them, or closer together; "" is the first.
DENSITIES = ("dense",)
DENSITY_COOKIE = "arap_density"
UNDO_SESSION_KEY = "undo"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the navigation: its name, who may see it, and the letter that G goes to."""

    url_name: str
    label: str | Promise
    verb: str
    letter: str
    marks: str  # the beginning of the names of all pages that keep this entry marked
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Pages under one quiet heading. It comes first for the roles that work there most."""

    title: str | Promise
    pages: tuple[Page, ...]
    first_for: tuple[Role, ...] = ()


NAVIGATION = (
    Section(
        "",
        (
            Page("desk:today", _("Today"), "dashboard.view", "h", "desk:today"),
            Page("desk:approvals", _("Approvals"), "approval.view", "q", "desk:approval"),
        ),
    ),
    Section(
        _("Receivables"),
        (
            Page("desk:customers", _("Customers"), "customer.view", "c", "desk:customer"),
            Page("invoices:list", _("Invoices"), "invoice.view", "i", "invoices:"),
            Page("receipts:list", _("Receipts"), "receipt.view", "r", "receipts:"),
            Page("bills:list", pgettext_lazy("page", "Bills"), "bill.view", "b", "bills:"),
        ),
    ),
    Section(
        _("Collections"),
        (
            Page("dunning:list", _("Reminders"), "reminder.view", "d", "dunning:"),
            Page("charges:list", _("Late charges"), "charge.view", "f", "charges:"),
            Page("cases:holds", _("Holds"), "hold.view", "p", "cases:"),
        ),
        first_for=(Role.COLLECTOR, Role.CREDIT_MANAGER),
    ),
    Section(
        _("Reconciliation"),
        (
            Page("statements:list", pgettext_lazy("page", "Statements"), "statement.view", "s", "statements:"),
            Page("outbox:list", _("Outbox"), "message.view", "o", "outbox:"),
        ),
    ),
    Section(
        _("Reports"),
        (
            Page("aging:report", pgettext_lazy("page", "Aging"), "aging.view", "a", "aging:"),
            Page("desk:reports", _("Reports"), "report.view", "e", "desk:report"),
        ),
    ),
    Section(
        _("Book"),
        (
            Page("desk:imports", _("Import"), "history.load", "m", "desk:import"),
            Page("desk:revaluation", _("Revaluation"), "ledger.view", "v", "desk:revaluation"),
            Page("desk:periods", _("Period close"), "period.view", "w", "desk:period"),
            Page("desk:vouchers", _("Vouchers"), "voucher.view", "k", "desk:voucher"),
            Page("desk:rates", _("Exchange rates"), "admin.rates", "x", "desk:rates"),
            Page("desk:guide", pgettext_lazy("page", "Set-up"), "company.set_up", "u", "desk:guide"),
            Page("desk:jobs", _("Jobs"), "job.view", "l", "desk:job"),
            Page("desk:audit", _("Audit log"), "audit.view", "t", "desk:audit"),
            Page("desk:personal_data", _("Personal data"), "personal_data.manage", "y", "desk:person"),
        ),
        first_for=(Role.ADMINISTRATOR, Role.AUDITOR),
    ),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor. What costs a query is lazy, so that error pages can do without."""
    company: Company | None = getattr(request, "company", None)
    roles: frozenset[Role] = getattr(request, "roles", frozenset())
    theme, density = request.COOKIES.get(THEME_COOKIE, ""), request.COOKIES.get(DENSITY_COOKIE, "")
    return {
        "company": company,
        "companies": getattr(request, "companies", []),
        "theme": theme if theme in THEMES else "",
        "density": density if density in DENSITIES else "",
        "today": timezone.localdate(),
        "may": {verb.replace(".", "_"): allows(roles, verb) for verb in PERMISSIONS},
        "navigation": _navigation(
            roles, getattr(request, "role", None), request.resolver_match.view_name if request.resolver_match else ""
        ),
        "keys": {"anywhere": keys.ANYWHERE, "lists": keys.LISTS},
        "open_periods": SimpleLazyObject(lambda: _open_periods(company)),
        "undo": SimpleLazyObject(lambda: _undo(request)),
    }


def _navigation(roles: frozenset[Role], role: Role | None, here: str) -> list[Section]:
    """The pages that `roles` may open; after Today comes the section in which `role` works most."""
    sections = []
    for section in sorted(NAVIGATION, key=lambda each: (bool(each.title), role not in each.first_for)):
        pages = tuple(
            replace(each, is_current=here.startswith(each.marks)) for each in section.pages if allows(roles, each.verb)
        )
        if pages:
            sections.append(replace(section, pages=pages))
    return sections


def _open_periods(company: Company | None) -> tuple[Period, Period] | None:
    """The first period that takes postings, and the last one that has begun; None when all are closed."""
    if company is None:
        return None
    still_open = list(Period.objects.open().filter(company=company).order_by("starts_on"))
    if not still_open:
        return None
    begun = [period for period in still_open if period.starts_on <= timezone.localdate()]
    return still_open[0], begun[-1] if begun else still_open[0]


def _undo(request: HttpRequest) -> dict[str, Any] | None:
    """What was done a moment ago and can be taken back; offered once."""
    return request.session.pop(UNDO_SESSION_KEY, None) if hasattr(request, "session") else None

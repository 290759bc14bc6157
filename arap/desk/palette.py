"""What the search box opens by name besides records: pages and acts, in the words of either language.

Somebody who works in Chinese may type an English name, and the other way round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from arap.core.context import NAVIGATION
from arap.core.models import Role
from arap.core.permissions import allows
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Place:
    """A page or an act that is opened by its name; without a verb everybody may."""

    label: str | Promise
    url_name: str
    verb: str = ""
    is_act: bool = False


@dataclass(frozen=True, slots=True)
class CustomerAct:
    """An act about a customer whose name follows its own: "statement haichen". `words` are what it may be called."""

    words: tuple[str | Promise, ...]
    label: str | Promise  # with %(customer)s
    url: Callable[[Customer], str]
    verb: str


ACTS = (
    Place(_("New receipt"), "receipts:new", "receipt.record", is_act=True),
    Place(_("New invoice"), "invoices:new", "invoice.draft", is_act=True),
    Place(_("New customer"), "desk:customer_new", "customer.edit", is_act=True),
)
# Pages that the navigation does not list.
OTHERS = (
    Place(_("Duplicates"), "desk:customers_duplicates", "customer.merge"),
    Place(_("Random sample"), "desk:audit_sample", "audit.view"),
    Place(_("Notifications"), "desk:news"),
    Place(_("Settings"), "core:settings"),
    Place(_("My account"), "core:account"),
    Place(_("API tokens"), "api:tokens", "token.use"),
    Place(_("API"), "api:docs", "token.use"),
)
CUSTOMER_ACTS = (
    CustomerAct(
        (_("Statement"), pgettext_lazy("page", "Statements")),
        _("Statement for %(customer)s"),
        lambda customer: reverse("statements:new", args=[customer.pk]),
        "statement.view",
    ),
    CustomerAct(
        (_("New receipt"), _("Receipt")),
        _("New receipt from %(customer)s"),
        lambda customer: f"{reverse('receipts:new')}?{urlencode({'customer': customer.code})}",
        "receipt.record",
    ),
    CustomerAct(
        (_("New invoice"), _("Invoice")),
        _("New invoice for %(customer)s"),
        lambda customer: f"{reverse('invoices:new')}?{urlencode({'customer': customer.code})}",
        "invoice.draft",
    ),
)
BETWEEN = ("for ", "from ", "to ", "给", "向", "：", ":")


def places(roles: frozenset[Role], text: str = "") -> list[Place]:
    """Acts and pages that `roles` may open, of which a word begins with `text`; of all of them the acts alone."""
    if not text:
        return [each for each in ACTS if allows(roles, each.verb)]
    pages = [Place(page.label, page.url_name, page.verb) for section in NAVIGATION for page in section.pages]
    mine = [each for each in (*ACTS, *pages, *OTHERS) if not each.verb or allows(roles, each.verb)]
    wanted = text.casefold()
    return [each for each in mine if any(_begins(name, wanted) for name in in_every_language(each.label))]


def customer_acts(roles: frozenset[Role], text: str) -> tuple[list[CustomerAct], str]:
    """The acts that `text` begins with, and the rest of it, which says the customer; none without both."""
    wanted = text.casefold()
    for act in CUSTOMER_ACTS:
        names = sorted({name for word in act.words for name in in_every_language(word)}, key=len, reverse=True)
        for name in names:
            rest = _after(wanted, name)
            if rest:
                return ([act] if allows(roles, act.verb) else []), rest
    return [], ""


def in_every_language(label: str | Promise) -> set[str]:
    """The label in each language that people may read, in small letters."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(str(label).casefold())
    return found


def _begins(name: str, wanted: str) -> bool:
    # Chinese has no spaces between words: there a part counts wherever it stands.
    if not wanted.isascii():
        return wanted in name
    return name.startswith(wanted) or any(word.startswith(wanted) for word in name.split())


def _after(wanted: str, name: str) -> str:
    """What follows `name`, without the word between; "" where it does not begin so. Latin words end with a space."""
    if not wanted.startswith(name):
        return ""
    rest = wanted[len(name) :]
    if name.isascii() and not rest.startswith(" "):
        return ""
    rest = rest.strip()
    for word in BETWEEN:
        rest = rest.removeprefix(word).strip()
    return rest

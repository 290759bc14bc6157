"""The search box: finding records as one types, opening pages and acts by name, and what one opened last."""

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from arap.core.fields import read_amount
from arap.core.http import CompanyRequest
from arap.core.money import AmountError
from arap.core.permissions import requires
from arap.core.wording import names
from arap.desk.hits import Hit, groups_of, hit_of
from arap.desk.palette import Place, customer_acts, places
from arap.desk.queries.finding import Found, find_all, recent
from customers.queries import search

FOUND_MAX = 20
BOXED_MAX = 5
PLACES_MAX = 6
TEXT_MAX = 100


@requires("search.use")
@require_safe
def find(request: CompanyRequest) -> HttpResponse:
    """Everything that matches what was typed; a single exact match opens at once."""
    text = _text(request)
    amount = _amount(text)
    found = find_all(request.company, text, amount, limit=FOUND_MAX)
    exact = _exact(found, text)
    if exact:
        return redirect(exact)
    context = {
        "find_text": text,
        "groups": groups_of(found),
        "places": [_place(each) for each in places(request.roles, text)] if text else [],
        "is_cut": FOUND_MAX in found.sizes,
        "found_max": FOUND_MAX,
    }
    return render(request, "desk/find.html", context)


@requires("search.use")
@require_safe
def find_box(request: CompanyRequest) -> HttpResponse:
    """What stands below the search box while one types; with nothing typed, acts and what one opened last."""
    text = _text(request)
    context: dict[str, object]
    if not text:
        opened = [hit_of(thing) for _kind, thing in recent(request.company, request.user)]
        context = {"text": text, "places": [_place(each) for each in places(request.roles)], "recent": opened}
        return render(request, "desk/_find_box.html", context)
    acts, whose = customer_acts(request.roles, text)
    found = find_all(request.company, text, _amount(text), limit=BOXED_MAX)
    chosen = [_place(each) for each in places(request.roles, text)[:PLACES_MAX]]
    customers = search(request.company, whose).filter(is_active=True)[:BOXED_MAX] if acts else []
    for customer in customers:
        named = {"customer": names(customer.name, customer.name_local)[0]}
        chosen += [Hit(url=act.url(customer), name=str(act.label) % named, facts=(customer.code,)) for act in acts]
    context = {
        "text": text,
        "places": chosen,
        "groups": groups_of(found),
        "is_cut": BOXED_MAX in found.sizes,
    }
    return render(request, "desk/_find_box.html", context)


def _text(request: CompanyRequest) -> str:
    return request.GET.get("q", "").strip()[:TEXT_MAX]


def _place(place: Place) -> Hit:
    return Hit(url=reverse(place.url_name), name=str(place.label))


def _exact(found: Found, text: str) -> str:
    """The address of the one thing that is called exactly so; "" where there is none, or more than one."""
    wanted = text.lower()
    customers = [reverse("desk:customer", args=[each.pk]) for each in found.customers if each.code.lower() == wanted]
    documents = [reverse("desk:document", args=[each.pk]) for each in found.documents if each.number.lower() == wanted]
    statements = [reverse("statements:detail", args=[each.pk]) for each in found.statements]
    exact = [*customers, *documents, *statements]
    # A reference that other documents have, too, is no name of one.
    return exact[0] if len(exact) == 1 and len(found.documents) <= len(documents) else ""


def _amount(text: str) -> Decimal | None:
    """The amount typed, in three decimals, so that it fits every currency; without the currency before or behind."""
    words = text.split()
    if len(words) == 2 and any(word.isalpha() and len(word) == 3 for word in words):
        text = next(word for word in words if not (word.isalpha() and len(word) == 3))
    try:
        return read_amount(text, "KWD")
    except AmountError:
        return None

"""What is done to the customers ticked in the list."""

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arap.core.context import UNDO_SESSION_KEY
from arap.core.errors import DomainError, Invalid
from arap.core.http import CompanyRequest
from arap.core.models import Company, User
from arap.core.paging import read_number
from arap.core.permissions import requires
from arap.desk.queries.filters import NOBODY, read_filters
from arap.desk.views.customer_list import THIS_LIST, chosen
from cases.actions import set_hold
from cases.models import Hold
from customers.actions import change_customers
from customers.models import Customer

# An undo travels through the page: above this it would not fit.
UNDO_MAX = 200


@requires("customer.edit")
@require_POST
def customer_batch(request: CompanyRequest) -> HttpResponse:
    """Another owner or segment for all that are ticked, or take them in or out of use. Offered to be undone."""
    if "was" in request.POST:
        return _undo(request)
    field = request.POST.get("act", "")
    rows = list(chosen(request.company, request.POST.getlist("customer")))
    if not rows or field not in ("owner", "segment"):
        messages.error(request, _("Tick customers and choose what to change. Nothing was changed."))
        return _back(request)
    try:
        value = _value(request.company, field, request.POST.get(field, ""))
        was: dict[str, list[int]] = {}
        for row in rows:
            was.setdefault(_was(row, field), []).append(row.pk)
        count = change_customers(request.company, [row.pk for row in rows], by=request.user, field=field, value=value)
    except DomainError as error:
        messages.error(request, str(error.message))
        return _back(request)
    text = ngettext("%(count)s customer changed", "%(count)s customers changed", count) % {"count": count}
    if count and len(rows) <= UNDO_MAX:
        request.session[UNDO_SESSION_KEY] = {
            "text": text,
            "url": reverse("desk:customer_batch"),
            "fields": {"act": field, "was": json.dumps(was), "back": request.POST.get("back", "")},
        }
    else:
        messages.success(request, f"{text}.")
    return _back(request)


@requires("hold.set")
@require_POST
def customer_hold(request: CompanyRequest) -> HttpResponse:
    """Hold the reminders of all that are ticked, for one reason. All or none."""
    rows = chosen(request.company, request.POST.getlist("customer"))[:UNDO_MAX]
    reason = request.POST.get("reason", "")
    if not rows or reason not in Hold.Reason.values:
        messages.error(request, _("Tick customers and choose a reason. Nothing was held."))
        return _back(request)
    with transaction.atomic():
        for row in rows:
            set_hold(request.company, row, reason=reason, starts_on=timezone.localdate(), by=request.user)
    count = len(rows)
    text = ngettext(
        "%(count)s customer on hold: no reminder leaves until it is released under Holds.",
        "%(count)s customers on hold: no reminder leaves until they are released under Holds.",
        count,
    )
    messages.success(request, text % {"count": count})
    return _back(request)


@transaction.atomic
def _restore(company: Company, was: dict[str, list[int]], field: str, by: User) -> None:
    for old, ids in was.items():
        change_customers(company, ids, by=by, field=field, value=_value(company, field, old))


def _was(row: Customer, field: str) -> str:
    return row.segment if field == "segment" else str(row.owner_id or NOBODY)


def _undo(request: CompanyRequest) -> HttpResponse:
    """Put back what the last act changed: an act of its own, in the history as any other."""
    field = request.POST.get("act", "")
    try:
        given = json.loads(request.POST["was"])
        was = {str(old): [int(pk) for pk in ids] for old, ids in given.items()}
    except (ValueError, TypeError, AttributeError):
        was = {}
    if not was or field not in ("owner", "segment"):
        messages.error(request, _("There is nothing to undo."))
        return _back(request)
    try:
        _restore(request.company, was, field, request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Undone."))
    return _back(request)


def _value(company: Company, field: str, text: str) -> Any:
    """What was typed or chosen, as the field holds it. Raises Invalid for an owner who is not of this company."""
    if field != "owner":
        return text.strip()
    if text == NOBODY:
        return None
    found = User.objects.filter(pk=read_number(text) or 0, memberships__company=company).first()
    if found is None:
        raise Invalid("unknown_owner", _("Choose an owner. Nothing was changed."), field="owner")
    return found


def _back(request: CompanyRequest) -> HttpResponse:
    """To the list as it was narrowed."""
    query = read_filters(QueryDict(request.POST.get("back", "")[:500])).query()
    return redirect(f"{reverse(THIS_LIST)}?{query}" if query else THIS_LIST)

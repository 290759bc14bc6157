"""Revaluation at month end: what it comes to, item by item, and posting it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.dates import ONE_DAY, day_of_month
from arap.core.http import CompanyRequest
from arap.core.models import Company, Role
from arap.core.paging import read_number
from arap.core.permissions import requires
from arap.desk.actions.revaluing import begin_revaluation
from arap.ledger import revaluation as rules
from arap.ledger.models import Account, Document, JournalLine
from arap.ledger.queries import position_at

PAGE = 50
MONTHS_SHOWN = 36
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class _PostedDocument:
    """A revaluation in the book, what takes it back, and what it came to: a gain above zero, in base currency."""

    document: Document
    mirror: Document
    difference: Decimal


@requires("ledger.view")
@require_safe
def revaluation(request: CompanyRequest) -> HttpResponse:
    """One month end: per currency and account the balance, the closing rate and the difference; what was posted."""
    months, takes_postings = _months(request.company, request.roles)
    month_end = _month_end(request.GET.get("month")) or (months[0] if months else None)
    rows = []
    if month_end is not None:
        position = position_at(request.company, known_at=None)
        rows = rules.revaluation(request.company, month_end=month_end, position=position)
    context = {
        "months": [*dict.fromkeys([*([month_end] if month_end else []), *months])],
        "month_end": month_end,
        "taken_back_on": month_end + ONE_DAY if month_end else None,
        "rows": rows,
        "total": rules.total(rows),
        "lacking": rules.lacking(rows),
        "is_due": rules.is_due(rows),
        "is_open": month_end in takes_postings,
        "is_posted": any(row.booked for row in rows),
        "documents": _documents(request.company, month_end) if month_end else [],
        "is_nightly": request.company.revalue_from is not None,
    }
    return render(request, "desk/revaluation.html", context)


@requires("ledger.view")
@require_safe
def revaluation_items(request: CompanyRequest) -> HttpResponse:
    """The items behind one line of it, in pages."""
    month_end = _month_end(request.GET.get("month"))
    account = Account.objects.filter(company=request.company, pk=read_number(request.GET.get("account")) or 0).first()
    currency = request.GET.get("currency", "").replace("\x00", "")[:3]
    if month_end is None or account is None or not currency:
        return redirect("desk:revaluation")
    position = position_at(request.company, known_at=None)
    after = read_number(request.GET.get("after"))
    found = rules.revaluation(request.company, month_end=month_end, position=position)
    rows, more = rules.revalued_items(
        request.company, month_end=month_end, position=position, currency=currency, account_id=account.pk,
        after=after, limit=PAGE,
    )  # fmt: skip
    kept = {"month": f"{month_end:%Y-%m}", "currency": currency, "account": account.pk}
    context = {
        "month_end": month_end,
        "account": account,
        "currency": currency,
        "line": next((row for row in found if (row.currency, row.account_id) == (currency, account.pk)), None),
        "rows": rows,
        "next_query": urlencode({**kept, "after": rows[-1].item_id}) if more else "",
        "first_query": urlencode(kept),
        "is_first": after is None,
    }
    return render(request, "desk/revaluation_items.html", context)


@requires("revaluation.post")
@require_POST
def revaluation_post(request: CompanyRequest) -> HttpResponse:
    """Begin the job that posts what the page has shown."""
    month_end = _month_end(request.POST.get("month"))
    _known, takes_postings = _months(request.company, request.roles)
    if month_end is None or month_end not in takes_postings:
        messages.error(request, _("This month takes no postings: it or the day after it is not in an open period."))
        return redirect(f"{reverse('desk:revaluation')}?{urlencode({'month': request.POST.get('month', '')})}")
    return redirect("desk:job", begin_revaluation(request.company, month_end=month_end, by=request.user).pk)


def _month_end(text: str | None) -> date | None:
    """The last day of a month such as 2026-10; None for anything else."""
    found = MONTH.fullmatch(text or "")
    return day_of_month(int(found[1]), int(found[2]), 31) if found and found[1] != "0000" else None


def _months(company: Company, roles: frozenset[Role]) -> tuple[list[date], set[date]]:
    """The month ends to choose from, newest first: those that take postings, and those that were revalued."""
    still_open = rules.open_month_ends(company, before=timezone.localdate() + ONE_DAY, roles=roles)
    revalued = Document.objects.filter(company=company, kind=Document.Kind.FX, reason_code=rules.REASON, reverses=None)
    past = revalued.order_by("-posted_on").values_list("posted_on", flat=True).distinct()[:MONTHS_SHOWN]
    return sorted({*still_open, *past}, reverse=True)[:MONTHS_SHOWN], set(still_open)


def _documents(company: Company, month_end: date) -> list[_PostedDocument]:
    """What was posted for the month end, oldest first, each with its mirror. Three queries."""
    ours = Document.objects.filter(company=company, kind=Document.Kind.FX, reason_code=rules.REASON)
    posted = list(ours.filter(posted_on=month_end, reverses=None).order_by("pk"))
    mirrors = {mirror.reverses_id: mirror for mirror in ours.filter(reverses__in=posted)}
    lines = JournalLine.objects.filter(document__in=posted, item__isnull=False).order_by()
    sums = dict(lines.values_list("document_id").annotate(Sum("base_amount")))
    return [_PostedDocument(each, mirrors[each.pk], sums[each.pk]) for each in posted]

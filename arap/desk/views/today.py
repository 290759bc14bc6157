"""Today: where the company stands, what waits, and whether the book ties."""

from collections.abc import Sequence
from datetime import date, timedelta
from time import perf_counter
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aging import standings
from aging.queries import AgingRow, aging, proofs
from aging.rules import buckets_at
from aging.standings import standing_at
from arap.core import wording
from arap.core.http import CompanyRequest
from arap.core.permissions import allows, requires
from arap.desk.charts import Bucket, Month, stacked_bars
from arap.desk.queries import today as figures
from arap.desk.queries.first_hour import FirstHour, first_hour
from arap.desk.queries.guide import progress
from arap.desk.queries.nights import latest_runs
from arap.desk.queries.practice import practice_of
from arap.ledger.models import Item
from arap.ledger.queries import position_at

SOON_DAYS = 7
CREDITS_SHOWN = 6


@requires("dashboard.view")
@require_safe
def today(request: CompanyRequest) -> HttpResponse:
    """Balances, overdue and receipts not applied as of today, and the proof beside them."""
    company, as_of = request.company, timezone.localdate()
    position = position_at(company, known_at=None)
    started = perf_counter()
    standing = standing_at(company, as_of=as_of, position=position)
    sums: Sequence[AgingRow]
    if standing is None:
        report = aging(company, as_of=as_of, position=position, by="currency", base=True)
        sums, proof, customers = report.rows, proofs(company, report), None
    else:
        sums = standings.totals(standing)
        proof, customers = standings.proofs(standing, sums), standings.counted(standing)
    seconds = perf_counter() - started
    context = {
        "as_of": as_of,
        "now": timezone.now(),
        "base": figures.balance_in_base(sums, company.base_currency),
        "currencies": figures.balances_by_currency(sums),
        "counts": figures.counts(
            company,
            as_of=as_of,
            position=position,
            soon=as_of + timedelta(days=SOON_DAYS),
            items=sum(row.items for row in sums),
            customers=customers,
        ),
        "credits": _credits(request),
        "proofs": proof,
        "ties": all(each.difference == 0 for each in proof),
        "seconds": f"{seconds:.2f}",
        "position": position,
        "runs": latest_runs(company),
        "first_hour": _first_hour(request),
        "set_up": progress(company) if allows(request.roles, "company.set_up") else None,
        "labels": [wording.bucket_words(each.from_days, each.to_days) for each in buckets_at(as_of, basis="due")],
    }
    return render(request, "desk/today.html", context)


@requires("dashboard.view")
@require_safe
def aging_chart(request: CompanyRequest) -> HttpResponse:
    """The aging chart of twelve months. Today fetches it by htmx; by itself it is a page."""
    company, on = request.company, timezone.localdate()
    position = position_at(company, known_at=None)
    ends = figures.month_ends(company, today=on, position=position)
    labels = [wording.bucket_words(each.from_days, each.to_days) for each in buckets_at(on, basis="due")]
    months = [month_bar(end, labels, is_now=end.on == on) for end in ends]
    template = "desk/_chart.html" if request.htmx else "desk/aging_chart.html"
    context = {
        "chart": stacked_bars(months),
        "title": _("Aging, 12 months"),
        "labels": labels,
        "currency": company.base_currency,
    }
    return render(request, template, context)


def _first_hour(request: CompanyRequest) -> FirstHour | None:
    """How far it is, for whoever wants to be told."""
    if request.user.hides_first_hour:
        return None
    return first_hour(practice_of(request.user), request.user, request.roles)


def month_bar(end: figures.MonthEnd, labels: list[str], *, is_now: bool) -> Month:
    """The bar of a day, a segment for each bucket, each leading into the aging report of that day."""
    report = reverse("aging:report")
    return Month(
        label=axis_label(end.on, is_now=is_now),
        day=wording.prose_day(end.on),
        is_now=is_now,
        buckets=[
            Bucket(label, amount, f"{report}?{urlencode({'as_of': end.on.isoformat(), 'bucket': at})}")
            for at, (label, amount) in enumerate(zip(labels, end.buckets, strict=True))
        ],
    )


def axis_label(on: date, *, is_now: bool) -> str:
    """The month; with the year in January, and the day itself for the last bar, which is not a month end."""
    if is_now:
        return wording.short_day(on)
    if wording.in_chinese():
        return f"{on.year % 100}年{on.month}月" if on.month == 1 else f"{on.month}月"
    name = wording.MONTHS[on.month - 1]
    return f"{name} {on.year % 100}" if on.month == 1 else name


def _credits(request: CompanyRequest) -> list[Item]:
    """The oldest credits not applied: receipts, credit notes, money of unknown payers."""
    found = Item.objects.filter(company=request.company, amount__lt=0).exclude(open_amount=0)
    return list(found.select_related("document", "customer").order_by("document_on", "id")[:CREDITS_SHOWN])

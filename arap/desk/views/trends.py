"""Charts of the book over time, each bar a link into the report it was read from."""

from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aging.rules import buckets_at
from arap.core import wording
from arap.core.http import CompanyRequest
from arap.core.permissions import requires
from arap.desk.charts import Bucket, Month, stacked_bars
from arap.desk.queries.today import MonthEnd, month_ends
from arap.desk.queries.trends import WEEKS, Week, collected_by_week
from arap.desk.views.today import axis_label, month_bar
from arap.ledger.queries import position_at

WEEKS_NAMED = 4  # every so many weeks one is named under its bar: more names do not fit


@requires("report.view")
@require_safe
def trends(request: CompanyRequest) -> HttpResponse:
    """Aging, balance and overdue over twelve months, and the money that came in during 26 weeks."""
    company, today = request.company, timezone.localdate()
    position = position_at(company, known_at=None)
    ends = month_ends(company, today=today, position=position)
    labels = [wording.bucket_words(each.from_days, each.to_days) for each in buckets_at(today, basis="due")]
    weeks = collected_by_week(company, today=today, position=position)
    aging = [month_bar(end, labels, is_now=end.on == today) for end in ends]
    overdue = [_overdue(end, is_now=end.on == today) for end in ends]
    collected = [_week(week, at, is_now=at == WEEKS - 1) for at, week in enumerate(weeks)]
    charts = [
        ("aging", _("Aging, 12 months"), stacked_bars(aging), labels),
        ("overdue", _("Balance and overdue, 12 months"), stacked_bars(overdue), [_("Not due"), _("Overdue")]),
        ("collected", _("Collected per week, 26 weeks"), stacked_bars(collected), [_("Collected")]),
    ]
    return render(request, "desk/trends.html", {"charts": charts, "currency": company.base_currency})


def _overdue(end: MonthEnd, *, is_now: bool) -> Month:
    report, on = reverse("aging:report"), end.on.isoformat()
    return Month(
        label=axis_label(end.on, is_now=is_now),
        day=wording.prose_day(end.on),
        is_now=is_now,
        buckets=[
            Bucket(_("Not due"), end.buckets[0], f"{report}?{urlencode({'as_of': on, 'bucket': 0})}"),
            Bucket(_("Overdue"), sum(end.buckets[1:], Decimal(0)), f"{report}?{urlencode({'as_of': on})}"),
        ],
    )


def _week(week: Week, at: int, *, is_now: bool) -> Month:
    first, last = week.first_on, week.last_on
    asked = urlencode({"period": "days", "first": first.isoformat(), "last": last.isoformat()})
    return Month(
        # The last one has no room for a name: half of it would stand outside.
        label=wording.short_day(first) if at % WEEKS_NAMED == 0 else "",
        day=f"{wording.prose_day(first)} – {wording.prose_day(last)}",
        is_now=is_now,
        buckets=[Bucket(_("Collected"), week.collected, f"{reverse('desk:report', args=['receipts'])}?{asked}")],
    )

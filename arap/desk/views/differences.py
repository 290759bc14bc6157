"""Exchange differences of a period: what was realised and what was not, by account and currency."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.money import ZERO
from arap.core.paging import Row, read_number, read_row
from arap.core.permissions import requires
from arap.desk.forms.periods import ReportPeriodForm
from arap.desk.queries.differences import ROLES, difference_lines, difference_sums
from arap.ledger.models import Account

PAGE = 50


@requires("report.view")
@require_safe
def differences(request: CompanyRequest) -> HttpResponse:
    """The sums of the period, each leading to its lines."""
    form = ReportPeriodForm(request.GET, today=timezone.localdate())
    first_on, last_on = form.days
    rows = difference_sums(request.company, first_on=first_on, last_on=last_on)
    context = {
        "form": form,
        "first_on": first_on,
        "last_on": last_on,
        "rows": rows,
        "gain": sum((row.gain for row in rows), ZERO),
        "loss": sum((row.loss for row in rows), ZERO),
        "net": sum((row.net for row in rows), ZERO),
        "query": urlencode({"from_on": first_on.isoformat(), "to_on": last_on.isoformat()}),
    }
    return render(request, "desk/differences.html", context)


@requires("report.view")
@require_safe
def lines(request: CompanyRequest) -> HttpResponse:
    """The journal lines behind one sum, newest first, in pages."""
    form = ReportPeriodForm(request.GET, today=timezone.localdate())
    first_on, last_on = form.days
    account = Account.objects.filter(
        company=request.company, role__in=ROLES, pk=read_number(request.GET.get("account")) or 0
    ).first()
    currency = request.GET.get("currency", "").replace("\x00", "")[:3]
    if account is None or not currency:
        return redirect("desk:revaluation_differences")
    after = read_row(request.GET.get("after"))
    rows, more = difference_lines(
        request.company, first_on=first_on, last_on=last_on, account_id=account.pk, currency=currency, after=after,
        limit=PAGE,
    )  # fmt: skip
    period = {"from_on": first_on.isoformat(), "to_on": last_on.isoformat()}
    kept = {**period, "account": account.pk, "currency": currency}
    context = {
        "account": account,
        "currency": currency,
        "first_on": first_on,
        "last_on": last_on,
        "rows": rows,
        "period_query": urlencode(period),
        "next_query": urlencode({**kept, "after": str(Row(rows[-1].posted_on, rows[-1].line_id))}) if more else "",
        "first_query": urlencode(kept),
        "is_first": after is None,
    }
    return render(request, "desk/difference_lines.html", context)

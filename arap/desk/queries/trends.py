"""What the charts of the reports show besides the aging: the money that came in, week by week."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company

WEEKS = 26
WEEK = timedelta(days=7)

# Receipts by the week of their posting date. What was returned since has a document of another kind, and stays here:
# the chart says what came in, as the report of receipts does.
COLLECTED = """
select d.posted_on - (extract(isodow from d.posted_on)::int - 1) as monday, -sum(d.base_total)
  from ledger_document d
 where d.company_id = %(company)s and d.kind = 'receipt' and d.posted_on between %(first)s and %(last)s
   and d.position <= %(position)s
 group by 1
"""


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday, or to today; `collected` in base currency."""

    first_on: date
    last_on: date
    collected: Decimal


def collected_by_week(company: Company, *, today: date, position: int, weeks: int = WEEKS) -> list[Week]:
    """The money of the last `weeks` weeks, this one last, in base currency, as known at `position`. One query."""
    this = today - timedelta(days=today.isoweekday() - 1)
    mondays = [this - WEEK * back for back in range(weeks - 1, -1, -1)]
    params: dict[str, Any] = {"company": company.pk, "first": mondays[0], "last": today, "position": position}
    with connection.cursor() as cursor:
        cursor.execute(COLLECTED, params)
        sums: dict[date, Decimal] = dict(cursor.fetchall())
    return [Week(monday, min(monday + timedelta(days=6), today), sums.get(monday, Decimal(0))) for monday in mondays]

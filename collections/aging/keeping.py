"""Reports that are kept when somebody asks for them: of which books, and what became of the job."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from aging.actions import KIND
from arap.core.models import Company, Job

# So many items are added up while a page is waited for.
ITEMS_AT_ONCE = 50_000


def is_large(company: Company) -> bool:
    """Whether the book has more items than are added up at once. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from ledger_item where company_id = %s order by company_id, id offset %s)",
            [company.pk, ITEMS_AT_ONCE],
        )
        return bool(cursor.fetchone()[0])


def kept_by(company: Company, *, as_of: date, basis: str, edges: Sequence[int], position: int | None) -> Job | None:
    """The latest job that adds or added such a report up. One query."""
    params = {"as_of": as_of.isoformat(), "basis": basis, "edges": list(edges), "position": position}
    return Job.objects.filter(company=company, kind=KIND, params__contains=params).order_by("-pk").first()

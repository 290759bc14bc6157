"""What must hold of every book after every act: invariants, and reports that tie on every day and at any position."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from aging.queries import aging, ties
from arap.core.models import Company
from arap.ledger.checks import check, invariants
from arap.ledger.queries import control_totals, open_items, position_at

INVARIANTS = invariants()
ZERO = Decimal(0)


def findings(company: Company) -> list[str]:
    """The invariants that do not hold, each with the rows that break it. Empty when the book is right."""
    checked = [check(company, invariant) for invariant in INVARIANTS]
    return [f"{finding.invariant.title}: {finding.rows}" for finding in checked if not finding.holds]


def assert_holds(company: Company) -> None:
    found = findings(company)
    assert not found, "\n".join(found)


def days(company: Company) -> list[date]:
    """Every day on which something of the book counts, and the day before each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct day - before from ("
            " select posted_on from ledger_item where company_id = %(company)s"
            " union select effective_on from ledger_entry where company_id = %(company)s) d (day),"
            " (values (0), (1)) b (before) order by 1",
            {"company": company.pk},
        )
        return [day for (day,) in cursor.fetchall()]


def assert_ties(company: Company, *, as_of: date, position: int) -> None:
    """Aging, open items and control accounts say the same, in currency and in base."""
    report = aging(company, as_of=as_of, position=position, base=True)
    assert ties(company, report), (as_of, position)
    items = open_items(company, as_of=as_of, position=position)
    by_items = _sums((item.currency, item.open_amount, item.open_base_amount) for item in items)
    by_aging = _sums((row.currency, row.total, row.base_total) for row in report.totals)
    journal = control_totals(company, as_of=as_of, position=position)
    by_journal = _sums((total.currency, total.amount, total.base_amount) for total in journal)
    assert by_items == by_aging == by_journal, (as_of, position)


def assert_ties_always(company: Company) -> None:
    """The same on every day of the book, as known now and as known half-way."""
    last = position_at(company, known_at=None)
    for as_of in days(company):
        for position in {last, last // 2}:
            assert_ties(company, as_of=as_of, position=position)


def prove(company: Company) -> None:
    """Everything above."""
    assert_holds(company)
    assert_ties_always(company)


def _sums(rows: object) -> dict[str, tuple[Decimal, Decimal]]:
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for currency, amount, base in rows:  # type: ignore[attr-defined]
        had = sums.get(currency, (ZERO, ZERO))
        sums[currency] = (had[0] + amount, had[1] + base)
    return {currency: pair for currency, pair in sums.items() if pair != (ZERO, ZERO)}


def month_end(on: date) -> date:
    """The last day of the month before `on`'s."""
    return on.replace(day=1) - timedelta(days=1)

"""A month end over open items in three currencies, beside SQL that writes the same rows by hand."""

from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from arap.core.actions.rates import NewRate, set_rates
from arap.core.models import Company
from arap.ledger.actions import book_transaction, open_staging, post_staged, revalue
from bench.measure import Sheet
from bench.scratch import scratch_database, vacuum
from bench.work import Bench, chunks, prepare, run_sql

MONTH_END = date(2026, 6, 30)


def run(size: int) -> Sheet:
    """`size` open items of USD, EUR and JPY are revalued; then once more, when nothing is left to post."""
    sheet = Sheet(size)
    with scratch_database() as url:
        company = _open_items(size, url)
        with sheet.timed("revaluation", size, limit="SQL: revaluation") as line:
            posted = revalue(company, month_end=MONTH_END, by=None)
        line.note = f"{sum(each.items for each in posted):,} items differ"
        with sheet.timed("revaluation, nothing left", size, limit="SQL: revaluation"):
            assert not revalue(company, month_end=MONTH_END, by=None)
    with scratch_database() as url:
        company = _open_items(size, url)
        with sheet.timed("SQL: revaluation", size), transaction.atomic():
            bench = Bench(company, size, 0)
            run_sql("limit_revaluation.sql", {**bench.parameters(), "as_of": MONTH_END})
    return sheet


def _open_items(size: int, url: str) -> Company:
    """A company with that many open items, none of them paid, and closing rates of its three currencies."""
    bench = prepare(size, "REVALUED")
    for first, last in chunks(size):
        _post_chunk(bench, first, last)
    rates = {"USD": "7.2513", "EUR": "7.8421", "JPY": "0.0471"}
    new = [NewRate(currency=each, valid_from=MONTH_END, rate=Decimal(rate)) for each, rate in rates.items()]
    set_rates(bench.company, new, source="bench", by=None)
    connection.close()
    vacuum(url)
    return bench.company


@book_transaction
def _post_chunk(bench: Bench, first: int, last: int) -> None:
    open_staging()
    run_sql("stage_foreign.sql", bench.parameters(first, last))
    post_staged(bench.company, by=None, verb="bench")

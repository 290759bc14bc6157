"""Aging at any date, as known now and earlier; one customer's aging and ledger. Rows are delivered to Python."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from aging.queries import aging
from arap.ledger.queries import customer_ledger, position_at
from bench.measure import Sheet
from bench.scratch import vacuum
from bench.work import SQL, TODAY, Bench, post_all, prepare, receive_all

REPEATS = 3
MONTHS_BACK = (1, 6, 17, 30)
YEARLY_MAX = 20_000


def reads(sheet: Sheet, bench: Bench, url: str) -> None:
    """Ours beside the best of the ways we know by hand, at today and at past dates."""
    vacuum(url)
    position = position_at(bench.company, known_at=None)
    _measure(sheet, bench, "today", TODAY, position, ["limit_aging_today.sql"])
    for months in MONTHS_BACK:
        past = TODAY - timedelta(days=30 * months)
        _measure(
            sheet,
            bench,
            f"{months} months back",
            past,
            position,
            ["limit_aging_pruned.sql", "limit_aging_added_back.sql"],
        )
    # half of the book's postings came later: the question that must read the most
    _measure(
        sheet,
        bench,
        "12 months back, known at half",
        TODAY - timedelta(days=360),
        position // 2,
        ["limit_aging_pruned.sql"],
        known=True,
    )
    _one_customer(sheet, bench, position)


def _measure(
    sheet: Sheet, bench: Bench, name: str, as_of: date, position: int, files: list[str], *, known: bool = False
) -> None:
    parameters: dict[str, Any] = {"company": bench.company.pk, "as_of": as_of, "position": position}
    limit = f"SQL: aging, {name}"
    first = None
    for _repeat in range(REPEATS):
        # One answer is kept: a process that grows with each would measure the making of memory.
        with sheet.timed(f"aging, {name}", sheet.size, limit=limit) as line:
            report = aging(bench.company, as_of=as_of, position=position)
        line.note = f"{len(report.rows):,} rows"
        answers = [[(row.key, row.currency, *row.buckets, row.unapplied, row.total) for row in report.rows]]
        del report
        for file in files:
            sql = (SQL / file).read_text(encoding="utf-8")
            sql = sql.replace("{known_entries}", "and position <= %(position)s" if known else "")
            sql = sql.replace(
                "{known_items}", "and i.position <= %(position)s" if known else "and i.settled_on > %(as_of)s"
            )
            with sheet.timed(limit, sheet.size), connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                answers.append(cursor.fetchall())
        first = first or sorted(answers[0])
        assert all(sorted(answer) == first for answer in answers), f"the ways disagree on {name}"


def _one_customer(sheet: Sheet, bench: Bench, position: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from customers_customer where company_id = %s order by id limit 200", [bench.company.pk]
        )
        customers = [row[0] for row in cursor.fetchall()]
    company, past = bench.company, TODAY - timedelta(days=360)
    sql = (SQL / "limit_ledger.sql").read_text(encoding="utf-8")

    def by_hand(customer: int) -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"company": company.pk, "customer": customer})
            return cursor.fetchall()

    reads: list[tuple[str, str, Callable[[int], object]]] = [
        ("one customer, aging today", "", lambda c: aging(company, as_of=TODAY, position=position, customer_id=c)),
        ("one customer, aging a year back", "", lambda c: aging(company, as_of=past, position=position, customer_id=c)),
        (
            "one customer, ledger",
            "SQL: one customer, ledger",
            lambda c: customer_ledger(company, c, first_on=date(2022, 1, 1), as_of=TODAY, position=position),
        ),
        ("SQL: one customer, ledger", "", by_hand),
    ]
    for _repeat in range(REPEATS):
        for name, limit, read in reads:
            with sheet.timed(name, len(customers), limit=limit):
                for customer in customers:
                    read(customer)


def history(sheet: Sheet, url: str) -> None:
    """One density of work over one, two and four years: what is open on a day stays the same, the history does not."""
    yearly = min(sheet.size // 5, YEARLY_MAX)
    benches = []
    for years in (1, 2, 4):
        bench = prepare(yearly * years, f"HISTORY{years}", years=years)
        post_all(bench)
        receive_all(bench)
        benches.append((years, bench))
    vacuum(url)
    for name, as_of in (("at its end", date(2025, 12, 31)), ("200 days back", date(2025, 6, 14))):
        for _repeat in range(REPEATS):
            for years, bench in benches:
                position = position_at(bench.company, known_at=None)
                first = f"aging {name}, history x1"
                with sheet.timed(f"aging {name}, history x{years}", 1, limit="" if years == 1 else first) as line:
                    report = aging(bench.company, as_of=as_of, position=position)
                line.note = f"{len(report.rows):,} rows of {bench.size:,} invoices"

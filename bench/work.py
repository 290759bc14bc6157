"""The company of a measurement, and its work in chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from arap.core.actions.companies import create_company
from arap.core.actions.periods import open_periods
from arap.core.models import Company
from arap.ledger.actions import apply_staged, book_transaction, open_staging, post_staged, refresh_statistics
from arap.ledger.chart import accounts

SQL = Path(__file__).with_name("sql")
CHUNK = 5000
TODAY = date(2026, 6, 30)  # after the last invoice and receipt of the source


@dataclass(frozen=True)
class Bench:
    """A company with customers, and the source tables of its work."""

    company: Company
    size: int
    receipts: int

    def parameters(self, first: int = 0, last: int = 0) -> dict[str, Any]:
        return {"company": self.company.pk, "size": self.size, "first": first, "last": last, **accounts(self.company)}


def run_sql(name: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"), parameters)


def prepare(size: int, code: str, *, years: int | None = None) -> Bench:
    """A company `code` with size/10 customers, and the work of `size` invoices in this session's source tables."""
    company = create_company(code=code, name=f"Bench {code}", base_currency="CNY", by=None)
    for year in range(2021, 2028):
        open_periods(company, year, by=None)
    accounts(company)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into customers_customer (company_id, code, name, language, currency, root_id)
            select %s, 'B' || lpad(n::text, 7, '0'), 'Customer ' || n, 'en', 'CNY', 0 from generate_series(1, %s) n
            """,
            [company.pk, max(size // 10, 1)],
        )
    refresh_statistics()
    return fill_source(company, size, years=years)


def fill_source(company: Company, size: int, *, years: int | None = None) -> Bench:
    """Lay out the work of a company anew, the same for every size and run; with `years`, a history of that length."""
    with connection.cursor() as cursor:
        cursor.execute(
            "drop table if exists bench_invoice, bench_payment, bench_receipt, bench_pair, bench_item, bench_credit"
        )
        source = (SQL / ("source.sql" if years is None else "history.sql")).read_text(encoding="utf-8")
        cursor.execute(source, {"size": size, "company": company.pk, "years": years})
        cursor.execute("create temp table bench_item (n int primary key, item_id bigint)")
        cursor.execute(
            "create temp table bench_credit (r int primary key, item_id bigint, customer_id bigint, on_date date,"
            " position bigint, application_id bigint)"
        )
        cursor.execute("select count(*) from bench_receipt")
        return Bench(company, size, cursor.fetchone()[0])


def chunks(count: int) -> Iterator[tuple[int, int]]:
    for first in range(1, count + 1, CHUNK):
        yield first, min(count, first + CHUNK - 1)


@book_transaction
def _post_chunk(bench: Bench, first: int, last: int) -> None:
    open_staging()
    run_sql("stage.sql", bench.parameters(first, last))
    post_staged(bench.company, by=None, verb="bench")
    with connection.cursor() as cursor:
        cursor.execute("insert into bench_item select ref, id from book_item")


@book_transaction
def _receive_chunk(bench: Bench, first: int, last: int) -> None:
    open_staging()
    run_sql("stage_receipts.sql", bench.parameters(first, last))
    post_staged(bench.company, by=None, verb="bench")
    run_sql("stage_pairs.sql", bench.parameters(first, last))
    apply_staged(bench.company, by=None, verb="bench")


def _grown(first: int) -> None:
    """Statistics after the first chunk, as any bulk load must; afterwards the server keeps them."""
    if first == 1:
        refresh_statistics()


def post_all(bench: Bench) -> None:
    """Post every invoice through the book, in chunks, each its own transaction."""
    for first, last in chunks(bench.size):
        _post_chunk(bench, first, last)
        _grown(first)


def receive_all(bench: Bench) -> None:
    """Post every receipt and apply it, in chunks."""
    for first, last in chunks(bench.receipts):
        _receive_chunk(bench, first, last)
        _grown(first)


def limit_post_all(bench: Bench) -> None:
    for first, last in chunks(bench.size):
        with transaction.atomic():
            run_sql("limit_post.sql", bench.parameters(first, last))
        _grown(first)


def limit_receive_all(bench: Bench) -> None:
    for first, last in chunks(bench.receipts):
        with transaction.atomic():
            run_sql("limit_receipts.sql", bench.parameters(first, last))
        _grown(first)


def drafts(bench: Bench, count: int) -> list[int]:
    """Drafts of the first `count` invoices of the source, each of three lines; their ids in order."""
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_draft")
        cursor.execute((SQL / "drafts.sql").read_text(encoding="utf-8"), {**bench.parameters(), "size": count})
        cursor.execute("select invoice_id from bench_draft order by n")
        return [row[0] for row in cursor.fetchall()]


def limit_drafts(bench: Bench, count: int) -> None:
    """Post the first `count` drafts by hand-written SQL."""
    for first, last in chunks(count):
        with transaction.atomic():
            run_sql("limit_post.sql", bench.parameters(first, last))
            run_sql("limit_drafts.sql", bench.parameters(first, last))
        _grown(first)

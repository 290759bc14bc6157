"""Posting invoices: in bulk, and one by one."""

from datetime import date
from decimal import Decimal

from django.db import connection

from arap.ledger.actions import NewDocument, NewItem, NewLine, post_documents
from bench.measure import Sheet
from bench.work import SQL, Bench, fill_source, limit_post_all, post_all, prepare

SINGLES = 300


def run(sheet: Sheet, _url: str) -> None:
    """Bulk and single posting through the book, each beside its SQL."""
    ours = prepare(sheet.size, "OURS")
    with sheet.timed("post, bulk", ours.size, limit="SQL: post, bulk"):
        post_all(ours)
    limit = prepare(sheet.size, "LIMIT")
    with sheet.timed("SQL: post, bulk", limit.size):
        limit_post_all(limit)
    _singles(sheet, ours, limit)


def _singles(sheet: Sheet, ours: Bench, limit: Bench) -> None:
    fill_source(ours.company, ours.size)
    documents = [_invoice(row) for row in _rows()]
    with sheet.timed("post, one by one", len(documents), limit="SQL: post, one by one"):
        for document in documents:
            post_documents(ours.company, [document], by=None, verb="bench")
    fill_source(limit.company, limit.size)
    accounts = limit.parameters()
    with connection.cursor() as cursor:
        cursor.execute((SQL / "limit_one.sql").read_text(encoding="utf-8"))
        rows = _rows()
        with sheet.timed("SQL: post, one by one", len(rows)):
            for customer, on, due, net, tax in rows:
                cursor.execute(
                    "select pg_temp.limit_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [
                        limit.company.pk,
                        accounts["receivable"],
                        accounts["revenue"],
                        accounts["output_tax"],
                        customer,
                        on,
                        due,
                        net,
                        tax,
                    ],
                )


def _rows() -> list[tuple[int, date, date, Decimal, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select customer_id, on_date, due_on, net, tax from bench_invoice where tax <> 0 order by n desc limit %s",
            [SINGLES],
        )
        return list(cursor.fetchall())


def _invoice(row: tuple[int, date, date, Decimal, Decimal]) -> NewDocument:
    customer, on, due, net, tax = row
    return NewDocument(
        kind="invoice", customer_id=customer, currency="CNY", rate=Decimal(1), document_on=on, posted_on=on,
        items=[NewItem(account="receivable", amount=net + tax, due_on=due)],
        lines=[NewLine(account="revenue", amount=-net), NewLine(account="output_tax", amount=-tax)],
    )  # fmt: skip

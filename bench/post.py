"""Posting invoices: in bulk, and one by one."""

from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from arap.ledger.actions import NewDocument, NewItem, NewLine, post_documents, refresh_statistics
from bench.measure import Sheet
from bench.work import CHUNK, SQL, Bench, drafts, fill_source, limit_drafts, prepare
from invoices.actions import post_invoice, post_invoices

SINGLES = 300
DRAFTS_MAX = 100_000


def singles(sheet: Sheet, ours: Bench) -> None:
    """One document at a time through the book."""
    fill_source(ours.company, ours.size)
    documents = [_invoice(row) for row in _rows()]
    with sheet.timed("post, one by one", len(documents), limit="SQL: post, one by one"):
        for document in documents:
            post_documents(ours.company, [document], by=None, verb="bench")


def singles_limit(sheet: Sheet, limit: Bench) -> None:
    """One document at a time by one SQL call."""
    fill_source(limit.company, limit.size)
    roles = limit.parameters()
    accounts = [roles[role] for role in ("receivable", "revenue", "output_tax")]
    with connection.cursor() as cursor:
        cursor.execute((SQL / "limit_one.sql").read_text(encoding="utf-8"))
        rows = _rows()
        with sheet.timed("SQL: post, one by one", len(rows)):
            for row in rows:
                cursor.execute(
                    "select pg_temp.limit_post_one(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                    [limit.company.pk, *accounts, *row],
                )


def drafts_ours(sheet: Sheet) -> None:
    """From draft to posted by the product's own action, invoices and audit included."""
    count = min(sheet.size, DRAFTS_MAX)
    ours = prepare(count, "DRAFTS")
    ids = drafts(ours, count)
    with sheet.timed("post drafts by the action, bulk", count, limit="SQL: post drafts, bulk"):
        for start in range(0, count, CHUNK):
            post_invoices(ours.company, ids[start : start + CHUNK], by=None)
            if start == 0:
                refresh_statistics()
    fill_source(ours.company, count)
    single = drafts(ours, min(count, SINGLES))
    queries = CaptureQueriesContext(connection)
    with queries:
        post_invoice(ours.company, single[0], by=None)
    with sheet.timed("post a draft by the action", len(single) - 1, limit="SQL: post, one by one") as line:
        for invoice_id in single[1:]:
            post_invoice(ours.company, invoice_id, by=None)
    line.note = f"{len(queries)} queries"


def drafts_limit(sheet: Sheet) -> None:
    """The same drafts posted by hand-written SQL."""
    count = min(sheet.size, DRAFTS_MAX)
    limit = prepare(count, "DRAFTS")
    drafts(limit, count)
    with sheet.timed("SQL: post drafts, bulk", count):
        limit_drafts(limit, count)


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

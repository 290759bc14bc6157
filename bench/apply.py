"""Receipts and their application: in bulk, and one by one."""

from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from arap.core.models import Company
from arap.ledger.actions import NewDocument, NewItem, NewLine, Pair, apply, book_transaction, lock, post_documents
from bench.measure import Sheet
from bench.work import SQL, Bench
from receipts.actions import NewReceipt, receive

SINGLES = 300


def _open(bench: Bench) -> list[tuple[int, int, Decimal, date]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select i.id, i.customer_id, i.open_amount, i.posted_on
              from bench_item b join ledger_item i on i.id = b.item_id
             where i.open_amount = i.amount order by b.n limit %s
            """,
            [SINGLES],
        )
        return list(cursor.fetchall())


@book_transaction
def _receive(company: Company, item_id: int, customer_id: int, amount: Decimal, on: date) -> None:
    lock(company, dates=[on], items=[item_id])
    posted = post_documents(
        company,
        [
            NewDocument(
                kind="receipt", customer_id=customer_id, currency="CNY", rate=Decimal(1), document_on=on, posted_on=on,
                items=[NewItem(account="receivable", amount=-amount, due_on=on)],
                lines=[NewLine(account="bank", amount=amount)],
            )
        ],
        by=None,
        verb="bench",
    )[0]  # fmt: skip
    apply(company, [Pair(posted.item_ids[0], item_id, amount)], effective_on=on, by=None, policy="bench")


def singles(sheet: Sheet, bench: Bench) -> None:
    """One receipt and its application at a time, through the book."""
    work = _open(bench)
    with sheet.timed("apply, one by one", len(work), limit="SQL: apply, one by one"):
        for item, customer, amount, on in work:
            _receive(bench.company, item, customer, amount, on)


def by_the_action(sheet: Sheet, bench: Bench) -> None:
    """A receipt recorded and applied by the product's own action, as a clerk does."""
    work = _open(bench)
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.id, d.number from ledger_item i join ledger_document d on d.id = i.document_id"
            " where i.id = any(%s)",
            [[row[0] for row in work]],
        )
        numbers = dict(cursor.fetchall())
    queries = CaptureQueriesContext(connection)
    with sheet.timed("receive and apply by the action", len(work), limit="SQL: apply, one by one") as line:
        for number, (item, customer, amount, on) in enumerate(work):
            new = NewReceipt(amount=amount, currency="CNY", received_on=on, customer_id=customer)
            if number == len(work) - 1:
                with queries:
                    receive(bench.company, new, by=None, apply_to={numbers[item]: amount})
            else:
                receive(bench.company, new, by=None, apply_to={numbers[item]: amount})
    line.note = f"{len(queries)} queries"


def singles_limit(sheet: Sheet, bench: Bench) -> None:
    """One receipt and its application at a time, by one SQL call."""
    work = _open(bench)
    accounts = bench.parameters()
    with connection.cursor() as cursor:
        cursor.execute((SQL / "limit_one.sql").read_text(encoding="utf-8"))
        with sheet.timed("SQL: apply, one by one", len(work)):
            for item, _customer, amount, on in work:
                cursor.execute(
                    "select pg_temp.limit_receive_one(%s, %s, %s, %s, %s, %s)",
                    [bench.company.pk, accounts["receivable"], accounts["bank"], item, amount, on],
                )

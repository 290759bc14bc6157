"""Receipts and their application: in bulk, and one by one."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arap.core.actions.people import grant_role
from arap.core.models import Company, Role, User
from arap.ledger.actions import (
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    Posted,
    apply,
    book_transaction,
    lock,
    post_documents,
)
from arap.ledger.models import Item
from bench.measure import Sheet
from bench.work import SQL, Bench
from customers.actions import NewCustomer, create_customers
from receipts.actions import NewReceipt, receive, record_receipt

SINGLES = 300
MANY = 2000


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


def many_at_once(sheet: Sheet, bench: Bench) -> None:
    """One receipt applied to MANY items on the desk's own pages, as its clerk opens and sends them."""
    company, on = bench.company, date(2026, 6, 1)
    (customer,) = create_customers(company, [NewCustomer(code="MANY", name="Many", currency="CNY")], by=None).values()
    new = NewDocument(
        kind="invoice", customer_id=customer, currency="CNY", rate=Decimal(1), document_on=on, posted_on=on,
        items=[NewItem(account="receivable", amount=Decimal(10), due_on=on)],
        lines=[NewLine(account="revenue", amount=Decimal(-10))],
    )  # fmt: skip
    items = [posted.item_ids[0] for posted in _post(company, [new] * MANY)]
    clerk = User.objects.create(username="many", last_company=company)
    grant_role(company, clerk, Role.CLERK, by=None)
    money = NewReceipt(amount=Decimal(10 * MANY), currency="CNY", received_on=on, customer_id=customer)
    page = f"/receipts/{record_receipt(company, money, by=clerk).receipt_id}/"
    browser = Client(headers={"host": "localhost"})
    browser.force_login(clerk)
    fields = urlencode({"key": "many", **{f"amount-{item}": "10.00" for item in items}})
    with sheet.timed("a receipt's page with 2,000 items", 1):
        assert browser.get(page).status_code == 200
    with sheet.timed("applied to 2,000 items", 1):
        answer = browser.post(f"{page}apply/", fields, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 302
    assert not Item.objects.filter(pk__in=items).exclude(open_amount=0).exists()


@book_transaction
def _post(company: Company, new: list[NewDocument]) -> list[Posted]:
    lock(company, dates=[new[0].posted_on])
    return post_documents(company, new, by=None, verb="bench")


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

"""Processes that a test kills: `python -m tests.ledger.writers halt CODE...` or `... write CODE COUNT`.

`halt` stops at a different point of a posting for each company code, says "ready" and waits to be killed, while a last
thread keeps a bulk posting in one statement. `write` posts and applies from four threads; each line it prints is a
number whose commit was acknowledged.
"""

import os
import sys
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")

ON = date(2026, 6, 1)
THREADS = 4


def halt(codes: list[str]) -> None:
    from django.db import connection, transaction

    from arap.core.models import Company
    from arap.ledger.actions import NewDocument, NewItem, NewLine, lock, open_staging, post_documents
    from customers.models import Customer
    from tests.ledger.book import Bookkeeper

    def run(code: str) -> None:
        company = Company.objects.get(code=code)
        customer = Customer.objects.get(company=company).pk
        keeper = Bookkeeper(company=company)

        def bulk() -> None:
            items = [NewItem(account="receivable", amount=Decimal(1), due_on=ON)]
            paper = NewDocument(
                kind="invoice", customer_id=customer, currency="CNY", rate=Decimal(1), document_on=ON, posted_on=ON,
                items=items, lines=[NewLine(account="revenue", amount=Decimal(-1))],
            )  # fmt: skip
            while True:
                with transaction.atomic():
                    post_documents(company, [paper] * 2000, by=None, verb="invoice.post")
                    transaction.set_rollback(True)

        def applied() -> None:
            lock(company, dates=[ON])
            debit, credit = (post(customer, "10.00", ON).item_ids[0] for post in (keeper.invoice, keeper.receipt))
            keeper.apply(credit, debit, "10.00", ON)

        stages: dict[str, Callable[[], object]] = {
            "locked": lambda: lock(company, dates=[ON], customers=[customer]),
            "staged": open_staging,
            "posted": lambda: keeper.invoice(customer, "10.00", ON),
            "applied": applied,
            "bulk": bulk,
        }
        if code == "bulk":
            tell("ready")
            bulk()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select 1")
            stages[code]()
            tell("ready")
            threading.Event().wait()

    for code in codes:
        threading.Thread(target=run, args=(code,)).start()


def write(code: str, count: int) -> None:
    from arap.core.models import Company
    from customers.models import Customer
    from tests.ledger.book import Bookkeeper

    company = Company.objects.get(code=code)
    customer = Customer.objects.get(company=company).pk

    def run() -> None:
        keeper = Bookkeeper(company=company)
        for _ in range(count):
            invoice, receipt = (post(customer, "10.00", ON) for post in (keeper.invoice, keeper.receipt))
            tell(invoice.number)
            tell(receipt.number)
            done = keeper.apply(receipt.item_ids[0], invoice.item_ids[0], "7.00", ON)
            tell(f"application {done.application_id}")

    for _ in range(THREADS):
        threading.Thread(target=run).start()


def tell(line: str) -> None:
    """One line, at once: a killed process has no time to flush."""
    os.write(1, (line + "\n").encode())


if __name__ == "__main__":
    django.setup()
    what, *rest = sys.argv[1:]
    if what == "halt":
        halt(rest)
    else:
        write(rest[0], int(rest[1]))

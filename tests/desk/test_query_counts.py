"""No page asks the database more often because there is more to show: each is opened with a few rows and with many."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aging.tasks import refresh_all_standings
from arap.core import jobs
from arap.core.models import Company, CompanyBankAccount, ExchangeRate, User
from arap.ledger.models import Item
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from cases.actions import set_hold
from cases.models import Hold
from customers.actions import NewCustomer, add_contact, create_customers, write_note
from customers.models import Customer
from dunning.actions import decide_run
from invoices.actions import Draft, DraftLine, create_drafts, post_invoices
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from statements.actions import begin_run, make_records
from tests.desk.rows import address, browser_of, everybody, furnish
from tests.desk.test_addresses import pages
from tests.stories import today_of

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 30
# What is no page: papers and files.
FILES = (
    "pdf/",
    "xml/",
    "csv/",
    ".csv",
    "export/",
    "file/",
    "files/<int:pk>/",
    "files/<int:file>/",
    "files/<int:line>/",
)
# Lists in their other views, orders and searches.
NARROWED = (
    "/customers/?view=overdue", "/customers/?view=mine", "/customers/?view=credit", "/customers/?view=held",
    "/customers/?sort=balance", "/customers/?sort=code", "/customers/?q=grown",
    "/invoices/?view=open", "/invoices/?view=open&sort=due", "/invoices/?view=overdue", "/invoices/?view=paid",
    "/invoices/?view=drafts", "/invoices/?view=credit_notes", "/invoices/?sort=-total", "/invoices/?q=grown",
    "/receipts/?view=all", "/receipts/?view=applied", "/receipts/?view=unidentified", "/receipts/?view=all&q=grown",
    "/aging/?by=owner", "/aging/?by=segment", "/aging/?by=parent", "/aging/?by=currency", "/aging/?basis=document",
    "/find/?q=grown", "/find/?q=INV-", "/find/?q=100", "/audit/?q=customer", "/outbox/?state=pending",
    "/receipts/payers/?customer=grown", "/invoices/buyers/?q=grown",
)  # fmt: skip
# The log asks once for each kind of thing that its rows are about, however many rows.
BY_KIND = ("audit/", "/audit/?q=customer")


def grow(company: Company, owner: Customer, user: User, numbers: range) -> None:
    """So many more of everything that a list shows; `owner` has its part of all of it."""
    today = today_of(company)
    new = [NewCustomer(code=f"G-{n:03}", name=f"Grown {n}", currency="CNY", segment="Grown") for n in numbers]
    ids = create_customers(company, new, by=user)
    Customer.objects.filter(pk__in=ids.values()).update(owner=user)
    drafts = [
        Draft(
            customer_id=pk, currency="CNY", issued_on=today - timedelta(days=60 + nth), reference=f"grown {nth}",
            lines=[DraftLine(description="Mould insert", unit_price=Decimal(100))],
            instalments=[(today - timedelta(days=40 - nth), Decimal(100))],
        )
        for nth, pk in enumerate([*ids.values(), *(owner.pk for _n in numbers), *(owner.pk for _n in numbers)])
    ]  # fmt: skip
    made = create_drafts(company, drafts, by=user)
    posted = post_invoices(company, [each.pk for each in made[: 2 * len(numbers)]], by=user)
    for nth, number in enumerate(numbers):
        received = NewReceipt(
            amount=Decimal(100), currency="CNY", received_on=today - timedelta(days=1), customer_id=owner.pk,
            remittance=f"grown {number}",
        )  # fmt: skip
        settled, _waits = (record_receipt(company, received, by=user).receipt_id for _twice in range(2))
        item = company_item(posted[len(numbers) + nth].document_id)
        apply_receipt(company, settled, {item: Decimal(100)}, effective_on=today, by=user)
        record_receipt(company, NewReceipt(amount=Decimal(7), currency="CNY", received_on=today), by=user)
        set_hold(company, Customer.objects.get(pk=ids[f"G-{number:03}"]), reason=Hold.Reason.PROMISE,
                 starts_on=today, by=user)  # fmt: skip
        add_contact(owner, name=f"Grown {number}", email=f"grown{number}@customer.example", by=user)
        write_note(owner, text=f"grown {number}", by=user)
        jobs.create(company, "invoices.send", task="invoices.tasks.send_many", by=user)
        CompanyBankAccount.objects.create(
            company=company, name="Grown", bank="BOC", account_no=f"6222{number}", currency="CNY"
        )
        ExchangeRate.objects.create(
            company=company, currency="EUR", valid_from=today - timedelta(days=number), rate=8, source="test"
        )
    letters = [
        NewMessage(
            kind=Message.Kind.STATEMENT, dedupe_key=f"grown:{number}", to_address="ap@customer.example",
            subject="Grown", body_text="Grown", language="en", customer_id=owner.pk,
        )
        for number in numbers
    ]  # fmt: skip
    queue(company, letters, by=user)


def company_item(document_id: int) -> int:
    """The one item of a document."""
    return Item.objects.values_list("pk", flat=True).get(document=document_id)


def runs(company: Company, user: User, days: int) -> dict[str, int]:
    """Runs about all that has grown so far."""
    on = today_of(company) + timedelta(days=days)
    reminders = decide_run(company, as_of=on, today=on, by=user)
    statements = begin_run(
        company, as_of=today_of(company) - timedelta(days=days), kind="open", language="en", at=timezone.now(),
        today=today_of(company), by=user,
    )  # fmt: skip
    make_records(statements, today=today_of(company))
    refresh_all_standings()
    return {"reminder run": reminders.pk, "statement run": statements.pk}


def counted(client: Client, rows: dict[str, int]) -> dict[str, int]:
    """How many queries each page asks once its types of content are known."""
    routes = [each.route for each in pages() if "GET" in each.answers and not each.route.endswith(FILES)]
    urls = {route: address(route, rows) for route in routes if not route.startswith("api/")}
    urls |= {url: url for url in NARROWED}
    found = {}
    for name, url in urls.items():
        with CaptureQueriesContext(connection) as captured:
            status = client.get(url).status_code
        assert status < 500, url
        found[name] = len(captured)
    return found


def test_more_rows_are_no_more_queries(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    # Being seen is written down once a minute, which is one query more.
    monkeypatch.setattr("arap.core.session_store.SEEN_EVERY", timedelta(days=1))
    user = everybody(company)
    client = browser_of(user)
    rows = furnish(company, user)
    owner = Customer.objects.get(pk=rows["customer"])
    grow(company, owner, user, range(FEW))
    rows |= runs(company, user, 1)
    counted(client, rows)
    few = counted(client, rows)
    grow(company, owner, user, range(FEW, MANY))
    many = counted(client, {**rows, **runs(company, user, 2)})
    assert few.keys() == many.keys()
    more = {page: (few[page], many[page]) for page in few if few[page] != many[page] and page not in BY_KIND}
    assert more == {}, "queries with a few rows, and with many"
    assert all(many[page] <= few[page] for page in BY_KIND), "the youngest rows are of fewer kinds"
    assert len(few) > 90, "the pages are there"

"""What is posted cannot be changed: not through the ORM, not by raw SQL, not by the owner of the tables."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.actions import NewDocument, NewItem, NewLine, post_documents
from customers.models import Customer
from invoices.actions import CreditPart, credit_invoice
from invoices.models import Invoice

Make = Callable[..., Invoice]


@pytest.fixture(params=["arap_app", "owner"])
def role(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """Raw SQL as the application's role and as the owner of the tables."""
    with connection.cursor() as cursor:
        if request.param == "owner":
            cursor.execute("reset role")
        yield request.param
        cursor.execute("set role arap_app")


STATEMENTS = """
update invoices_invoice set total = total + 1, net_total = net_total + 1
update invoices_invoice set issued_on = issued_on - 1
update invoices_invoice set reference = 'x'
update invoices_invoice set document_id = null, posted_on = null, state = 'draft'
update invoices_invoice set customer_id = customer_id + 1
delete from invoices_invoice
truncate invoices_invoice cascade
update invoices_invoiceline set description = 'x'
update invoices_invoiceline set net = net + 1
delete from invoices_invoiceline
truncate invoices_invoiceline
update invoices_invoiceinstalment set due_on = due_on + 30
delete from invoices_invoiceinstalment
truncate invoices_invoiceinstalment
insert into invoices_invoiceinstalment (company_id, invoice_id, line, due_on, amount)
 select company_id, id, 9, now(), 1 from invoices_invoice
insert into invoices_invoiceline (company_id, invoice_id, line, unit_price, net, tax)
 select company_id, id, 9, 1, 1, 0 from invoices_invoice
"""


@pytest.mark.parametrize("statement", re.split(r"\n(?=\S)", STATEMENTS.strip()))
def test_raw_sql_is_refused(posted: Make, role: str, statement: str) -> None:
    posted("100.00")
    with pytest.raises(DatabaseError, match=r"refused|permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_orm_is_refused(posted: Make, draft: Make) -> None:
    invoice, other = posted("100.00"), draft("1.00")
    line = invoice.lines.get()
    invoice.reference, line.invoice, line.line = "x", other, 7
    attempts: list[Callable[[], object]] = [
        partial(invoice.save, update_fields=["reference"]),
        invoice.delete,
        partial(line.save, update_fields=["invoice", "line"]),
        partial(other.lines.update, invoice=invoice, line=2),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            attempt()


@pytest.mark.parametrize("was, becomes", list(product(Invoice.State.values, repeat=2)))
def test_only_the_steps_of_the_table_are_possible(posted: Make, draft: Make, was: str, becomes: str) -> None:
    invoice = draft("1.00") if was == "draft" else posted("1.00")
    if was == "credited":
        Invoice.objects.filter(pk=invoice.pk).update(state="credited")
    allowed = was == becomes or (was, becomes) in Invoice.TRANSITIONS - {("draft", "posted")}
    try:
        with transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(state=becomes)
    except IntegrityError:
        assert not allowed
    else:
        assert allowed


def test_a_draft_cannot_claim_another_document(posted: Make, draft: Make) -> None:
    """Draft to posted needs a document in the book that says the same."""
    other, mine = posted("2.00", kind="credit_note"), draft("1.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=mine.pk).update(
            state="posted", document=other.document_id, posted_on=mine.issued_on, rate=1
        )


@pytest.fixture
def taken_on(company: Company, customer: Customer) -> Invoice:
    """An invoice of 50.00 from another system: in the book, without lines."""
    on = date(2024, 1, 5)
    document = NewDocument(
        kind="invoice",
        number="OLD-1",
        customer_id=customer.pk,
        currency="CNY",
        rate=Decimal(1),
        document_on=on,
        posted_on=on,
        items=[NewItem(account="receivable", amount=Decimal(50), due_on=on)],
        lines=[NewLine(account="opening", amount=Decimal(-50))],
    )
    posted = post_documents(company, [document], by=None, verb="history.load")[0]
    return Invoice.objects.create(
        company=company,
        state="posted",
        origin="taken_on",
        customer=customer,
        document_id=posted.document_id,
        currency="CNY",
        rate=1,
        issued_on=on,
        posted_on=on,
        net_total=50,
        total=50,
    )


def test_what_is_taken_on_is_what_the_book_says(taken_on: Invoice) -> None:
    on = taken_on.issued_on
    fields = {name: getattr(taken_on, name) for name in ("company", "customer", "currency", "rate", "issued_on")}
    with pytest.raises(IntegrityError, match="differs from its document"), transaction.atomic():
        Invoice.objects.create(**fields, state="posted", document_id=0, posted_on=on, net_total=50, total=50)


def test_a_taken_on_invoice_is_credited_by_amount(company: Company, clerk: User, taken_on: Invoice) -> None:
    invoice = taken_on
    on = date(2026, 2, 1)
    assert (
        credit_invoice(company, invoice.pk, on=on, by=clerk, parts=[CreditPart(amount=Decimal(30))]).applied == "30.00"
    )
    with pytest.raises(Refused), transaction.atomic():
        credit_invoice(company, invoice.pk, on=on, by=clerk, parts=[CreditPart(amount=Decimal(21))])
    assert credit_invoice(company, invoice.pk, on=on, by=clerk).total == "20.00"

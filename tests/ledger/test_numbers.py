"""Numbers of a series, beside documents that were taken on with numbers of the same look."""

from datetime import date
from decimal import Decimal

import pytest

from arap.core.models import Company, NumberSeries, User
from arap.ledger.actions import NewDocument, NewItem, NewLine, post_documents
from arap.ledger.checks import check, invariants
from customers.models import Customer

DAY = date(2026, 3, 2)


@pytest.fixture
def customer(company: Company) -> Customer:
    return Customer.objects.create(company=company, code="C-1", name="One", currency="CNY", language="en")


def invoice(customer: Customer, number: str | None = None) -> NewDocument:
    amount = Decimal("10.00")
    return NewDocument(
        kind="invoice",
        customer_id=customer.pk,
        currency="CNY",
        rate=Decimal(1),
        document_on=DAY,
        posted_on=DAY,
        number=number,
        items=[NewItem(account="receivable", amount=amount, due_on=DAY)],
        lines=[NewLine(account="revenue", amount=-amount)],
    )


def test_series_steps_over_numbers_taken_on(company: Company, customer: Customer, clerk: User) -> None:
    held = ["INV-2026-000001", "INV-2026-000003", "INV-2026-000900"]
    post_documents(company, [invoice(customer, number) for number in held], by=clerk, verb="take on")
    posted = post_documents(company, [invoice(customer) for _ in range(3)], by=clerk, verb="post")
    assert [document.number for document in posted] == ["INV-2026-000002", "INV-2026-000004", "INV-2026-000005"]
    later = post_documents(company, [invoice(customer)], by=clerk, verb="post")
    assert later[0].number == "INV-2026-000006"
    broken = [
        finding.rows for finding in (check(company, invariant) for invariant in invariants()) if not finding.holds
    ]
    assert broken == []


def test_a_missing_number_is_found(company: Company, customer: Customer, clerk: User) -> None:
    post_documents(company, [invoice(customer)], by=clerk, verb="post")
    NumberSeries.objects.filter(company=company, kind="invoice").update(last_number=5)
    post_documents(company, [invoice(customer)], by=clerk, verb="post")
    names = [invariant.name for invariant in invariants() if not check(company, invariant).holds]
    assert names == ["ledger/0080-numbers-have-no-gap"]

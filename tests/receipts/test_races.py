"""Two people at the same instant: one wins, the other reads why, and nothing is counted twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

from django.db import connection

from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.models import Document, Item
from customers.models import Customer
from invoices.actions import CreditPart, credit_invoice
from invoices.models import Invoice
from receipts.actions import NewReceipt, receive, record_receipt, unapply_receipt
from receipts.models import Receipt
from tests.ledger.proofs import prove

Owe = Callable[..., Item]
PEOPLE = 6
FEB = date(2026, 2, 1)


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Let everybody act at the same instant, each on a connection of their own; refusals come back as their code."""
    barrier = Barrier(PEOPLE)

    def one(number: int) -> Any:
        try:
            barrier.wait()
            return act(number)
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(one, range(PEOPLE)))


def test_one_item_is_paid_once(
    committed_db: Any, company: Company, clerk: User, group: dict[str, Customer], owe: Owe
) -> None:
    debt = owe("100.00")
    new = NewReceipt(amount=Decimal(100), currency="CNY", received_on=FEB, customer_id=group["P"].pk)
    wanted = {debt.document.number: Decimal(100)}
    outcomes = at_once(lambda number: receive(company, new, by=clerk, apply_to=wanted, key=f"k{number}"))
    refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(refused) == PEOPLE - 1
    assert set(refused) <= {"over_applied", "not_open"}
    assert Receipt.objects.count() == 1
    prove(company)


def test_the_same_key_at_once_posts_once(
    committed_db: Any, company: Company, clerk: User, group: dict[str, Customer], owe: Owe
) -> None:
    owe("100.00")
    new = NewReceipt(amount=Decimal(100), currency="CNY", received_on=FEB, customer_id=group["P"].pk)
    outcomes = at_once(lambda _number: receive(company, new, by=clerk, auto=True, key="same"))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert Receipt.objects.count() == 1


def test_the_best_proposal_for_many_receipts_at_once(
    committed_db: Any, company: Company, clerk: User, group: dict[str, Customer], owe: Owe
) -> None:
    for _invoice in range(3):
        owe("50.00")
    new = NewReceipt(amount=Decimal(40), currency="CNY", received_on=FEB, customer_id=group["P"].pk)
    outcomes = at_once(lambda number: receive(company, new, by=clerk, auto=True, key=f"k{number}"))
    assert not any(isinstance(outcome, str) and outcome != "over_applied" for outcome in outcomes)
    prove(company)


def test_an_invoice_is_credited_no_more_than_once(committed_db: Any, company: Company, clerk: User, owe: Owe) -> None:
    invoice = Invoice.objects.get(document=owe("100.00").document_id)
    part = [CreditPart(line_id=invoice.lines.get().pk, amount=Decimal(60))]
    outcomes = at_once(lambda _number: credit_invoice(company, invoice.pk, on=FEB, by=clerk, parts=part))
    assert sorted(str(outcome) for outcome in outcomes if isinstance(outcome, str)) == ["over_credited"] * (PEOPLE - 1)
    prove(company)


def test_an_application_is_undone_once(
    committed_db: Any, company: Company, clerk: User, group: dict[str, Customer], owe: Owe
) -> None:
    owe("100.00")
    new = NewReceipt(amount=Decimal(100), currency="CNY", received_on=FEB, customer_id=group["P"].pk)
    done = receive(company, new, by=clerk, auto=True)
    outcomes = at_once(lambda _number: unapply_receipt(company, done.receipt_id, effective_on=FEB, by=clerk))
    assert sorted(str(o) for o in outcomes if isinstance(o, str)) == ["nothing_to_undo"] * (PEOPLE - 1)
    prove(company)


def test_numbers_have_no_gap_when_everybody_records(
    committed_db: Any, company: Company, clerk: User, group: dict[str, Customer]
) -> None:
    new = NewReceipt(amount=Decimal(1), currency="CNY", received_on=FEB, customer_id=group["P"].pk)
    at_once(lambda _number: [record_receipt(company, new, by=clerk) for _ in range(5)])
    numbers = sorted(Document.objects.values_list("number", flat=True))
    assert numbers == [f"R-2026-{number:06}" for number in range(1, 5 * PEOPLE + 1)]

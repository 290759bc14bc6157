"""What a person reads whose act the book refuses. Facts: an invoice and a receipt of 100.00, both of 1 June."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from arap.core.errors import Refused
from arap.core.models import Company
from arap.ledger.actions import NewItem, Posted, reverse_document
from customers.actions import set_parent
from customers.models import Customer
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.proofs import prove

JUNE = date(2026, 6, 1)


@pytest.fixture
def items(book: Bookkeeper, alpha: int) -> tuple[int, int]:
    """The credit and the debit item."""
    receipt = book.receipt(alpha, "100.00", JUNE).item_ids[0]
    return receipt, book.invoice(alpha, "100.00", JUNE, number="INV-7").item_ids[0]


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        act()
    return caught.value


def test_over_application_names_the_document_and_what_is_open(book: Bookkeeper, items: tuple[int, int]) -> None:
    book.apply(*items, "70.00", JUNE)
    refusal = refusal_of(lambda: book.apply(*items, "30.01", JUNE))
    assert refusal.code == "over_applied"
    assert "INV-7 has only CNY 30.00 open, so 30.01 cannot be applied to it." in str(refusal)


def test_a_past_day_names_the_day(book: Bookkeeper, items: tuple[int, int], alpha: int) -> None:
    done = book.apply(*items, "100.00", date(2026, 6, 10))
    book.unapply(done.application_id, date(2026, 6, 20))
    other = book.receipt(alpha, "100.00", JUNE).item_ids[0]
    refusal = refusal_of(lambda: book.apply(other, items[1], "0.01", date(2026, 6, 19)))
    assert refusal.code == "over_applied_on"
    assert str(refusal) == "On 2026-06-19 INV-7 would be applied beyond its amount. Choose a later date."
    book.apply(other, items[1], "0.01", date(2026, 6, 20))


def test_before_posting(book: Bookkeeper, items: tuple[int, int]) -> None:
    refusal = refusal_of(lambda: book.apply(*items, "1.00", date(2026, 5, 31)))
    assert (refusal.code, str(refusal)) == (
        "before_posting",
        "An application cannot be effective before both items are posted.",
    )


def test_not_a_pair(book: Bookkeeper, items: tuple[int, int]) -> None:
    for credit, debit, amount in [(*items[::-1], "1"), (*items, "0"), (*items, "-1"), (items[0], 0, "1")]:
        assert refusal_of(lambda: book.apply(credit, debit, amount, JUNE)).code == "not_a_pair"  # noqa: B023


def test_another_companys_item(book: Bookkeeper, items: tuple[int, int], other_company: Company) -> None:
    stranger = Bookkeeper(company=other_company)
    assert refusal_of(lambda: stranger.apply(*items, "1", JUNE)).code == "not_a_pair"


@pytest.mark.parametrize("amount", ["0.001", "10.0004", "0.0004"])
def test_more_decimals_than_the_currency_has(book: Bookkeeper, alpha: int, items: tuple[int, int], amount: str) -> None:
    assert refusal_of(lambda: book.apply(*items, amount, JUNE)).code == "too_precise"
    assert refusal_of(lambda: book.invoice(alpha, amount, JUNE)).code == "too_precise"
    moved = NewItem(account="receivable", amount=Decimal(amount), due_on=JUNE, customer_id=alpha)
    assert refusal_of(lambda: book.replace("reschedule", [(items[1], amount)], [moved], JUNE)).code == "too_precise"


def test_nothing_to_apply_or_undo(book: Bookkeeper) -> None:
    assert refusal_of(lambda: book.apply_pairs([], JUNE)).code == "nothing_to_apply"
    assert refusal_of(lambda: book.unapply(0, JUNE)).code == "nothing_to_undo"


def test_undoing_twice_or_too_early(book: Bookkeeper, items: tuple[int, int]) -> None:
    done = book.apply(*items, "40.00", date(2026, 6, 10))
    assert refusal_of(lambda: book.unapply(done.application_id, date(2026, 6, 9))).code == "not_a_mirror"
    book.unapply(done.application_id, date(2026, 6, 10))
    assert refusal_of(lambda: book.unapply(done.application_id, date(2026, 6, 11))).code == "already_undone"


def test_a_closed_period(book: Bookkeeper, alpha: int) -> None:
    refusal = refusal_of(lambda: book.invoice(alpha, "1.00", date(2035, 1, 1)))
    assert refusal.code == "period_closed"
    assert "2035-01-01" in str(refusal)


def test_a_number_twice(book: Bookkeeper, alpha: int, items: tuple[int, int]) -> None:
    assert refusal_of(lambda: book.invoice(alpha, "1.00", JUNE, number="INV-7")).code == "duplicate_number"


def test_a_key_twice(book: Bookkeeper, alpha: int) -> None:
    book.invoice(alpha, "1.00", JUNE, key="K")
    assert refusal_of(lambda: book.invoice(alpha, "1.00", JUNE, key="K")).code == "duplicate_key"


def test_a_second_reversal(book: Bookkeeper, alpha: int) -> None:
    receipt = book.receipt(alpha, "1.00", JUNE)

    def bounce() -> Posted:
        return reverse_document(
            book.company, receipt.document_id, posted_on=JUNE, by=book.by, reason="bounced", verb="receipt.reverse"
        )

    bounce()
    assert refusal_of(bounce).code == "already_reversed"


def test_replacing_more_than_is_open(book: Bookkeeper, alpha: int, items: tuple[int, int]) -> None:
    half = NewItem(account="receivable", amount=Decimal("101"), due_on=JUNE, customer_id=alpha)
    refusal = refusal_of(lambda: book.replace("reschedule", [(items[1], "101")], [half], JUNE))
    assert refusal.code == "over_applied"


def test_replacing_one_sign_by_the_other(book: Bookkeeper, alpha: int, items: tuple[int, int]) -> None:
    half = NewItem(account="receivable", amount=Decimal("-1"), due_on=JUNE, customer_id=alpha)
    assert refusal_of(lambda: book.replace("reschedule", [(items[1], "-1")], [half], JUNE)).code


def test_a_customer_that_left_the_group(book: Bookkeeper) -> None:
    """What was applied within the group stands, and can be undone; nothing new is applied across."""
    parent, child = customers(book.company, "PARENT", "CHILD<PARENT")
    invoice = book.invoice(child, "100.00", JUNE).item_ids[0]
    receipt = book.receipt(parent, "100.00", JUNE).item_ids[0]
    done = book.apply(receipt, invoice, "60.00", JUNE)
    set_parent(Customer.objects.get(pk=child), None, by=book.by)
    prove(book.company)
    assert refusal_of(lambda: book.apply(receipt, invoice, "40.00", JUNE)).code == "other_customer"
    book.unapply(done.application_id, JUNE)
    assert refusal_of(lambda: book.apply(receipt, invoice, "1.00", JUNE)).code == "other_customer"

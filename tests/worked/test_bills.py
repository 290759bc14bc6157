"""Bills of exchange: received, split, discounted, endorsed, paid, dishonoured, and each of these undone.

Sources. The interest of a discount, 贴现息 = 票面金额 × 贴现率 × 贴现期 / 360; the claim that stays beside a
liability where the seller answers for it: CAS 23 (企业会计准则第23号) art. 7, IFRS 9 3.2.6(b). After a dishonour
the endorser has recourse for what the bill paid: 《中华人民共和国票据法》 arts. 61 and 70.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import DomainError
from arap.ledger.models import Item, JournalLine
from bills.actions import (
    NewBill,
    Passing,
    collect_bill,
    discount_bill,
    dishonour_bill,
    endorse_bill,
    register_bill,
    settle_bill,
    split_bill,
    undo_event,
)
from bills.models import Bill, BillEvent
from bills.queries import bills, last_event, owed_on_bills, undo_postings
from bills.rules import Claim, Interval, claims_within, discount_interest, latest_due, split_intervals
from receipts.actions import reverse_receipt
from tests.worked.test_settling import Shop, shop

__all__ = ["shop"]  # a fixture
ZERO = Decimal(0)
NUMBER = "512345678901234567890123456789"
JUNE, JULY, SEPTEMBER = date(2026, 6, 15), date(2026, 7, 15), date(2026, 9, 15)


def owed(here: Shop, net: str, on: str = "2026-05-10") -> Item:
    return Item.objects.get(document=here.invoice(net, on, "n/30").document_id)


def new(here: Shop, amount: str, **fields: Any) -> NewBill:
    told: dict[str, Any] = {
        "customer_id": here.customer.pk, "kind": "bank", "number": NUMBER, "acceptor": "Bank of Ningbo",
        "issued_on": JUNE, "due_on": SEPTEMBER, "currency": "CNY", "amount": Decimal(amount), "received_on": JUNE,
    }  # fmt: skip
    return NewBill(**(told | fields))


def received(here: Shop, amount: str, **fields: Any) -> Bill:
    return register_bill(here.company, new(here, amount, **fields), by=here.by)


def package(here: Shop, amount: str, **fields: Any) -> Bill:
    return received(here, amount, first_cent=1, last_cent=int(Decimal(amount) * 100), **fields)


def left(item: Item) -> Decimal:
    return Item.objects.get(pk=item.pk).open_amount


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught, transaction.atomic():
        act()
    return str(caught.value.code)


def accounts(here: Shop, *roles: str) -> list[Decimal]:
    return [here.account(role) for role in roles]


def moved_since(here: Shop, last: int) -> dict[str, Decimal]:
    """The journal since then, by account, what nets to nothing left out."""
    sums: dict[str, Decimal] = {}
    lines = JournalLine.objects.filter(company=here.company, pk__gt=last).select_related("account")
    for line in lines:
        sums[line.account.role] = sums.get(line.account.role, ZERO) + line.amount
    return {role: amount for role, amount in sums.items() if amount}


def undone(here: Shop, bill: Bill, on: date) -> Bill:
    """Undo what was done last; what was told before is what then happens."""
    event = last_event(bill)
    assert event is not None
    told = {posting.account.role: posting.amount for posting in undo_postings(event) if posting.amount}
    before = max(JournalLine.objects.values_list("pk", flat=True))
    done = undo_event(here.company, bill.pk, event.pk, on=on, by=here.by, reason="A mistake.")
    assert moved_since(here, before) == told
    return done


@pytest.mark.parametrize(
    ("amount", "rate", "on", "due_on", "interest"),
    [
        ("1170000.00", "6", date(2026, 7, 15), date(2026, 9, 15), "12090.00"),
        ("100000.00", "3.6", date(2026, 1, 31), date(2026, 2, 28), "280.00"),
        ("333.33", "5", date(2026, 1, 1), date(2026, 1, 2), "0.05"),
        ("100000.00", "6", SEPTEMBER, SEPTEMBER, "0.00"),
    ],
    ids=["62 days", "28 days", "rounded once", "on its day"],
)
def test_interest_of_a_discount(amount: str, rate: str, on: date, due_on: date, interest: str) -> None:
    assert discount_interest(Decimal(amount), Decimal(rate), on=on, due_on=due_on, unit=2) == Decimal(interest)


def test_six_months_since_2023() -> None:
    """Order no. 4 of 2022 of the People's Bank: at most six months; before 2023 a year."""
    assert latest_due(date(2026, 8, 31)) == date(2027, 2, 28)
    assert latest_due(date(2022, 12, 31)) == date(2023, 12, 31)


def test_parts_share_what_the_whole_paid() -> None:
    ages = (date(2026, 1, 1), date(2026, 1, 1))
    claims = [Claim(1, Decimal(70), *ages), Claim(2, Decimal(30), *ages)]
    assert [(each.item_id, each.amount) for each in claims_within(claims, Decimal(50), Decimal(40))] == [
        (1, Decimal(20)),
        (2, Decimal(20)),
    ]
    assert split_intervals(Interval(1, 10_000), [Decimal(60), Decimal(40)]) == [
        Interval(1, 6000),
        Interval(6001, 10_000),
    ]


def test_settles_the_oldest_and_is_paid(shop: Callable[..., Shop]) -> None:
    """The invoice is settled by the bill; the bill is a claim until the acceptor pays by a receipt."""
    here = shop()
    old, young = owed(here, "800.00", "2026-04-01"), owed(here, "500.00")
    bill = received(here, "1000.00")
    assert (left(old), left(young)) == (ZERO, Decimal(300))
    assert accounts(here, "bills", "receivable") == [Decimal(1000), Decimal(300)]
    assert [(sum_.held, sum_.answered_for) for sum_ in owed_on_bills(here.company)] == [(Decimal(1000), ZERO)]
    paid = collect_bill(here.company, bill.pk, on=SEPTEMBER, by=here.by)
    assert accounts(here, "bills", "receivable", "bank") == [ZERO, Decimal(300), Decimal(1000)]
    assert bills(here.company).get(pk=bill.pk).shown_state == "paid"
    reverse_receipt(here.company, paid.receipt_id, on=date(2026, 9, 16), by=here.by, reason="recalled")
    assert bills(here.company).get(pk=bill.pk).shown_state == "held"
    assert accounts(here, "bills", "bank") == [Decimal(1000), ZERO]


def test_more_than_is_owed_stays_on_account(shop: Callable[..., Shop]) -> None:
    here = shop()
    item = owed(here, "600.00")
    received(here, "1000.00")
    assert (left(item), here.account("receivable")) == (ZERO, Decimal(-400))


def test_discounted_with_recourse_and_paid(shop: Callable[..., Shop]) -> None:
    """CAS 23: the claim stays, the money is a liability; both end when the acceptor pays."""
    here = shop()
    owed(here, "1170000.00")
    bill = received(here, "1170000.00")
    interest = discount_interest(bill.amount, Decimal(6), on=JULY, due_on=SEPTEMBER, unit=2)
    passing = Passing(on=JULY, party="Bank of Ningbo", with_recourse=True, interest=interest)
    discount_bill(here.company, bill.pk, passing, by=here.by)
    roles = ("bank", "discount_interest", "bills_liability", "bills")
    assert accounts(here, *roles) == [Decimal("1157910"), Decimal(12090), Decimal(-1170000), Decimal(1170000)]
    settle_bill(here.company, bill.pk, on=SEPTEMBER, by=here.by)
    assert accounts(here, *roles) == [Decimal("1157910"), Decimal(12090), ZERO, ZERO]


def test_discounted_with_recourse_and_dishonoured(shop: Callable[..., Shop]) -> None:
    """The bank takes its money back, and each debt is owed again from its own due date."""
    here = shop()
    first, second = owed(here, "700.00", "2026-03-01"), owed(here, "500.00", "2026-05-10")
    bill = received(here, "1000.00")
    passing = Passing(on=JULY, party="Bank of Ningbo", with_recourse=True, interest=Decimal(10))
    discount_bill(here.company, bill.pk, passing, by=here.by)
    dishonour_bill(here.company, bill.pk, on=SEPTEMBER, by=here.by, note="No funds.")
    assert accounts(here, "bank", "bills_liability", "bills", "receivable") == [Decimal(-10), ZERO, ZERO, Decimal(1200)]
    again = Item.objects.filter(origin_item__in=[first, second]).order_by("line")
    assert [(item.amount, item.due_on, item.aged_from_on, item.original_due_on) for item in again] == [
        (Decimal(700), first.due_on, first.aged_from_on, first.due_on),
        (Decimal(300), second.due_on, second.aged_from_on, second.due_on),
    ]
    undone(here, bill, SEPTEMBER)
    assert accounts(here, "bank", "bills_liability", "bills", "receivable") == [
        Decimal(990), Decimal(-1000), Decimal(1000), Decimal(200),
    ]  # fmt: skip


def test_sold_without_recourse_and_dishonoured_all_the_same(shop: Callable[..., Shop]) -> None:
    here = shop()
    item = owed(here, "1000.00")
    bill = received(here, "1000.00")
    passing = Passing(on=JULY, party="Bank of Ningbo", with_recourse=False, interest=Decimal(10))
    discount_bill(here.company, bill.pk, passing, by=here.by)
    assert accounts(here, "bank", "bills", "bills_liability") == [Decimal(990), ZERO, ZERO]
    dishonour_bill(here.company, bill.pk, on=SEPTEMBER, by=here.by)
    assert accounts(here, "bank", "receivable") == [Decimal(-10), Decimal(1000)]
    assert Item.objects.get(origin_item=item).due_on == item.due_on
    undone(here, bill, SEPTEMBER)
    undone(here, bill, SEPTEMBER)
    assert accounts(here, "bank", "bills", "receivable", "discount_interest") == [ZERO, Decimal(1000), ZERO, ZERO]


def test_split_and_one_part_endorsed(shop: Callable[..., Shop]) -> None:
    """A part pays a supplier; the other is dishonoured and brings back only what it paid."""
    here = shop()
    first, second = owed(here, "700.00", "2026-03-01"), owed(here, "300.00")
    bill = package(here, "1000.00")
    given, kept = split_bill(here.company, bill.pk, [Decimal(800), Decimal(200)], on=JULY, by=here.by)
    assert (given.first_cent, given.last_cent, kept.first_cent, kept.last_cent) == (1, 80_000, 80_001, 100_000)
    endorse_bill(here.company, given.pk, Passing(on=JULY, party="Steel works", with_recourse=False), by=here.by)
    assert accounts(here, "payables_clearing", "bills") == [Decimal(800), Decimal(200)]
    dishonour_bill(here.company, kept.pk, on=SEPTEMBER, by=here.by)
    assert (left(first), left(second)) == (ZERO, ZERO)
    assert Item.objects.get(origin_item=second).amount == Decimal(200)
    assert code_of(lambda: undone(here, bill, SEPTEMBER)) == "not_last"
    undone(here, kept, SEPTEMBER)
    undone(here, given, SEPTEMBER)
    undone(here, bill, SEPTEMBER)
    bill.refresh_from_db()
    assert (bill.state, left(bill.item), here.account("payables_clearing")) == ("held", Decimal(1000), ZERO)
    undone(here, bill, SEPTEMBER)
    assert accounts(here, "bills", "receivable") == [ZERO, Decimal(1000)]
    assert package(here, "1000.00", received_on=SEPTEMBER).state == "held"  # withdrawn, it may come again


def test_what_is_refused(shop: Callable[..., Shop]) -> None:
    here = shop()
    owed(here, "1000.00")
    bill = package(here, "1000.00")
    by, company = here.by, here.company
    assert code_of(lambda: received(here, "1.00", first_cent=100_000, last_cent=100_099)) == "bill_known"
    assert code_of(lambda: received(here, "5.00")) == "bill_known"
    assert code_of(lambda: received(here, "5.00", number="N", first_cent=1, last_cent=501)) == "invalid_bill"
    assert code_of(lambda: received(here, "5.00", number="N", due_on=date(2026, 12, 16))) == "invalid_bill"
    assert code_of(lambda: received(here, "5.00", number="N", currency="USD")) == "missing_rate"
    assert code_of(lambda: split_bill(company, bill.pk, [Decimal(1), Decimal(2)], on=JULY, by=by)) == "invalid_bill"
    passing = Passing(on=date(2026, 6, 1), party="Bank", with_recourse=True)
    assert code_of(lambda: discount_bill(company, bill.pk, passing, by=by)) == "before_posting"
    assert code_of(lambda: settle_bill(company, bill.pk, on=JULY, by=by)) == "bill_state"
    collect_bill(company, bill.pk, on=JULY, by=by)
    assert code_of(lambda: dishonour_bill(company, bill.pk, on=SEPTEMBER, by=by)) == "bill_paid"
    assert code_of(lambda: undone(here, bill, SEPTEMBER)) == "bill_paid"


def test_the_database_refuses_too(shop: Callable[..., Shop]) -> None:
    here = shop()
    bill = received(here, "1000.00")
    for change in (
        lambda: Bill.objects.filter(pk=bill.pk).update(amount=5),
        lambda: Bill.objects.filter(pk=bill.pk).delete(),
        lambda: BillEvent.objects.filter(bill=bill).update(note="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

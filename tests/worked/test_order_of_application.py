"""A payment that names nothing: costs and interest, or the debts first.

Sources. 《中华人民共和国民法典》第五百六十一条: 其给付不足以清偿全部债务的，除当事人另有约定外，应当按照下列顺序履行：
(一) 实现债权的有关费用；(二) 利息；(三) 主债务. The German BGB § 367(1) has the same order.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from arap.ledger.models import Application, Item
from charges.actions import charge_late
from charges.models import ChargePolicy
from receipts.actions import NewReceipt, auto_apply_receipt, record_receipt
from receipts.models import ApplicationOrder, Receipt
from tests.ledger.proofs import prove
from tests.worked.test_settling import Shop, shop

__all__ = ["shop"]  # a fixture
pytestmark = pytest.mark.django_db


def charged(here: Shop) -> int:
    """Sixty late days of 10,000.00 at 9.125 % a year of 365 days, 2.50 a day: 150.00; its item."""
    ChargePolicy.objects.create(
        company=here.company, currency="CNY", valid_from=date(2025, 1, 1), annual_rate=Decimal("9.125"), basis="x"
    )
    on = date(2026, 4, 1)
    (made,) = charge_late(here.company, until=on, issued_on=on, by=here.by).charges
    item = Item.objects.get(document__invoice=made)
    assert item.amount == Decimal("150.00")
    return int(item.pk)


def item_of(document_id: int) -> int:
    return int(Item.objects.get(document=document_id).pk)


def ordered(here: Shop, charges: str, *, for_all: bool = True) -> None:
    ApplicationOrder.objects.create(company=here.company, charges=charges, customer=None if for_all else here.customer)


@pytest.mark.parametrize(
    "orders, left, policy",
    [
        # 10,000.00 due in January, 150.00 of interest from March on; 5,000.00 comes.
        ([], ("5000.00", "150.00"), "auto.oldest_first"),
        ([("first", True)], ("5150.00", "0.00"), "auto.charges_first"),
        ([("last", True)], ("5000.00", "150.00"), "auto.charges_last"),
        ([("last", True), ("first", False)], ("5150.00", "0.00"), "auto.charges_first"),  # the customer's own counts
    ],
)
def test_five_thousand_of_ten_thousand_and_interest(
    shop: Callable[..., Shop], orders: list[tuple[str, bool]], left: tuple[str, str], policy: str
) -> None:
    here = shop()
    debt = item_of(here.invoice("10000.00", "2026-01-01", "n/30").document_id or 0)
    interest = charged(here)
    for charges, for_all in orders:
        ordered(here, charges, for_all=for_all)
    got = here.receipt("5000.00", "2026-04-10")
    auto_apply_receipt(here.company, got.pk, effective_on=got.received_on, by=here.by)
    assert [Item.objects.get(pk=pk).open_amount for pk in (debt, interest)] == [Decimal(each) for each in left]
    assert Application.objects.get(company=here.company).policy == policy, "the reason stays with the act"
    prove(here.company)


def test_what_is_named_is_paid_as_it_is_named(shop: Callable[..., Shop]) -> None:
    """The debtor's instruction goes before any order (民法典 第五百六十条)."""
    here = shop()
    ordered(here, "first")
    made = here.invoice("10000.00", "2026-01-01", "n/30")
    interest = charged(here)
    assert made.document
    new = NewReceipt(
        amount=Decimal("10000.00"), currency="CNY", received_on=date(2026, 4, 10), customer_id=here.customer.pk,
        remittance=made.document.number,
    )  # fmt: skip
    got = Receipt.objects.get(pk=record_receipt(here.company, new, by=here.by).receipt_id)
    auto_apply_receipt(here.company, got.pk, effective_on=got.received_on, by=here.by)
    assert Item.objects.get(pk=interest).open_amount == Decimal("150.00")
    assert here.left(made) == 0

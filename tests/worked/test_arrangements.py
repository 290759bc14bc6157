"""Settled in another currency, transferred, netted with what we owe, paid in instalments: to the cent, and undone.

Sources: IAS 21.28 and its Chinese twin CAS 19 art. 11 (what settling a monetary item brings goes to profit or loss,
from the rate at which it was booked); IAS 21.22 (the transaction's own rate). Netting: IFRS 9 3.2.3 and 3.3.1 (both are
extinguished by agreement). Minor units: ISO 4217 (JPY none, KWD three).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.models import Role, User
from arap.ledger.models import Entry, Item, JournalLine
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from receipts.actions import apply_receipt, reverse_receipt
from receipts.actions.arranging import (
    NewArrangement,
    approve_arrangement,
    drafted,
    reject_arrangement,
    request_arrangement,
    reverse_arrangement,
)
from receipts.actions.breaking import break_plans
from receipts.models import Arrangement, ArrangementBand, Receipt
from receipts.queries import unapplied
from receipts.queries.arrangements import Line, effect_of, settled_items, summed, undoing
from receipts.rules.exchanges import settled_by, taken
from receipts.rules.plans import Instalment, PlanError, equal, is_broken, pieces, typed
from tests.ledger.book import own_posting
from tests.people import hire
from tests.worked.test_settling import Shop, refusal, shop

__all__ = ["shop"]  # a fixture
ZERO = Decimal(0)
ON, LATER = date(2026, 3, 1), date(2026, 3, 20)


def owed(here: Shop, amount: str, currency: str, rate: str | None = None, on: str = "2026-01-10") -> Item:
    made = here.invoice(amount, on, "n/30", currency=currency, rate=rate)
    return Item.objects.get(document=made.document_id)


def money(here: Shop, amount: str, currency: str, rate: str | None = None) -> tuple[Receipt, Item]:
    got = here.receipt(amount, "2026-02-20", currency=currency, rate=rate)
    return got, Item.objects.get(document=got.document_id)


def left(item: Item) -> Decimal:
    return Item.objects.get(pk=item.pk).open_amount


def exchange(credit: Item, rate: str, **settles: Any) -> NewArrangement:
    return NewArrangement(kind="exchange", item_id=credit.pk, rate=Decimal(rate), **settles)


def posted_lines(company: Any, since: int) -> list[Line]:
    """What the journal got after `since`, by account and currency."""
    rows = JournalLine.objects.filter(company=company, pk__gt=since).select_related("account")
    return summed((line.account, line.currency, line.amount, line.base_amount) for line in rows)


def last_line() -> int:
    return JournalLine.objects.order_by("-pk").values_list("pk", flat=True)[0]


def did(here: Shop, new: NewArrangement, by: User | None = None) -> Arrangement:
    """Made on ON, and exactly as the preview said."""
    own_posting(here.company)
    made, debits = drafted(here.company, new, by=here.by)
    told, since = effect_of(made, ON, debits), last_line()
    made = request_arrangement(here.company, new, on=ON, by=here.by)
    if by is not None:
        own_posting(here.company)
        made = approve_arrangement(here.company, made.pk, on=ON, by=by)
    assert made.document is not None
    assert posted_lines(here.company, since) == told.postings
    assert_open(told.changes)
    opened = Item.objects.filter(document=made.document_id).exclude(open_amount=0).order_by("pk")
    assert [(each.customer and each.customer.pk, each.after) for each in told.opened] == [
        (item.customer_id, item.open_amount) for item in opened
    ]
    return made


def undone(here: Shop, made: Arrangement) -> None:
    """Undone on LATER, and exactly as the preview said."""
    own_posting(here.company)
    told, since = undoing(made), last_line()
    reverse_arrangement(here.company, made.pk, on=LATER, by=here.by, reason="agreed by mistake")
    assert posted_lines(here.company, since) == told.postings
    assert_open(told.changes)
    assert Arrangement.objects.get(pk=made.pk).state == "reversed"


def assert_open(changes: Any) -> None:
    for each in changes:
        found = Item.objects.filter(document=each.document_id, currency=each.currency)
        assert sum(item.open_amount for item in found) == each.after, each.number


def test_dollars_pay_euros(shop: Callable[..., Shop]) -> None:
    """EUR 90.00 booked at 7.80 (702.00) is paid by USD 99.00 of USD 100.00 received at 7.10, agreed at USD 1.10 a euro.

    The dollars stand at 702.90, so the loss is 702.00 - 702.90 = -0.90: a gain. USD 1.00 stays, at 7.10.
    """
    here = shop()
    euros = owed(here, "90.00", "EUR", "7.80")
    got, dollars = money(here, "100.00", "USD", "7.10")
    made = did(here, exchange(dollars, "1.10", settles={euros.pk: Decimal(90)}))
    assert (made.amount, left(euros), unapplied(got)) == (Decimal("99.00"), ZERO, Decimal("1.00"))
    assert (here.account("fx_gain_loss"), here.account("receivable")) == (Decimal("-0.90"), Decimal("-7.10"))
    assert refusal(lambda: reverse_receipt(here.company, got.pk, on=LATER, by=here.by, reason="x")) == "replaced"
    undone(here, made)
    assert (left(euros), unapplied(got), here.account("fx_gain_loss")) == (Decimal(90), Decimal(100), ZERO)
    assert Item.objects.get(pk=dollars.pk).open_base_amount == Decimal("-710.00")
    own_posting(here.company)
    reverse_receipt(here.company, got.pk, on=LATER, by=here.by, reason="bounced")
    assert (here.account("bank"), here.account("receivable")) == (ZERO, Decimal("702.00"))


def test_dinars_pay_yen(shop: Callable[..., Shop]) -> None:
    """JPY 10,000 at 0.0469 (469.00) and JPY 1 more (0.05) take KWD 20.342, which came in at 23.0137 (468.14).

    KWD 0.002034 a yen: 10,001 x 0.002034 = 20.342034. The yen stood at 469.05: a loss of 0.91.
    """
    here = shop()
    first, second = owed(here, "10000", "JPY", "0.0469"), owed(here, "1", "JPY", "0.0469", "2026-01-11")
    _got, dinars = money(here, "20.342", "KWD", "23.0137")
    settles = settled_by([(first.pk, left(first)), (second.pk, left(second))], Decimal("20.342"), Decimal("0.0020339"),
                         currency="JPY")  # fmt: skip
    assert settles == {first.pk: Decimal(10000), second.pk: Decimal(1)}
    made = did(here, exchange(dinars, "0.002034", settles=settles))
    assert (made.amount, left(dinars), left(first), left(second)) == (Decimal("20.342"), ZERO, ZERO, ZERO)
    assert (here.account("fx_gain_loss"), here.account("receivable")) == (Decimal("0.91"), ZERO)
    undone(here, made)
    assert (here.account("fx_gain_loss"), left(dinars)) == (ZERO, Decimal("-20.342"))


def test_what_an_exchange_takes() -> None:
    """What is paid is cut off at the debit's smallest coin, what is taken is rounded to the credit's."""
    assert taken(Decimal("90.00"), Decimal("1.10"), "USD") == Decimal("99.00")
    assert taken(Decimal(10000), Decimal("0.0067"), "USD") == Decimal("67.00")
    assert taken(Decimal(1), Decimal("0.0067"), "USD") == Decimal("0.01"), "never nothing"
    paid = settled_by([(1, Decimal(60)), (2, Decimal(60))], Decimal(100), Decimal("1.10"), currency="EUR")
    assert paid == {1: Decimal(60), 2: Decimal("30.90")}
    assert taken(Decimal("90.90"), Decimal("1.10"), "USD") == Decimal("99.99")
    assert settled_by([(1, Decimal(5))], Decimal("0.01"), Decimal("200"), currency="JPY") == {}


def test_what_an_exchange_refuses(shop: Callable[..., Shop]) -> None:
    here = shop()
    euros, yuan = owed(here, "90.00", "EUR", "7.80"), owed(here, "90.00", "CNY")
    _got, dollars = money(here, "50.00", "USD", "7.10")
    asked: list[tuple[str, NewArrangement]] = [
        ("over_arranged", exchange(dollars, "1.10", settles={euros.pk: Decimal(90)})),
        ("over_arranged", exchange(dollars, "0.10", settles={euros.pk: Decimal("90.01")})),
        ("settles", exchange(dollars, "0.10", settles={euros.pk: Decimal(1), yuan.pk: Decimal(1)})),
        ("settles", exchange(dollars, "1.10")),
        ("rate", exchange(dollars, "0", settles={euros.pk: Decimal(1)})),
        ("no_credit", exchange(euros, "1.10", settles={yuan.pk: Decimal(1)})),
        ("amount", NewArrangement(kind="transfer", item_id=yuan.pk, amount=Decimal("0.001"), to_customer_id=1)),
        ("to_customer", NewArrangement(kind="transfer", item_id=yuan.pk, amount=Decimal(1), to_customer_id=None)),
        ("reference", NewArrangement(kind="netting", item_id=yuan.pk, amount=Decimal(1))),
        ("no_debit", NewArrangement(kind="netting", item_id=dollars.pk, amount=Decimal(1), reference="A")),
    ]  # fmt: skip
    for code, new in asked:
        assert refusal(lambda new=new: request_arrangement(here.company, new, on=ON, by=here.by)) == code  # type: ignore[misc]
    early = exchange(dollars, "1.10", settles={euros.pk: Decimal(1)})
    with transaction.atomic():
        assert (
            refusal(lambda: request_arrangement(here.company, early, on=date(2026, 2, 1), by=here.by))
            == "before_posting"
        )
        transaction.set_rollback(True)


def test_a_transfer_keeps_age_and_base(shop: Callable[..., Shop]) -> None:
    """USD 60.00 of 100.01 booked at 7.10 (710.07) goes to the parent: 426.00 of base, and the dates it had."""
    here = shop()
    bill = owed(here, "100.01", "USD", "7.10")
    ids = create_customers(here.company, [NewCustomer(code="B", name="Buyer", currency="CNY")], by=None)
    buyer = Customer.objects.get(pk=ids["B"])
    new = NewArrangement(kind="transfer", item_id=bill.pk, amount=Decimal(60), to_customer_id=buyer.pk, reference="A-7")
    made = did(here, new)
    moved = Item.objects.get(document=made.document_id)
    assert (moved.customer_id, moved.open_base_amount, left(bill)) == (buyer.pk, Decimal("426.00"), Decimal("40.01"))
    assert (moved.due_on, moved.original_due_on, moved.aged_from_on) == (
        bill.due_on, bill.original_due_on, bill.aged_from_on,
    )  # fmt: skip
    undone(here, made)
    again = Item.objects.get(pk=bill.pk)
    assert (again.open_amount, again.open_base_amount) == (Decimal("100.01"), Decimal("710.07"))
    assert Entry.objects.filter(item=bill).count() == 2, "both acts stay"


def test_what_was_paid_is_undone_first(shop: Callable[..., Shop]) -> None:
    here = shop()
    bill = owed(here, "100.00", "CNY")
    new = NewCustomer(code="B", name="Buyer", currency="CNY", parent_code="C")
    ids = create_customers(here.company, [new], by=None)
    made = did(here, NewArrangement(kind="transfer", item_id=bill.pk, amount=Decimal(100), to_customer_id=ids["B"]))
    got, _credit = money(here, "10.00", "CNY")
    moved = Item.objects.get(document=made.document_id)
    own_posting(here.company)
    apply_receipt(here.company, got.pk, {moved.pk: Decimal(10)}, effective_on=ON, by=here.by)
    own_posting(here.company)
    assert refusal(lambda: reverse_arrangement(here.company, made.pk, on=LATER, by=here.by, reason="x")) == "moved"


def test_netting_waits_for_a_second_person(shop: Callable[..., Shop]) -> None:
    """EUR 50.00 of 80.00 at 7.80 meets what we owe them: 390.00 goes to the clearing account of payables."""
    here = shop()
    bill = owed(here, "80.00", "EUR", "7.80")
    boss = hire(here.company, "boss-of-netting", Role.CONTROLLER)
    credit = hire(here.company, "credit-of-netting", Role.CREDIT_MANAGER)
    new = NewArrangement(kind="netting", item_id=bill.pk, amount=Decimal(50), reference="Set-off agreement 2026-02")
    made = request_arrangement(here.company, new, on=ON, by=here.by)
    assert (made.state, made.required_role, left(bill)) == ("requested", "controller", Decimal(80))
    assert refusal(lambda: request_arrangement(here.company, new, on=ON, by=here.by)) == "already_requested"
    assert refusal(lambda: approve_arrangement(here.company, made.pk, on=ON, by=here.by)) == "same_person"
    assert refusal(lambda: approve_arrangement(here.company, made.pk, on=ON, by=credit)) == "forbidden"
    reject_arrangement(here.company, made.pk, by=boss, note="not signed")
    assert refusal(lambda: approve_arrangement(here.company, made.pk, on=ON, by=boss)) == "not_requested"
    made = did(here, new, by=boss)
    assert (here.account("payables_clearing"), here.account("receivable")) == (Decimal("390.00"), Decimal("234.00"))
    undone(here, made)
    assert (here.account("payables_clearing"), left(bill)) == (ZERO, Decimal(80))
    assert refusal(lambda: reverse_arrangement(here.company, made.pk, on=LATER, by=boss, reason="x")) == "not_posted"


def test_bands_of_each_kind(shop: Callable[..., Shop]) -> None:
    here = shop()
    bill = owed(here, "100.00", "CNY")
    ArrangementBand.objects.create(company=here.company, kind="netting", above=Decimal(10), role="credit_manager")
    ArrangementBand.objects.create(company=here.company, kind="transfer", above=Decimal(0), role="controller")
    ids = create_customers(here.company, [NewCustomer(code="B", name="Buyer", currency="CNY")], by=None)
    small = NewArrangement(kind="netting", item_id=bill.pk, amount=Decimal(10), reference="A")
    assert request_arrangement(here.company, small, on=ON, by=here.by).state == "posted"
    own_posting(here.company)
    large = NewArrangement(kind="netting", item_id=bill.pk, amount=Decimal("10.01"), reference="A")
    assert drafted(here.company, large, by=here.by)[0].required_role == "credit_manager"
    moved = NewArrangement(kind="transfer", item_id=bill.pk, amount=Decimal(1), to_customer_id=ids["B"])
    made = request_arrangement(here.company, moved, on=ON, by=here.by)
    assert (made.state, made.required_role) == ("requested", "controller")
    assert settled_items(made) == {}


def test_the_database_keeps_it_as_it_was(shop: Callable[..., Shop]) -> None:
    here = shop()
    bill = owed(here, "100.00", "CNY")
    new = NewArrangement(kind="netting", item_id=bill.pk, amount=Decimal(10), reference="A")
    made = request_arrangement(here.company, new, on=ON, by=here.by)
    for change in ({"amount": Decimal(9)}, {"state": "posted", "document_id": bill.document_id}, {"reference": "B"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Arrangement.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Arrangement.objects.filter(pk=made.pk).delete()


def plan(item: Item, instalments: list[Instalment], *others: Item, **fields: Any) -> NewArrangement:
    settles = {each.pk: each.open_amount for each in (item, *others)}
    return NewArrangement(kind="plan", item_id=item.pk, settles=settles, instalments=instalments, **fields)


def test_instalments_are_worked_out() -> None:
    """Equal ones take what rounding left in the last; typed ones are amounts or percentages; the oldest comes first."""
    thirds = equal(Decimal(100), 3, date(2026, 1, 31), 1, "CNY")
    assert [(on.isoformat(), str(amount)) for on, amount in thirds] == [
        ("2026-01-31", "33.33"), ("2026-02-28", "33.33"), ("2026-03-31", "33.34"),
    ]  # fmt: skip
    assert [amount for _on, amount in equal(Decimal(10001), 2, ON, 3, "JPY")] == [Decimal(5001), Decimal(5000)]
    parts = typed("2026-01-31 50%\n2026-02-28 30%\n\n2026-03-31 20%", Decimal("1000.01"), "CNY")
    assert [str(amount) for _on, amount in parts] == ["500.01", "300.00", "200.00"]
    assert typed("2026-01-31 1,000.00", Decimal(1000), "CNY") == [(date(2026, 1, 31), Decimal(1000))]
    first, second = (date(2026, 1, 31), Decimal(50)), (date(2026, 2, 28), Decimal(50))
    assert pieces([(1, Decimal(60)), (2, Decimal(40))], [first, second]) == [
        (1, first[0], Decimal(50)), (1, second[0], Decimal(10)), (2, second[0], Decimal(40)),
    ]  # fmt: skip
    for text, code in [
        ("", "count"), ("soon 5", "line"), ("2026-02-30 5", "line"), ("2026-01-31 x", "line"),
        ("2026-01-31 60%", "percent"), ("2026-01-31 9", "sum"), ("2026-01-31 5\n2026-01-31 5", "dates"),
    ]:  # fmt: skip
        with pytest.raises(PlanError) as caught:
            typed(text, Decimal(10), "CNY")
        assert caught.value.code == code, text
    assert not is_broken([(date(2026, 3, 31), Decimal(1))], 5, date(2026, 4, 5))
    assert is_broken([(date(2026, 3, 31), Decimal(1))], 5, date(2026, 4, 6))
    assert not is_broken([(date(2026, 3, 31), ZERO)], 0, date(2026, 4, 6))


def test_two_debts_in_three_instalments_and_not_kept(shop: Callable[..., Shop]) -> None:
    """USD 60.01 at 7.10 (426.07) and 40.00 at 7.20 (288.00) fall due in thirds; one is paid, the second is not.

    33.34 + 33.34 + 33.33. The first debt gives 33.34 and 26.67, the second 6.67 and 33.33: bases 236.71, 189.36, 48.02
    and 239.98. Nothing moves on an account; the day after the days of grace what is left has its old dates again.
    """
    here = shop()
    boss = hire(here.company, "boss-of-plans", Role.CONTROLLER)
    first, second = owed(here, "60.01", "USD", "7.10"), owed(here, "40.00", "USD", "7.20", "2026-01-20")
    thirds = equal(Decimal("100.01"), 3, date(2026, 4, 1), 1, "USD")
    made = did(here, plan(first, thirds, second, grace_days=5), by=boss)
    assert (made.required_role, made.amount, left(first), left(second)) == ("controller", Decimal("100.01"), ZERO, ZERO)
    rows = Item.objects.filter(document=made.document_id).order_by("line")
    assert [(item.open_amount, item.open_base_amount, item.due_on.month, item.aged_from_on.month) for item in rows] == [
        (Decimal("33.34"), Decimal("236.71"), 4, 4), (Decimal("26.67"), Decimal("189.36"), 5, 5),
        (Decimal("6.67"), Decimal("48.02"), 5, 5), (Decimal("33.33"), Decimal("239.98"), 6, 6),
    ]  # fmt: skip
    assert {item.original_due_on for item in rows} == {first.due_on, second.due_on}
    assert here.account("receivable") == Decimal("714.07")
    got = here.receipt("33.34", "2026-04-03", currency="USD", rate="7.10")
    own_posting(here.company)
    apply_receipt(here.company, got.pk, {rows[0].pk: Decimal("33.34")}, effective_on=date(2026, 4, 3), by=here.by)
    assert break_plans(here.company, as_of=date(2026, 5, 6)) == 0, "the fifth day of grace"
    own_posting(here.company)
    assert break_plans(here.company, as_of=date(2026, 5, 7)) == 1
    assert break_plans(here.company, as_of=date(2026, 5, 7)) == 0, "once"
    made.refresh_from_db()
    back = Item.objects.filter(document=made.fallback_id).order_by("line")
    assert [(item.open_amount, item.due_on, item.aged_from_on, item.origin_item_id) for item in back] == [
        (Decimal("26.67"), first.due_on, first.aged_from_on, first.pk),
        (Decimal("40.00"), second.due_on, second.aged_from_on, second.pk),
    ]
    assert (made.state, here.account("receivable")) == ("broken", Decimal("477.36"))
    assert refusal(lambda: reverse_arrangement(here.company, made.pk, on=LATER, by=here.by, reason="x")) == "not_posted"


def test_an_extension_is_undone(shop: Callable[..., Shop]) -> None:
    """One instalment is an extension; undone, the invoice is as late as it was. A paid plan is never broken."""
    here = shop()
    boss = hire(here.company, "boss-of-extensions", Role.CONTROLLER)
    bill, other = owed(here, "100.00", "CNY"), owed(here, "7.00", "CNY")
    made = did(here, plan(bill, [(date(2026, 6, 1), Decimal(100))]), by=boss)
    moved = Item.objects.get(document=made.document_id)
    assert (moved.due_on, moved.original_due_on, moved.origin_item_id) == (date(2026, 6, 1), bill.due_on, bill.pk)
    undone(here, made)
    assert Item.objects.get(pk=bill.pk).open_amount == Decimal(100)
    again = did(here, plan(other, [(date(2026, 3, 2), Decimal(7))]), by=boss)
    own_posting(here.company)
    got = here.receipt("7.00", "2026-03-01")
    paid = {Item.objects.get(document=again.document_id).pk: Decimal(7)}
    apply_receipt(here.company, got.pk, paid, effective_on=ON, by=here.by)
    assert break_plans(here.company, as_of=date(2026, 12, 31)) == 0


def test_what_a_plan_refuses(shop: Callable[..., Shop]) -> None:
    here = shop()
    bill, dollars = owed(here, "100.00", "CNY"), owed(here, "100.00", "USD", "7.10")
    day = date(2026, 6, 1)
    asked = [
        ("settles", plan(bill, [(day, Decimal(200))], dollars)),
        ("instalments", plan(bill, [(day, Decimal(99))])),
        ("instalments", plan(bill, [(day, Decimal("99.999")), (date(2026, 7, 1), Decimal("0.001"))])),
        ("settles", replace(plan(bill, [(day, Decimal(100))]), item_id=dollars.pk)),
        ("over_arranged", replace(plan(bill, [(day, Decimal(101))]), settles={bill.pk: Decimal(101)})),
    ]
    for code, new in asked:
        assert refusal(lambda new=new: request_arrangement(here.company, new, on=ON, by=here.by)) == code  # type: ignore[misc]

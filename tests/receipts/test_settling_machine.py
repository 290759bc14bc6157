"""Random lives of receivables in two companies and four currencies: all that tests/receipts/lives.py knows, and money
that goes back to the customer, and bills of exchange that are received, split, passed on, paid, dishonoured and undone.

After every step every invariant holds. In the end all is undone, and then every invoice is owed in full, to the cent of
its base, and no account remembers anything.

HYPOTHESIS_PROFILE=nightly makes it ten times as long.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from arap.core.models import CompanyBankAccount, ExchangeRate, User
from arap.core.money import quantize, quantum
from arap.ledger.models import Item
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
from bills.models import Bill
from bills.queries import last_event
from customers.actions import approve_bank_account, propose_bank_account
from customers.models import BankAccount, Customer
from receipts.actions.paying_out import fail_refund, make_payout, pay_refund, return_refund
from receipts.actions.refunding import approve_refund, cancel_refund, request_refund
from receipts.models import Refund, RefundBand
from tests.receipts.lives import DONE, NUMBERS, RATES, REFUSALS, START, Machine, days, index, percent
from tests.worked.test_settling import Shop

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
LENGTH = settings(
    max_examples=100 if NIGHTLY else 20,
    stateful_step_count=40,
    deadline=None,
    derandomize=not NIGHTLY,
    phases=[phase for phase in Phase if NIGHTLY or phase is not Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
AT = datetime(2026, 1, 1, tzinfo=UTC)


class Lives(Machine):
    """With bills and refunds."""

    refusals = REFUSALS | {
        "bill_state", "bill_paid", "other_currency", "not_splittable", "not_last", "over_refunded", "not_cancellable",
        "not_ordered", "not_paid", "not_approved", "over_applied",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        for shop, boss in self.houses:
            RefundBand.objects.create(company=shop.company, above=Decimal(50), role="controller")
            for customer in Customer.objects.filter(company=shop.company):
                number = f"6222{customer.pk:012}"
                made = propose_bank_account(
                    customer, holder=customer.code, bank="BOC", account_no=number, proof="x", by=shop.by
                )
                approve_bank_account(shop.company, made.pk, by=boss)
            for currency in (shop.company.base_currency, "USD", "JPY", "KWD"):
                if currency != shop.company.base_currency:
                    rate = {"currency": currency, "valid_from": START, "rate": Decimal(RATES[currency])}
                    ExchangeRate.objects.create(company=shop.company, source="x", **rate)
                CompanyBankAccount.objects.create(
                    company=shop.company, name=currency, bank="BOC", account_no=currency, currency=currency
                )

    @rule(n=index, which=index, part=percent, wait=days)
    def ask_for_a_refund(self, n: int, which: int, part: int, wait: int) -> None:
        """What is left of a receipt shall go back; above a band a second person agrees."""
        shop, boss = self.houses[n % 2]
        credits = Item.objects.filter(company=shop.company, open_amount__lt=0, account__role="receivable")
        rows = list(credits.order_by("pk"))
        self.today += timedelta(days=wait)
        if not rows:
            return
        item = rows[which % len(rows)]
        amount = max(quantize(-item.open_amount * part / 100, item.currency), quantum(item.currency))
        account = BankAccount.objects.get(company=shop.company, customer=item.customer_id)

        def both() -> None:
            made = request_refund(shop.company, item.pk, amount, account_id=account.pk, reason="x", by=shop.by)
            if made.state == "requested":
                approve_refund(shop.company, made.pk, by=boss)
            DONE["refund"] += 1

        self.act(n, both)

    @precondition(lambda self: self.has(Refund))
    @rule(n=index, which=index, wait=days, well=st.booleans())
    def a_refund_goes_on(self, n: int, which: int, wait: int, well: bool) -> None:
        """It is ordered, paid, returned by the bank; or it is called off."""
        shop, _boss = self.houses[n % 2]
        live = Refund.objects.filter(company=shop.company, state__in=["approved", "ordered", "paid"])
        rows = list(live.select_related("item").order_by("pk"))
        self.today += timedelta(days=wait)
        if rows:
            self.act(n, self.next_of(shop, rows[which % len(rows)], well))

    def next_of(self, shop: Shop, made: Refund, well: bool) -> Callable[[], object]:
        company, on, by = shop.company, self.today, shop.by
        if made.state == "paid":
            return partial(return_refund, company, made.pk, on=on, by=by, reason="x")
        if made.state == "ordered":
            fails = partial(fail_refund, company, made.pk, by=by, reason="x")
            return partial(pay_refund, company, made.pk, on=on, by=by) if well else fails
        if not well:
            return partial(cancel_refund, company, made.pk, by=by, reason="x")
        own = CompanyBankAccount.objects.get(company=company, currency=made.item.currency)
        return partial(make_payout, company, [made.pk], bank_account_id=own.pk, execute_on=on, today=on, at=AT, by=by)

    @rule(n=index, which=index, part=percent, wait=days, parted=st.booleans())
    def receive_a_bill(self, n: int, which: int, part: int, wait: int, parted: bool) -> None:
        """A bill pays an invoice, in part, or more than it."""
        shop, _boss = self.houses[n % 2]
        item = Item.objects.get(document=self.chosen(n, which).document_id)
        self.today += timedelta(days=wait)
        amount = max(quantize(item.open_amount * part / 100, item.currency), quantum(item.currency))
        parted = parted and item.currency == "CNY"
        new = NewBill(
            customer_id=item.customer_id or 0, kind="bank", number=str(next(NUMBERS)), acceptor="Bank",
            issued_on=self.today, due_on=self.today + timedelta(days=90), currency=item.currency, amount=amount,
            received_on=self.today, first_cent=int(parted), last_cent=int(amount * 100) if parted else 0,
        )  # fmt: skip
        pays = {item.pk: min(amount, item.open_amount)} if item.open_amount else {}
        self.act(n, lambda: register_bill(shop.company, new, by=shop.by, amounts=pays))
        DONE["bill"] += 1

    @precondition(lambda self: self.has(Bill))
    @rule(n=index, which=index, wait=days, what=index, recourse=st.booleans())
    def a_bill_goes_on(self, n: int, which: int, wait: int, what: int, recourse: bool) -> None:
        """It is paid, split, passed on or dishonoured, or the last of these is undone."""
        shop, _boss = self.houses[n % 2]
        live = Bill.objects.filter(company=shop.company).exclude(state__in=["withdrawn", "split"])
        rows = list(live.order_by("pk"))
        self.today += timedelta(days=wait)
        if not rows:
            return
        company, bill, on, by = shop.company, rows[which % len(rows)], self.today, shop.by
        passing = Passing(
            on=on, party="Bank", with_recourse=recourse, interest=quantize(bill.amount / 100, bill.currency)
        )
        one = quantum(bill.currency)
        event = last_event(bill)
        acts: list[Callable[[], object]] = [
            partial(collect_bill, company, bill.pk, on=on, by=by),
            partial(discount_bill, company, bill.pk, passing, by=by),
            partial(endorse_bill, company, bill.pk, passing, by=by),
            partial(settle_bill, company, bill.pk, on=on, by=by),
            partial(dishonour_bill, company, bill.pk, on=on, by=by),
        ]
        if bill.amount > one:
            acts.append(partial(split_bill, company, bill.pk, [bill.amount - one, one], on=on, by=by))
        if event:
            acts.append(partial(undo_event, company, bill.pk, event.pk, on=on, by=by, reason="x"))
        before = bill.state

        def act() -> None:
            acts[what % len(acts)]()
            after = Bill.objects.get(pk=bill.pk).state
            DONE["collected" if after == before else after] += 1

        self.act(n, act)

    def undoings(self, shop: Shop, boss: User) -> Iterator[Callable[[], object]]:
        company, by, on = shop.company, shop.by, self.today
        yield from super().undoings(shop, boss)
        for made in Refund.objects.filter(company=company, state__in=["requested", "approved"]):
            yield partial(cancel_refund, company, made.pk, by=by, reason="end")
        for made in Refund.objects.filter(company=company, state="ordered"):
            yield partial(fail_refund, company, made.pk, by=by, reason="end")
        for made in Refund.objects.filter(company=company, state="paid"):
            yield partial(return_refund, company, made.pk, on=on, by=by, reason="end")
        for bill in Bill.objects.filter(company=company).exclude(state="withdrawn").order_by("-pk"):
            event = last_event(bill)
            if event and not (event.kind == "received" and bill.parent_id):
                yield partial(undo_event, company, bill.pk, event.pk, on=on, by=by, reason="end")


@pytest.mark.django_db
def test_lives_of_receivables() -> None:
    DONE.clear()
    run_state_machine_as_test(Lives, settings=LENGTH)
    # Which rarer acts a short run comes to is for chance to say.
    rarer = {"over", "bank_charge", "recovery", "exchange", "arrangement undone", "split", "paid", "dishonoured"}
    common = {"discount", "short", "write_off", "refused", "transfer", "netting", "plan", "refund", "bill"}
    assert DONE.keys() >= common | (rarer if NIGHTLY else set()), DONE

"""Four people settle the same few invoices at once, by connections of their own: each act of settling and its undoing.

Nobody meets a deadlock, nothing is applied twice, and what was answered as done is in the book.
"""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from arap.core.errors import DomainError
from arap.core.models import Company, CompanyBankAccount, User
from arap.ledger.models import Document, Item
from bills.actions import NewBill, Passing, discount_bill, dishonour_bill, register_bill, undo_event
from bills.models import Bill
from bills.queries import last_event
from customers.actions import approve_bank_account, ensure_terms, propose_bank_account
from customers.models import Customer
from invoices.actions import CreditPart, Draft, DraftLine, create_draft, credit_invoice, post_invoice
from invoices.models import InvoiceLine
from receipts.actions import NewReceipt, apply_receipt, receive, record_receipt, reverse_receipt, unapply_receipt
from receipts.actions.arranging import (
    NewArrangement,
    approve_arrangement,
    request_arrangement,
    reverse_arrangement,
)
from receipts.actions.paying_out import make_payout, pay_refund, return_refund
from receipts.actions.refunding import approve_refund, request_refund
from receipts.actions.writing_off import approve_write_off, request_write_off
from receipts.models import Arrangement, Receipt, Refund, WriteOff
from tests.ledger.book import customers
from tests.ledger.clients import at_once
from tests.ledger.proofs import prove

CLIENTS = 4
ACTS = 14
ON = date(2026, 6, 1)
AT = datetime(2026, 6, 1, tzinfo=UTC)
WHATS = ("receive", "apply", "apply", "unapply", "bounce", "credit", "write_off")


class Desk:
    """What the four people work on, and each act of theirs."""

    def __init__(self, company: Company, clerk: User, controller: User) -> None:
        self.company, self.clerk, self.controller = company, clerk, controller
        (self.customer,) = customers(company, "ALPHA")
        terms = ensure_terms(company, ["2/10 n/30"], by=clerk)
        Customer.objects.filter(pk=self.customer).update(terms_id=next(iter(terms.values())))
        self.invoices = []
        for _nth in range(4):
            lines = [DraftLine(unit_price=Decimal(1000))]
            draft = Draft(customer_id=self.customer, currency="CNY", issued_on=ON, lines=lines)
            self.invoices.append(post_invoice(company, create_draft(company, draft, by=clerk).pk, by=clerk))
        for _nth in range(4):
            record_receipt(company, self.new(Decimal(490)), by=clerk)

    def new(self, amount: Decimal) -> NewReceipt:
        """Money of the customer's."""
        return NewReceipt(amount=amount, currency="CNY", received_on=ON, customer_id=self.customer)

    def receipt(self, chance: Random) -> int:
        """Any receipt that was not returned."""
        found = list(Receipt.objects.filter(company=self.company, state="confirmed").values_list("pk", flat=True))
        return chance.choice(found)

    def item(self, chance: Random) -> Item:
        """An item of any invoice."""
        of = chance.choice(self.invoices)
        return Item.objects.get(document_id=of.document_id)

    def act(self, what: str, chance: Random, key: str) -> None:
        """One act, as its page or the API would ask for it."""
        amount = Decimal(chance.choice([49, 98, 245]))
        if what == "receive":
            number = chance.choice(self.invoices).number
            receive(self.company, self.new(amount), by=self.clerk, apply_to={number: amount}, key=key)
        elif what == "apply":
            amounts = {self.item(chance).pk: amount}
            apply_receipt(self.company, self.receipt(chance), amounts, effective_on=ON, by=self.clerk, key=key)
        elif what == "unapply":
            unapply_receipt(self.company, self.receipt(chance), effective_on=ON, by=self.clerk, key=key)
        elif what == "bounce":
            reverse_receipt(self.company, self.receipt(chance), on=ON, by=self.clerk, reason="bounced", key=key)
        elif what == "credit":
            invoice = chance.choice(self.invoices)
            line = InvoiceLine.objects.get(invoice_id=invoice.invoice_id)
            parts = [CreditPart(line_id=line.pk, amount=Decimal(100))]
            credit_invoice(self.company, invoice.invoice_id, on=ON, by=self.clerk, parts=parts, key=key)
        else:
            self.write_off(chance)

    def write_off(self, chance: Random) -> None:
        """Asked for by one, approved by another."""
        item, amount = self.item(chance), Decimal(50)
        made = request_write_off(
            self.company, item.pk, amount, reason="cost", explanation="small", on=ON, by=self.clerk
        )
        if made.required_role:
            approve_write_off(self.company, made.pk, on=ON, by=self.controller)


def test_settling_at_once(committed_db: Any, company: Company, clerk: User, controller: User) -> None:
    desk = Desk(company, clerk, controller)

    def client(seed: int) -> tuple[Counter[str], Counter[str]]:
        chance, done, refused = Random(seed), Counter[str](), Counter[str]()
        for nth in range(ACTS):
            what = chance.choice(WHATS)
            try:
                desk.act(what, chance, f"{seed}-{nth}")
                done[what] += 1
            except DomainError as refusal:
                refused[refusal.code] += 1
        return done, refused

    crowd = at_once([partial(client, seed) for seed in range(CLIENTS)])
    assert crowd.errors == [], "no deadlock, no error of the database"
    done = sum((answer[0] for answer in crowd.answers), Counter[str]())
    assert sum(done.values()) > CLIENTS * 3, crowd.answers
    for item in Item.objects.filter(company=company):
        low, high = sorted([Decimal(0), item.amount])
        assert low <= item.open_amount <= high
    kinds = Counter(Document.objects.filter(company=company, reverses=None).values_list("kind", flat=True))
    assert kinds["receipt"] == 4 + done["receive"], "no receipt lost"
    assert kinds["credit_note"] == done["credit"], "no credit note lost"
    assert Receipt.objects.filter(company=company, state="reversed").count() == done["bounce"], "no bounce lost"
    assert WriteOff.objects.filter(company=company, state="posted").count() == done["write_off"], "no write-off lost"
    assert kinds["discount"] > 0, "discounts were given on the way"
    prove(company)


class LaterDesk(Desk):
    """What is done about what is open besides: refunds, transfers, bills, and their undoing."""

    def __init__(self, company: Company, clerk: User, controller: User) -> None:
        super().__init__(company, clerk, controller)
        (self.other,) = customers(company, "BETA")
        mine = Customer.objects.get(pk=self.customer)
        account = propose_bank_account(mine, holder="A", bank="B", account_no="62220001", proof="x", by=clerk)
        self.account = approve_bank_account(company, account.pk, by=controller).pk
        own = CompanyBankAccount(company=company, name="Own", bank="B", account_no="1", currency="CNY")
        own.save(force_insert=True)
        self.own = own.pk

    def act(self, what: str, chance: Random, key: str) -> None:
        company, clerk = self.company, self.clerk
        if what == "refund":
            credit = Item.objects.get(document=Receipt.objects.get(pk=self.receipt(chance)).document_id)
            made = request_refund(company, credit.pk, Decimal(40), account_id=self.account, reason="x", by=clerk)
            if made.required_role:
                approve_refund(company, made.pk, by=self.controller)
            make_payout(company, [made.pk], bank_account_id=self.own, execute_on=ON, today=ON, at=AT, by=clerk)
            pay_refund(company, made.pk, on=ON, by=clerk)
        elif what == "return":
            paid = list(Refund.objects.filter(company=company, state="paid"))
            if paid:
                return_refund(company, chance.choice(paid).pk, on=ON, by=clerk, reason="x")
        elif what == "transfer":
            new = NewArrangement(
                kind="transfer", item_id=self.item(chance).pk, amount=Decimal(30), to_customer_id=self.other
            )
            asked = request_arrangement(company, new, on=ON, by=clerk)
            if asked.required_role:
                approve_arrangement(company, asked.pk, on=ON, by=self.controller)
        elif what == "transfer_back":
            moved = list(Arrangement.objects.filter(company=company, state="posted"))
            if moved:
                reverse_arrangement(company, chance.choice(moved).pk, on=ON, by=clerk, reason="x")
        elif what == "bill":
            new_bill = NewBill(
                customer_id=self.customer, kind="bank", number=key, acceptor="Bank", issued_on=ON,
                due_on=date(2026, 9, 1), currency="CNY", amount=Decimal(60), received_on=ON,
            )  # fmt: skip
            register_bill(company, new_bill, by=clerk, amounts={self.item(chance).pk: Decimal(60)})
        elif what == "bill_on":
            self.bill_on(chance)
        else:
            super().act(what, chance, key)

    def bill_on(self, chance: Random) -> None:
        """A bill is sold, dishonoured, or the last of it undone."""
        bills = list(Bill.objects.filter(company=self.company).exclude(state="withdrawn"))
        if not bills:
            return
        bill, how = chance.choice(bills), chance.randrange(3)
        if how == 0:
            passing = Passing(on=ON, party="Bank", with_recourse=True, interest=Decimal(1))
            discount_bill(self.company, bill.pk, passing, by=self.clerk)
        elif how == 1:
            dishonour_bill(self.company, bill.pk, on=ON, by=self.clerk)
        elif (event := last_event(bill)) is not None:
            undo_event(self.company, bill.pk, event.pk, on=ON, by=self.clerk, reason="x")


def test_refunds_transfers_and_bills_at_once(
    committed_db: Any, company: Company, clerk: User, controller: User
) -> None:
    desk = LaterDesk(company, clerk, controller)
    whats = ("refund", "return", "transfer", "transfer_back", "bill", "bill_on", "bill_on", "apply", "unapply")

    def client(seed: int) -> tuple[Counter[str], Counter[str]]:
        chance, done, refused = Random(seed), Counter[str](), Counter[str]()
        for nth in range(ACTS):
            what = chance.choice(whats)
            try:
                desk.act(what, chance, f"{seed}-{nth}")
                done[what] += 1
            except DomainError as refusal:
                refused[refusal.code] += 1
        return done, refused

    crowd = at_once([partial(client, seed) for seed in range(CLIENTS)])
    assert crowd.errors == [], "no deadlock, no error of the database"
    done = sum((answer[0] for answer in crowd.answers), Counter[str]())
    assert sum(done.values()) > CLIENTS * 3, crowd.answers
    for item in Item.objects.filter(company=company):
        low, high = sorted([Decimal(0), item.amount])
        assert low <= item.open_amount <= high
    assert Refund.objects.filter(company=company, state__in=["paid", "returned"]).count() == done["refund"]
    assert Bill.objects.filter(company=company, parent=None).count() == done["bill"], "no bill lost"
    moved = Arrangement.objects.filter(company=company, state__in=["posted", "reversed"])
    assert moved.count() == done["transfer"], "no transfer lost"
    prove(company)

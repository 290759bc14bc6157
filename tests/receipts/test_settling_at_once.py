"""Four people settle the same few invoices at once, by connections of their own: each act of settling and its undoing.

Nobody meets a deadlock, nothing is applied twice, and what was answered as done is in the book.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from arap.core.errors import DomainError
from arap.core.models import Company, User
from arap.ledger.models import Document, Item
from customers.actions import ensure_terms
from customers.models import Customer
from invoices.actions import CreditPart, Draft, DraftLine, create_draft, credit_invoice, post_invoice
from invoices.models import InvoiceLine
from receipts.actions import NewReceipt, apply_receipt, receive, record_receipt, reverse_receipt, unapply_receipt
from receipts.actions.writing_off import approve_write_off, request_write_off
from receipts.models import Receipt, WriteOff
from tests.ledger.book import customers
from tests.ledger.clients import at_once
from tests.ledger.proofs import prove

CLIENTS = 4
ACTS = 14
ON = date(2026, 6, 1)
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

"""Clerks of all rooms on the same few papers at once: receipts, credit notes, undoings, bounces; no deadlock shows."""

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from arap.core.errors import DomainError
from arap.core.models import Company, User
from arap.ledger.models import Document
from invoices.actions import Draft, DraftLine, create_draft, credit_invoice, post_invoice
from receipts.actions import NewReceipt, receive, reverse_receipt, unapply_receipt
from receipts.models import Receipt
from tests.ledger.book import customers
from tests.ledger.clients import at_once
from tests.ledger.proofs import prove

CLIENTS = 8
ACTS = 8
ON = date(2026, 6, 1)


def test_all_rooms_at_once(committed_db: Any, company: Company, clerk: User) -> None:
    parent, child = customers(company, "PARENT", "CHILD<PARENT")
    invoices = []
    for who in (parent, child, parent, child):
        draft = Draft(customer_id=who, currency="CNY", issued_on=ON, lines=[DraftLine(unit_price=Decimal("1000.00"))])
        invoices.append(post_invoice(company, create_draft(company, draft, by=clerk).pk, by=clerk))
    numbers = [invoice.number for invoice in invoices]
    ids = [invoice.invoice_id for invoice in invoices]

    def client(seed: int) -> Counter[str]:
        chance, codes = Random(seed), Counter[str]()
        for nth in range(ACTS):
            try:
                codes[act(chance, f"{seed}-{nth}")] += 1
            except DomainError as refusal:
                codes[refusal.code] += 1
        return codes

    def act(chance: Random, key: str) -> str:
        what = chance.choice(["receive", "receive", "auto", "unapply", "reverse", "credit"])
        amount = Decimal(chance.choice([100, 300, 500]))
        if what in ("receive", "auto"):
            new = NewReceipt(
                amount=2 * amount, currency="CNY", received_on=ON, customer_id=chance.choice([parent, child])
            )
            wanted = dict.fromkeys(chance.sample(numbers, 2), amount) if what == "receive" else None
            receive(company, new, by=clerk, apply_to=wanted, auto=wanted is None, key=key)
        elif what == "credit":
            credit_invoice(company, chance.choice(ids), on=ON, by=clerk, key=key)
        else:
            receipt = Receipt.objects.filter(company=company, state="confirmed").order_by("?").first()
            if receipt is not None and what == "unapply":
                unapply_receipt(company, receipt.pk, effective_on=ON, by=clerk, key=key)
            elif receipt is not None:
                reverse_receipt(company, receipt.pk, on=ON, by=clerk, reason="bounced", key=key)
        return what

    crowd = at_once([partial(client, seed) for seed in range(CLIENTS)])
    assert crowd.errors == []
    codes = sum(crowd.answers, Counter[str]())
    assert codes["receive"] > 0
    assert codes["credit"] <= len(ids)
    assert Document.objects.filter(company=company).count() > CLIENTS
    prove(company)

"""A company whose customers receive reminders, and a short way to write invoices and receipts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from arap.core.models import Company, ExchangeRate, User
from arap.ledger.models import Item
from customers.actions import NewCustomer, create_customers
from customers.models import Contact, Customer
from dunning.actions import ensure_policy, remind
from dunning.models import DunningRun
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from invoices.models import Invoice
from receipts.actions import NewReceipt, apply_receipt, record_receipt


@dataclass
class Desk:
    """What tests of reminders do to the book, in few words."""

    company: Company
    clerk: User

    def customer(
        self, code: str, *, currency: str = "CNY", language: str = "en", email: str = "ap@x.example"
    ) -> Customer:
        ids = create_customers(
            self.company,
            [
                NewCustomer(
                    code=code, name=f"Customer {code}", name_local=f"客户{code}", currency=currency, language=language
                )
            ],
            by=self.clerk,
        )
        customer = Customer.objects.get(pk=ids[code])
        if email:
            Contact.objects.create(
                company=self.company, customer=customer, name="Accounts", email=email, receives=["reminder"]
            )
        return customer

    def invoice(self, customer: Customer, amount: str, due_on: date, *, currency: str = "") -> Item:
        draft = Draft(
            customer_id=customer.pk,
            currency=currency or customer.currency,
            issued_on=date(due_on.year, due_on.month, 1),
            lines=[DraftLine(description="Goods", unit_price=Decimal(amount))],
            instalments=[(due_on, Decimal(amount))],
        )
        made = create_draft(self.company, draft, by=self.clerk)
        post_invoice(self.company, made.pk, by=self.clerk)
        posted = Invoice.objects.get(pk=made.pk)
        return Item.objects.select_related("document").get(document=posted.document_id)

    def receive(self, customer: Customer, amount: str, on: date) -> int:
        new = NewReceipt(amount=Decimal(amount), currency=customer.currency, received_on=on, customer_id=customer.pk)
        return record_receipt(self.company, new, by=self.clerk).receipt_id

    def pay(self, item: Item, amount: str, on: date) -> None:
        assert item.customer is not None
        receipt = self.receive(item.customer, amount, on)
        apply_receipt(self.company, receipt, {item.pk: Decimal(amount)}, effective_on=on, by=self.clerk)


def remind_on(company: Company, on: date) -> DunningRun:
    """The night of that day, on that day: decided, and released whole."""
    return remind(company, as_of=on, today=on, by=None, only_automatic=False)


@pytest.fixture
def desk(company: Company, clerk: User) -> Desk:
    for currency, rate in (("USD", "7"), ("JPY", "0.05")):
        ExchangeRate.objects.create(
            company=company, currency=currency, valid_from=date(2023, 1, 1), rate=Decimal(rate), source="test"
        )
    ensure_policy(company)
    return Desk(company, clerk)

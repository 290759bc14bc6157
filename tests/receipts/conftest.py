"""A customer group with open invoices, and short ways to receive money."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from arap.core.models import Company, User
from arap.ledger.models import Item
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Receipt


@pytest.fixture
def group(company: Company) -> dict[str, Customer]:
    """P pays for itself and for its shop S; X has nothing to do with them."""
    rows = [
        NewCustomer(code="P", name="Pay office", currency="CNY"),
        NewCustomer(code="S", name="Shop", currency="CNY", parent_code="P"),
        NewCustomer(code="X", name="Somebody else", currency="CNY"),
    ]
    ids = create_customers(company, rows, by=None)
    return {code: Customer.objects.get(pk=pk) for code, pk in ids.items()}


@pytest.fixture
def owe(company: Company, group: dict[str, Customer], clerk: User) -> Callable[..., Item]:
    """owe("100.00", "2026-01-10", customer="S"): post an invoice and return its (first) item."""

    def make(price: str, on: str = "2026-01-10", *, customer: str = "P", **fields: Any) -> Item:
        draft = Draft(
            **{
                "customer_id": group[customer].pk,
                "currency": "CNY",
                "issued_on": date.fromisoformat(on),
                "lines": [DraftLine(unit_price=Decimal(price))],
                **fields,
            }
        )
        posted = post_invoice(company, create_draft(company, draft, by=clerk).pk, by=clerk)
        return Item.objects.select_related("document").get(document=posted.document_id, line=1)

    return make


@pytest.fixture
def receipt(company: Company, group: dict[str, Customer], clerk: User) -> Callable[..., Receipt]:
    """receipt("100.00", "2026-02-01", customer="P"): record a receipt; customer None leaves its payer unknown."""

    def make(amount: str, on: str = "2026-02-01", *, customer: str | None = "P", **fields: Any) -> Receipt:
        new = NewReceipt(
            **{
                "amount": Decimal(amount),
                "currency": "CNY",
                "received_on": date.fromisoformat(on),
                "customer_id": group[customer].pk if customer else None,
                **fields,
            }
        )
        return Receipt.objects.get(pk=record_receipt(company, new, by=clerk).receipt_id)

    return make

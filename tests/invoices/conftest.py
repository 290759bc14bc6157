"""A customer, tax codes and short ways to write invoices."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from arap.core.models import Company, TaxCode, User
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from invoices.models import Invoice


@pytest.fixture
def customer(company: Company) -> Customer:
    """Haichen, billed in CNY."""
    ids = create_customers(company, [NewCustomer(code="C-1", name="Haichen", currency="CNY")], by=None)
    return Customer.objects.get(pk=ids["C-1"])


@pytest.fixture
def vat(company: Company) -> TaxCode:
    """Thirteen per cent."""
    return TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))


@pytest.fixture
def draft(company: Company, customer: Customer, vat: TaxCode, clerk: User) -> Callable[..., Invoice]:
    """draft("100.00", "50.00", on="2026-01-10", entry="net"): an invoice with one line for each net price."""

    def make(*prices: str, on: str = "2026-01-10", entry: Any = "net", quantity: int = 1, **fields: Any) -> Invoice:
        lines = [
            DraftLine(unit_price=Decimal(price), quantity=Decimal(quantity), tax_code_id=vat.pk, entry=entry)
            for price in prices
        ]
        given = {"customer_id": customer.pk, "currency": "CNY", "issued_on": date.fromisoformat(on), "lines": lines}
        return create_draft(company, Draft(**{**given, **fields}), by=clerk)

    return make


@pytest.fixture
def posted(company: Company, draft: Callable[..., Invoice], clerk: User) -> Callable[..., Invoice]:
    """As `draft`, posted."""

    def make(*prices: str, **fields: Any) -> Invoice:
        invoice = draft(*prices, **fields)
        post_invoice(company, invoice.pk, by=clerk)
        invoice.refresh_from_db()
        return invoice

    return make

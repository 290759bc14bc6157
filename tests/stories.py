"""One small story that the pages are tested with. Its dates count from today, because the pages do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from arap.core.models import Company, ExchangeRate, User
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from invoices.models import Invoice
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from receipts.models import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Haichen owes 600.00 (70 days over) and 2,000.00 (not due), and has 500.00 with us; Qiming owes USD 300.00 (20
    days over, rate 7); 77.00 came from nobody knows whom. In CNY: owed 4,700.00, overdue 2,700.00, balance 4,123.00.
    """

    company: Company
    today: date
    haichen: Customer
    qiming: Customer
    late: Invoice
    young: Invoice
    foreign: Invoice
    applied: Receipt
    waiting: Receipt
    lost: Receipt


def number_of(posted: Invoice | Receipt) -> str:
    """The number that an invoice or a receipt has in the book."""
    assert posted.document is not None, "it is in the book"
    return posted.document.number


def today_of(company: Company) -> date:
    """What day it is for the company: its pages count from it."""
    return datetime.now(ZoneInfo(company.time_zone)).date()


def tell(company: Company, clerk: User) -> Story:
    """Write the story into the book, through the public actions."""
    today = today_of(company)
    ExchangeRate.objects.create(
        company=company, currency="USD", valid_from=today - timedelta(days=400), rate=Decimal(7), source="test"
    )
    rows = [
        NewCustomer(
            code="C-10482", name="Ningbo Haichen Mould Co., Ltd.", name_local="宁波海辰模具有限公司", currency="CNY"
        ),
        NewCustomer(code="C-10290", name="Suzhou Qiming Automation", name_local="苏州启明自动化", currency="USD"),
    ]
    ids = create_customers(company, rows, by=clerk)
    haichen, qiming = (Customer.objects.get(pk=ids[row.code]) for row in rows)

    def invoice(customer: Customer, amount: str, days_ago: int, due_in: int, reference: str) -> Invoice:
        draft = Draft(
            customer_id=customer.pk,
            currency=customer.currency,
            issued_on=today - timedelta(days=days_ago),
            reference=reference,
            lines=[DraftLine(description="Mould insert", unit_price=Decimal(amount))],
            instalments=[(today + timedelta(days=due_in), Decimal(amount))],
        )
        made = create_draft(company, draft, by=clerk)
        post_invoice(company, made.pk, by=clerk)
        return Invoice.objects.select_related("document").get(pk=made.pk)

    def receipt(customer: Customer | None, amount: str, days_ago: int, text: str) -> Receipt:
        new = NewReceipt(
            amount=Decimal(amount),
            currency="CNY",
            received_on=today - timedelta(days=days_ago),
            customer_id=customer.pk if customer else None,
            remittance=text,
        )
        pk = record_receipt(company, new, by=clerk).receipt_id
        return Receipt.objects.select_related("document").get(pk=pk)

    late = invoice(haichen, "1000.00", 100, -70, "PO-1")
    young = invoice(haichen, "2000.00", 20, 10, "PO-2")
    foreign = invoice(qiming, "300.00", 50, -20, "PO-3")
    applied = receipt(haichen, "400.00", 40, "part of PO-1")
    assert late.document is not None
    item = late.document.items.get()
    on = today - timedelta(days=40)
    apply_receipt(company, applied.pk, {item.pk: Decimal("400.00")}, effective_on=on, by=clerk)
    return Story(
        company=company,
        today=today,
        haichen=haichen,
        qiming=qiming,
        late=late,
        young=young,
        foreign=foreign,
        applied=applied,
        waiting=receipt(haichen, "500.00", 5, "on account"),
        lost=receipt(None, "77.00", 1, "transfer 8812"),
    )

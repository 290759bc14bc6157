"""What the papers of invoices say: sums, instalments, words, slip; and what a bank sends back finds its invoice."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from arap.core.models import Company, CompanyBankAccount, ExchangeRate, TaxCode, User
from arap.core.references import parse, printed
from customers.models import Customer, PaymentTerms
from invoices.actions import credit_invoice
from invoices.models import Invoice
from invoices.papers import invoice_context, invoice_pdf
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Receipt
from receipts.queries import proposals

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def accounts(company: Company) -> None:
    """An account of ours for each currency of the tests, and rates."""
    numbers = {"CNY": "1001 2345", "EUR": "DE89 3704 0044 0532 0130 00", "JPY": "77", "KWD": "88"}
    for currency, account in numbers.items():
        CompanyBankAccount.objects.create(
            company=company, name="Acme", bank="Bank", account_no=account, currency=currency, is_default=True
        )
        if currency != "CNY":
            ExchangeRate.objects.create(
                company=company, currency=currency, valid_from=date(2024, 1, 1), rate=D(7), source="test"
            )


def text_of(invoice: Invoice, language: str = "en") -> str:
    pages = PdfReader(io.BytesIO(invoice_pdf(invoice, language))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_sums_by_tax_code_are_the_invoices_totals(posted: Callable[..., Invoice], vat: TaxCode) -> None:
    invoice = posted("100.00", "50.00", quantity=3)
    sums = invoice_context(invoice, "en")["tax_sums"]
    assert [(each.code, each.rate, each.net, each.tax, each.gross) for each in sums] == [
        ("V13", D(13), D("450.00"), D("58.50"), D("508.50"))
    ]
    assert sum(each.gross for each in sums) == invoice.total


@pytest.mark.parametrize(
    "currency, price, total, words",
    [
        ("CNY", "1234.50", "1,394.99", "Renminbi one thousand three hundred and ninety-four yuan and ninety-nine fen"),
        ("JPY", "125000", "141,250", "Japanese yen one hundred and forty-one thousand two hundred and fifty only"),
        ("KWD", "1.234", "1.394", "Kuwaiti dinars one and 394/1000"),
        ("EUR", "100.00", "113.00", "Euros one hundred and thirteen only"),
    ],
)
def test_the_decimals_of_each_currency(
    posted: Callable[..., Invoice], accounts: None, currency: str, price: str, total: str, words: str
) -> None:
    invoice = posted(price, currency=currency)
    text = text_of(invoice)
    assert f"{currency} {total}" in text
    assert words in text
    slip = invoice_context(invoice, "en")["slip"]
    assert slip.is_epc == (currency == "EUR")
    assert slip.reference in text


def test_instalments_and_discounts_are_told(company: Company, posted: Callable[..., Invoice], accounts: None) -> None:
    parts = PaymentTerms.objects.create(company=company, code="P", name="parts", rule="30% n/0, 70% n/60")
    text = text_of(posted("100.00", terms_id=parts.pk))
    assert "Instalments" in text
    assert "33.90" in text
    assert "79.10" in text
    early = PaymentTerms.objects.create(company=company, code="E", name="early", rule="2/10 n/30")
    text = text_of(posted("100.00", terms_id=early.pk), "both")
    assert "2/10 net 30" in text
    assert "Paid in full by 20 Jan 2026, 2% may be taken off: CNY 2.26." in text


def test_a_credit_note_names_its_invoice_and_asks_for_nothing(
    company: Company, posted: Callable[..., Invoice], accounts: None, clerk: User
) -> None:
    invoice = posted("100.00")
    credit_invoice(company, invoice.pk, on=date(2026, 1, 20), by=clerk, reason="returned")
    note = Invoice.objects.credit_notes().get()
    text = text_of(note)
    assert invoice.document
    assert f"Credits invoice {invoice.document.number}" in text
    assert "Payment slip" not in text
    assert "RF" not in text


def test_without_an_account_there_is_no_slip(posted: Callable[..., Invoice]) -> None:
    assert invoice_context(posted("100.00"), "en")["slip"] is None


def test_what_was_taken_on_without_lines_prints_its_total(company: Company, customer: Customer) -> None:
    bare = Invoice(
        company=company, customer=customer, currency="CNY", issued_on=date(2026, 1, 1), net_total=D(5), total=D(5), pk=0
    )
    text = text_of(bare)
    assert "Total 5.00" in text
    assert "Unit price" not in text


def test_the_reference_printed_on_an_invoice_finds_it(
    company: Company, customer: Customer, posted: Callable[..., Invoice], accounts: None, clerk: User
) -> None:
    """The payer copies it in groups of four; the amount alone would mean the other one."""
    posted("100.00", on="2026-01-05")
    meant = posted("100.00", on="2026-01-10")
    slip = invoice_context(meant, "zh-hans")["slip"]
    assert slip.reference == printed(parse(slip.reference) or "")
    new = NewReceipt(
        amount=D("113.00"),
        currency="CNY",
        received_on=date(2026, 2, 1),
        customer_id=customer.pk,
        remittance=f"/RFB/{slip.reference}",
    )
    receipt = Receipt.objects.get(pk=record_receipt(company, new, by=clerk).receipt_id)
    best = proposals(receipt)[0]
    assert best.reason == "reference_exact"
    assert meant.document
    assert [pair.debit_item_id for pair in best.pairs] == [meant.document.items.get().pk]

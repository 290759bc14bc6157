"""Real papers made from a real book, read back by the program that other people read them with."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from arap.core.models import Company, CompanyBankAccount, ExchangeRate, User
from arap.core.pdf import render_pdf
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from invoices.actions import Draft, DraftLine, create_drafts, post_invoices
from invoices.models import Invoice
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Receipt
from statements.actions import preview, wanted
from statements.paper import html_of
from statements.tasks import today_of
from tests.core.pdf import conftest as pdfs

RATES = {"USD": "7.1", "JPY": "0.047", "KWD": "23", "EUR": "7.8"}
canary, trap = pdfs.canary, pdfs.trap


def read(pdf: bytes, *options: str) -> str:
    """The text that pdftotext finds; pages end with a form feed."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def together(text: str) -> str:
    """Without any space: a name that went on in the next line is whole again."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Writer:
    """Short ways into the book of one company."""

    company: Company
    by: User
    today: date

    def customer(self, code: str, name: str = "Haichen", *, currency: str = "CNY", **fields: Any) -> Customer:
        ids = create_customers(self.company, [NewCustomer(code=code, name=name, currency=currency)], by=self.by)
        Customer.objects.filter(pk=ids[code]).update(**fields)
        return Customer.objects.get(pk=ids[code])

    def invoices(
        self, customer: Customer, amounts: list[str], *, currency: str = "CNY", days_ago: int = 60, due_in: int = 30,
        **fields: Any,
    ) -> list[Invoice]:  # fmt: skip
        """Posted invoices, one for each amount, all issued and due on one day."""
        on = self.today - timedelta(days=days_ago)
        drafts = [
            Draft(
                customer_id=customer.pk, currency=currency, issued_on=on,
                lines=[DraftLine(description=fields.get("reference", ""), unit_price=Decimal(amount))],
                instalments=[(on + timedelta(days=due_in), Decimal(amount))], **fields,
            )
            for amount in amounts
        ]  # fmt: skip
        made = create_drafts(self.company, drafts, by=self.by)
        post_invoices(self.company, [invoice.pk for invoice in made], by=self.by)
        found = Invoice.objects.filter(pk__in=[invoice.pk for invoice in made])
        return list(found.select_related("document", "customer", "company").order_by("pk"))

    def receipt(self, customer: Customer | None, amount: str, *, currency: str = "CNY", **fields: Any) -> Receipt:
        new = NewReceipt(
            amount=Decimal(amount), currency=currency, received_on=self.today - timedelta(days=3),
            customer_id=customer.pk if customer else None, **fields,
        )  # fmt: skip
        pk = record_receipt(self.company, new, by=self.by).receipt_id
        return Receipt.objects.select_related("document", "customer", "company").get(pk=pk)

    def statement(self, customer: Customer, language: str, *, kind: str = "open") -> bytes:
        """The customer's statement as of today as PDF; activity of the last half a year."""
        from_on = self.today - timedelta(days=180) if kind == "activity" else None
        want = wanted(
            self.company, kind=kind, as_of=self.today, from_on=from_on, language=language, at=timezone.now(),
            today=self.today,
        )  # fmt: skip
        return render_pdf(html_of(preview(self.company, customer, want)))


@pytest.fixture
def writer(company: Company, clerk: User) -> Writer:
    """With a rate and an account of ours for each currency."""
    today = today_of(company)
    for currency in ("CNY", *RATES):
        CompanyBankAccount.objects.create(
            company=company, name="Acme", bank="Bank", account_no=f"88 {currency}", currency=currency, is_default=True
        )
    for currency, rate in RATES.items():
        ExchangeRate.objects.create(
            company=company, currency=currency, valid_from=today - timedelta(days=400), rate=Decimal(rate),
            source="test",
        )  # fmt: skip
    return Writer(company, clerk, today)


HOSTILE: dict[str, str] = {
    "script": "<script>alert(1)</script>",
    "file": "<img src={uri}>",
    "passwd": "<img src=file:///etc/passwd>",
    "web": "<img src={url}/x.png>",
    "attached": '<a rel=attachment href="{uri}">',
    "styled": "<style>p {{ background: url({url}/x.css) }}</style>",
    "arabic": "شركة النور للتجارة",
    "hebrew": "חברת אור בע״מ",
    "emoji": "😀 Ltd.",
    "rare": "𠮷野家龘龘貿易",
    "long": "Gesellschaft für besonders umfangreiche Firmenbezeichnungen " * 2,
    "unbroken": "W" * 120,
}


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, trap: SimpleNamespace, canary: SimpleNamespace) -> str:
    """A name that somebody might have, or give."""
    return HOSTILE[request.param].format(url=trap.url, uri=canary.uri).strip()


Tells = Callable[[bytes, str], None]


@pytest.fixture
def harmless(trap: SimpleNamespace, canary: SimpleNamespace) -> Tells:
    """harmless(pdf, name): the name is printed as text, and nothing that it asks for was fetched or is inside."""
    secret = Path("/etc/passwd").read_bytes().splitlines()[0]

    def tell(pdf: bytes, name: str) -> None:
        assert trap.visits == []
        inside = pdfs.everything_in(pdf)
        assert canary.content not in inside
        assert secret not in inside
        assert b"EmbeddedFile" not in inside
        text = read(pdf, "-raw")
        assert canary.content.decode() not in text
        if name == HOSTILE["arabic"]:
            # Its font draws letters and their dots apart, and a reader takes the dots of one letter for another's.
            assert set(together(name)) - set(text) <= {"ت"}
        elif name == HOSTILE["hebrew"]:
            assert all(word in text for word in name.split())  # a reader puts the words in the order they stand in
        else:
            assert together(name) in together(text)

    return tell

"""Debit notes: charge more for a posted invoice, by a document of their own; the invoice never changes."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from arap.core.errors import Invalid
from arap.core.models import AuditEntry, Company, CompanyBankAccount, User
from arap.ledger.models import Item, JournalLine
from customers.actions import NewCustomer, create_customers
from invoices.actions import credit_invoice
from invoices.actions.sending import PAPERS, letter_for
from invoices.models import Invoice
from invoices.papers import invoice_pdf
from tests.ledger.proofs import findings

Make = Callable[..., Invoice]


def adding(invoice: Invoice, **fields: Any) -> dict[str, Any]:
    return {"kind": "debit_note", "adds_to_id": invoice.pk, "on": "2026-02-01", **fields}


def frozen(invoice: Invoice) -> list[Any]:
    return [
        Invoice.objects.filter(pk=invoice.pk).values().get(),
        *invoice.lines.values(),
        *invoice.instalments.values(),
    ]


def test_it_is_owed_besides_and_leaves_the_invoice_alone(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("100.00")
    before = frozen(invoice)
    note = posted("10.00", **adding(invoice))
    assert frozen(invoice) == before
    document = note.document
    assert document is not None
    assert (document.kind, document.number, document.total) == ("debit_note", "DN-2026-000001", Decimal("11.30"))
    assert Item.objects.get(document=invoice.document_id).open_amount == Decimal("113.00")
    assert Item.objects.get(document=document).open_amount == Decimal("11.30")
    journal = JournalLine.objects.filter(document=document).order_by("line")
    assert [(line.account.role, line.amount) for line in journal] == [
        ("receivable", Decimal("11.30")),
        ("revenue", Decimal("-10.00")),
        ("output_tax", Decimal("-1.30")),
    ]
    audited = AuditEntry.objects.get(verb="invoice.draft", object_id=str(note.pk)).after or {}
    assert (audited["kind"], audited["adds_to"]) == ("debit_note", invoice.pk)
    assert findings(company) == []


def test_it_is_credited_as_an_invoice_is(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("100.00")
    note = posted("10.00", **adding(invoice))
    credit_invoice(company, note.pk, on=date(2026, 2, 2), by=clerk)
    note.refresh_from_db()
    invoice.refresh_from_db()
    assert (note.state, invoice.state) == ("credited", "posted")
    assert findings(company) == []


def test_what_it_may_not_add_to(company: Company, posted: Make, draft: Make) -> None:
    invoice = posted("100.00")
    note = posted("10.00", **adding(invoice))
    other = create_customers(company, [NewCustomer(code="C-2", name="Qiming", currency="CNY")], by=None)["C-2"]
    for fields, field in [
        (adding(draft("5.00")), "adds_to"),
        (adding(note), "adds_to"),
        (adding(posted("5.00", kind="credit_note")), "adds_to"),
        ({"kind": "debit_note"}, "adds_to"),
        ({"adds_to_id": invoice.pk}, "adds_to"),
        (adding(invoice, customer_id=other), "customer"),
        (adding(invoice, currency="USD"), "currency"),
        (adding(invoice, on="2026-01-09"), "issued_on"),
    ]:
        with pytest.raises(Invalid) as caught:
            draft("1.00", **fields)
        assert caught.value.facts["field"] == field


def test_the_database_refuses_too(company: Company, posted: Make, draft: Make) -> None:
    invoice, other = posted("100.00"), draft("5.00")
    note = draft("10.00", **adding(invoice))
    for change in (
        {"adds_to_id": other.pk},
        {"adds_to_id": None},
        {"kind": "invoice"},
        {"currency": "USD"},
        {"adds_to_id": note.pk},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Invoice.objects.filter(pk=note.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(kind="debit_note", adds_to=other)


def test_its_paper_and_letter_name_the_invoice(company: Company, clerk: User, posted: Make) -> None:
    CompanyBankAccount.objects.create(
        company=company, name="Acme", bank="ICBC", account_no="1001 2345", currency="CNY", is_default=True
    )
    invoice = posted("100.00")
    assert invoice.document is not None
    note = PAPERS.get(pk=posted("10.00", **adding(invoice)).pk)
    pages = PdfReader(io.BytesIO(invoice_pdf(note, "en"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Debit note" in text
    assert f"Adds to invoice {invoice.document.number}" in text
    assert "Payment reference RF" in text
    letter = letter_for(note, "zh-hans")
    assert letter.subject.endswith("借项通知单 DN-2026-000001")
    assert invoice.document.number in letter.text

"""What an e-invoice says besides: kept with the draft, frozen with the invoice, and printed in each language."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from arap.core.errors import Invalid
from arap.core.files import NewFile, store
from arap.core.models import Company, TaxCode, User
from customers.models import Customer
from invoices.actions import Draft, DraftLine, create_draft, credit_invoice
from invoices.models import Invoice, InvoiceFile
from invoices.papers import invoice_pdf
from invoices.units import UNITS, unit_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(company: Company) -> TaxCode:
    return TaxCode.objects.create(
        company=company, code="X0", name="Export", rate=Decimal(0), category="G", exemption_reason="Export, VAT free"
    )


def words(invoice: Invoice, language: str) -> str:
    reader = PdfReader(io.BytesIO(invoice_pdf(invoice, language)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(
    "typed, code", [("件", "H87"), ("KG", "KGM"), (" hour ", "HUR"), ("c62", "C62"), ("widget", ""), ("", "")]
)
def test_a_unit_is_known_by_code_or_name(typed: str, code: str) -> None:
    assert unit_code(typed) == code


def test_every_unit_finds_itself_in_both_languages() -> None:
    for unit in UNITS.values():
        assert unit_code(unit.code) == unit.code
        assert unit_code(unit.name) == unit.code
        assert unit_code(unit.name_local) == unit.code


def test_kept_printed_and_taken_over_by_a_credit_note(
    company: Company, customer: Customer, export: TaxCode, clerk: User
) -> None:
    line = DraftLine(
        description="Mould insert",
        description_local="模具镶件",
        unit_price=Decimal(10),
        unit="件",
        tax_code_id=export.pk,
    )
    draft = Draft(
        customer_id=customer.pk,
        currency="CNY",
        issued_on=date(2026, 1, 10),
        lines=[line],
        buyer_reference="04011000-1",
        contract_number="HT-7",
        delivered_on=date(2026, 1, 8),
        period_from=date(2026, 1, 1),
        period_to=date(2026, 1, 31),
    )
    invoice = create_draft(company, draft, by=clerk)
    kept = invoice.lines.get()
    assert (kept.unit_code, kept.tax_category, kept.exemption_reason) == ("H87", "G", "Export, VAT free")
    english, both = words(invoice, "en"), words(invoice, "both")
    for said in ("04011000-1", "HT-7", "Export, VAT free", "Mould insert"):
        assert said in english
    assert "模具镶件" not in english
    assert "模具镶件" in both
    assert "Mould insert" in both


def test_a_code_without_category_is_standard_or_zero(
    draft: Callable[..., Invoice], company: Company, vat: TaxCode
) -> None:
    assert draft("100.00").lines.get().tax_category == "S"
    assert TaxCode(company=company, rate=Decimal(0)).tax_category == "Z"


def test_a_credit_note_keeps_reference_and_category(
    posted: Callable[..., Invoice], company: Company, clerk: User
) -> None:
    invoice = posted("100.00", buyer_reference="04011000-1")
    credit_invoice(company, invoice.pk, on=date(2026, 1, 20), by=clerk)
    note = Invoice.objects.credit_notes().get()
    assert note.buyer_reference == "04011000-1"
    assert note.lines.get().tax_category == "S"


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"period_from": date(2026, 2, 1), "period_to": date(2026, 1, 1)}, "period_to"),
        ({"quantity": 10**12}, "unit_price"),
    ],
)
def test_what_cannot_be_is_said_with_its_field(
    draft: Callable[..., Invoice], fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        draft("99999.00", **fields)
    assert refused.value.facts["field"] == field


def test_a_file_of_an_invoice_is_kept(posted: Callable[..., Invoice], company: Company, clerk: User) -> None:
    new = NewFile(name="order.pdf", media_type="application/pdf", content=b"%PDF-1.4")
    kept = InvoiceFile.objects.create(
        company=company, invoice=posted("100.00"), file=store(company, [new], by=clerk)[0], added_by=clerk
    )
    for change in (lambda: InvoiceFile.objects.filter(pk=kept.pk).update(invoice=None), kept.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

"""Credit notes: never more than was invoiced, at the original's tax and exchange rate, applied to what is open."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import AuditEntry, Company, ExchangeRate, TaxCode, User
from arap.ledger.actions import NewDocument, NewItem, NewLine, Pair, apply, post_documents
from arap.ledger.models import Document, Item, JournalLine
from invoices.actions import CreditPart, DraftLine, credit_invoice
from invoices.models import Invoice, InvoiceLine

Make = Callable[..., Invoice]
ON = date(2026, 2, 1)


def test_all_of_an_invoice(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("100.00", "0.33")
    credited = credit_invoice(company, invoice.pk, on=ON, by=clerk, reason="wrong price")
    assert (credited.total, credited.applied, credited.remaining) == ("113.37", "113.37", "0.00")
    assert not Item.objects.exclude(open_amount=0).exists()
    invoice.refresh_from_db()
    assert invoice.state == "credited"
    note = Invoice.objects.get(pk=credited.invoice_id)
    assert (note.credits_id, note.state, note.memo) == (invoice.pk, "posted", "wrong price")
    journal = JournalLine.objects.filter(document=credited.document_id).order_by("line")
    assert [(line.account.role, line.amount, line.tax_code) for line in journal] == [
        ("receivable", Decimal("-113.37"), ""),
        ("revenue", Decimal("100.33"), "V13"),
        ("output_tax", Decimal("13.04"), "V13"),
    ]
    assert AuditEntry.objects.get(verb="invoice.credit").object_id == str(invoice.pk)


def test_parts_exhaust_the_line_to_the_cent(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("100.00", entry="gross")
    line = invoice.lines.get()
    for amount in ("33.33", "33.33"):
        credit_invoice(
            company, invoice.pk, on=ON, by=clerk, parts=[CreditPart(line_id=line.pk, amount=Decimal(amount))]
        )
    invoice.refresh_from_db()
    assert invoice.state == "posted"
    last = credit_invoice(company, invoice.pk, on=ON, by=clerk)
    assert last.total == "33.34"
    notes = InvoiceLine.objects.filter(credits_line=line)
    assert sum(note.net for note in notes) == line.net
    assert sum(note.tax for note in notes) == line.tax
    invoice.refresh_from_db()
    assert invoice.state == "credited"


def test_pieces_that_come_back(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("10.00", quantity=3)
    line = invoice.lines.get()
    part = CreditPart(line_id=line.pk, quantity=Decimal(1))
    assert credit_invoice(company, invoice.pk, on=ON, by=clerk, parts=[part]).total == "11.30"
    two = CreditPart(line_id=line.pk, quantity=Decimal(3))
    with pytest.raises(Refused) as caught:
        credit_invoice(company, invoice.pk, on=ON, by=clerk, parts=[two])
    assert (caught.value.code, caught.value.facts["left"]) == ("over_credited", "2.000000")


def test_the_rates_are_those_of_the_invoice(company: Company, clerk: User, vat: TaxCode, posted: Make) -> None:
    ExchangeRate.objects.create(company=company, currency="USD", valid_from=date(2026, 1, 1), rate=Decimal("7.1"))
    invoice = posted("100.00", currency="USD")
    ExchangeRate.objects.create(company=company, currency="USD", valid_from=date(2026, 1, 31), rate=Decimal("6.9"))
    TaxCode.objects.filter(pk=vat.pk).update(rate=9)
    credited = credit_invoice(company, invoice.pk, on=ON, by=clerk)
    assert Document.objects.get(pk=credited.document_id).base_total == Decimal("-802.30")
    assert not JournalLine.objects.filter(account__role="fx_gain_loss").exists()
    assert credited.total == "113.00"


def test_what_was_paid_stays_as_the_customers_credit(company: Company, clerk: User, posted: Make) -> None:
    invoice, other = posted("100.00"), posted("60.00", kind="credit_note")
    debit, credit = Item.objects.get(document=invoice.document_id), Item.objects.get(document=other.document_id)
    apply(company, [Pair(credit.pk, debit.pk, Decimal("67.80"))], effective_on=ON, by=clerk, policy="manual")
    credited = credit_invoice(company, invoice.pk, on=ON, by=clerk)
    assert (credited.applied, credited.remaining) == ("45.20", "67.80")
    assert Item.objects.get(document=credited.document_id).open_amount == Decimal("-67.80")


def test_a_discount_line_is_taken_back_with_its_sign(
    company: Company, customer: object, clerk: User, posted: Make
) -> None:
    lines = [DraftLine(unit_price=Decimal(100)), DraftLine(unit_price=Decimal(10), quantity=Decimal(-1))]
    invoice = posted(lines=lines)
    goods, discount = invoice.lines.order_by("line")
    parts = [
        CreditPart(line_id=goods.pk, amount=Decimal(50)),
        CreditPart(line_id=discount.pk, amount=Decimal(5)),
    ]
    assert credit_invoice(company, invoice.pk, on=ON, by=clerk, parts=parts).total == "45.00"
    assert credit_invoice(company, invoice.pk, on=ON, by=clerk).total == "45.00"


def test_refusals(company: Company, other_company: Company, clerk: User, draft: Make, posted: Make) -> None:
    invoice, note = posted("100.00"), posted("5.00", kind="credit_note")
    line_id = invoice.lines.get().pk

    def refused(invoice_id: int, *parts: CreditPart, on: date = ON, where: Company = company) -> str:
        with pytest.raises((Refused, Invalid, NotFound)) as caught, transaction.atomic():
            credit_invoice(where, invoice_id, on=on, by=clerk, parts=parts or None)
        return caught.value.code

    assert refused(draft("1.00").pk) == "not_posted"
    assert refused(note.pk) == "not_posted"
    assert refused(invoice.pk, where=other_company) == "not_found"
    assert refused(invoice.pk, on=date(2026, 1, 9)) == "before_posting"
    assert refused(invoice.pk, CreditPart(line_id=0, amount=Decimal(1))) == "credit_part"
    twice = CreditPart(line_id=line_id, amount=Decimal(1))
    assert refused(invoice.pk, twice, twice) == "credit_part"
    assert refused(invoice.pk, CreditPart(line_id=line_id, amount=Decimal("113.01"))) == "over_credited"
    assert refused(invoice.pk, CreditPart(line_id=line_id, amount=Decimal("0.001"))) == "credit_part"
    credit_invoice(company, invoice.pk, on=ON, by=clerk)
    assert refused(invoice.pk) == "nothing_to_credit"


def test_the_same_key_credits_once(company: Company, clerk: User, posted: Make) -> None:
    invoice = posted("100.00")
    first = credit_invoice(company, invoice.pk, on=ON, by=clerk, key="c1")
    assert credit_invoice(company, invoice.pk, on=ON, by=clerk, key="c1") == first
    assert Document.objects.filter(kind="credit_note").count() == 1


def test_the_database_refuses_to_credit_more_than_was_invoiced(company: Company, clerk: User, posted: Make) -> None:
    """As somebody would who writes a second note past the action: posted in the book, then linked by SQL."""
    invoice = posted("100.00")
    first = credit_invoice(company, invoice.pk, on=ON, by=clerk)
    second = posted("100.00", kind="credit_note", on="2026-02-01")
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        cursor.execute("update invoices_invoice set credits_id = %s where id = %s", [invoice.pk, second.pk])
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="would be credited"), transaction.atomic():
        cursor.execute(
            "insert into invoices_invoice (company_id, kind, state, origin, customer_id, document_id, currency, rate,"
            " issued_on, posted_on, net_total, tax_total, total, credits_id)"
            " select company_id, kind, 'posted', 'taken_on', customer_id, %s, currency, rate, issued_on, posted_on,"
            "  total, 0, total, %s from invoices_invoice where id = %s",
            [_unused_document(company, second), invoice.pk, first.invoice_id],
        )


def _unused_document(company: Company, like: Invoice) -> int:
    """A credit note that only the book knows of."""
    document = NewDocument(
        kind="credit_note",
        customer_id=like.customer_id,
        currency=like.currency,
        rate=Decimal(1),
        document_on=like.issued_on,
        posted_on=like.issued_on,
        items=[NewItem(account="receivable", amount=-like.total, due_on=like.issued_on)],
        lines=[NewLine(account="revenue", amount=like.total)],
    )
    return post_documents(company, [document], by=None, verb="test")[0].document_id

"""Loading again: what is known is skipped, what was settled meanwhile is settled, anything else is a conflict."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from arap.core.models import AuditEntry, Company, ExchangeRate, Period
from arap.desk.models import TakenOn
from arap.ledger.models import Document, Entry, Item, Posting
from customers.models import Customer
from invoices.models import Invoice
from receipts.models import Receipt
from tests.desk.takeon.test_load_history import Rows, load, rejections
from tests.ledger.proofs import assert_holds

pytestmark = pytest.mark.django_db


def test_one_number_twice_in_a_file(tmp_path: Path) -> None:
    same = {"document_number": "X"}
    loaded = load(
        tmp_path,
        same,
        same,
        {**same, "amount": "99.00"},
        {**same, "settled_on": "2024-02-01"},
        {**same, "settled_on": "2024-02-01"},
        {**same, "settled_on": "2024-02-02"},
        same,
        {**same, "document_type": "credit_note"},
    )
    assert (loaded.invoices, loaded.credit_notes, loaded.receipts, loaded.skipped) == (1, 1, 1, 2)
    message = "conflict: the number stands in row 2 with other content."
    assert rejections(loaded) == [(4, "amount", message), (7, "settled_on", message), (8, "settled_on", message)]


LOADED = {"document_number": "X", "due_on": "2024-02-09", "reference": "r", "discount_terms": "n/30"}
CONFLICTS = [
    ({"customer_code": "B"}, "customer_code", "conflict: the book has “A” for this document."),
    ({"currency": "USD"}, "currency", "conflict: the book has “CNY” for this document."),
    ({"amount": "100.01"}, "amount", "conflict: the book has “100.00” for this document."),
    ({"issued_on": "2024-01-11"}, "issued_on", "conflict: the book has “2024-01-10” for this document."),
    ({"due_on": "2024-02-10"}, "due_on", "conflict: the book has “2024-02-09” for this document."),
    ({"reference": "s"}, "reference", "conflict: the book has “r” for this document."),
    ({"discount_terms": "n/31"}, "discount_terms", "conflict: this document is in the book with other terms or facts."),
]


@pytest.mark.parametrize(("change", "field", "message"), CONFLICTS, ids=[row[1] for row in CONFLICTS])
def test_other_content_under_a_known_number_is_a_conflict(
    tmp_path: Path, change: dict[str, Any], field: str, message: str
) -> None:
    load(tmp_path, LOADED)
    loaded = load(tmp_path, {**LOADED, **change}, {"document_number": "Y"})
    assert rejections(loaded) == [(2, field, message)]
    assert loaded.invoices == 1


def test_a_settlement_that_is_filled_in_later_adds_the_receipt_and_cannot_change(tmp_path: Path) -> None:
    load(tmp_path, LOADED)
    settled = load(tmp_path, {**LOADED, "settled_on": "2024-02-20"})
    assert (settled.invoices, settled.receipts, settled.skipped, settled.rejected) == (0, 1, 0, [])
    assert Receipt.objects.get().received_on == date(2024, 2, 20)
    for change in ({}, {"settled_on": "2024-02-21"}):
        again = load(tmp_path, {**LOADED, **change})
        assert rejections(again) == [(2, "settled_on", "conflict: the book has “2024-02-20” for this document.")]
    assert load(tmp_path, {**LOADED, "settled_on": "2024-02-20"}).skipped == 1


def test_a_known_credit_note_that_is_settled_later_leaves_no_past_day_below_zero(tmp_path: Path) -> None:
    """The invoice is paid on 1 March already, so a credit of 10 January finds nothing free and is refunded."""
    note = {"document_number": "CN", "document_type": "credit_note", "amount": "30.00"}
    invoice = {"document_number": "X", "settled_on": "2024-03-01"}
    load(tmp_path, invoice, note)
    loaded = load(tmp_path, invoice, {**note, "settled_on": "2024-01-20"})
    assert (loaded.refunds, loaded.receipts, loaded.skipped) == (1, 0, 1)
    assert_holds(Company.objects.get(code="load"))


def test_loading_again_writes_nothing(tmp_path: Path) -> None:
    rows: Rows = [{"settled_on": "2024-02-01", "currency": "USD"}, {"discount_terms": "n/30"}]
    load(tmp_path, *rows, base_currency="CNY")
    before = _everything()
    loaded = load(tmp_path, *rows, base_currency="CNY")
    assert (loaded.customers, loaded.invoices, loaded.receipts, loaded.skipped) == (0, 0, 0, 2)
    assert _everything() == before


def _everything() -> tuple[int, ...]:
    models = (Posting, Document, Item, Entry, Invoice, Receipt, TakenOn, Customer, Period, ExchangeRate, AuditEntry)
    return tuple(model.objects.count() for model in models)

"""new?adds_to: a debit note begun on the page of its invoice."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import TaxCode
from invoices.models import Invoice
from tests.pages import parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def test_from_the_invoice_to_what_is_owed_besides(as_clerk: Client, story: Story) -> None:
    url = f"/invoices/{story.foreign.pk}/"
    assert f"/invoices/new/?adds_to={story.foreign.pk}" in parsed(as_clerk.get(url)).links
    page = as_clerk.get(f"/invoices/new/?adds_to={story.foreign.pk}")
    assert "New debit note" in text_of(page)
    assert f"Adds to {number_of(story.foreign)}" in text_of(page)
    assert page.context["entry"].head["currency"].value() == "USD"
    assert page.context["entry"].head["customer"].value() == story.qiming.code
    assert page.context["entry"].rows == []
    TaxCode.objects.create(company=story.company, code="V13", name="VAT", rate=Decimal(13))
    typed = {
        "kind": "debit_note", "adds_to": story.foreign.pk, "key": "k", "customer": story.qiming.code, "currency": "USD",
        "issued_on": "+0", "description": "Freight", "quantity": "1", "unit_price": "20", "entry": "net", "then": "post",
        "description_local": "", "unit": "", "discount_percent": "", "tax_code": "",
    }  # fmt: skip
    wrong = as_clerk.post("/invoices/new/", {**typed, "currency": "CNY"})
    assert wrong.status_code == 422
    assert "in the currency of the invoice" in text_of(wrong)
    answer = as_clerk.post("/invoices/new/", typed)
    note = Invoice.objects.debit_notes().get()
    assert answer["Location"] == f"/invoices/{note.pk}/"
    assert (note.state, note.total, note.adds_to_id) == ("posted", Decimal(20), story.foreign.pk)
    assert url in parsed(as_clerk.get(f"/invoices/{note.pk}/")).links
    assert f"Added to by {number_of(note)}" in text_of(as_clerk.get(url))
    listed = text_of(as_clerk.get("/invoices/?view=debit_notes"))
    assert number_of(note) in listed
    assert number_of(story.foreign) not in listed
    assert number_of(note) in text_of(as_clerk.get("/invoices/?view=open"))


def test_a_draft_of_one_stays_one_when_it_is_changed(as_clerk: Client, story: Story) -> None:
    typed = {
        "kind": "debit_note", "adds_to": story.late.pk, "key": "k", "customer": story.haichen.code, "currency": "CNY",
        "issued_on": "+0", "description": "Freight", "quantity": "1", "unit_price": "20", "entry": "net",
        "description_local": "", "unit": "", "discount_percent": "", "tax_code": "",
    }  # fmt: skip
    as_clerk.post("/invoices/new/", typed)
    note = Invoice.objects.debit_notes().get()
    as_clerk.post(f"/invoices/{note.pk}/edit/", {**typed, "version": note.version, "unit_price": "30"})
    note.refresh_from_db()
    assert (note.kind, note.adds_to_id, note.total) == ("debit_note", story.late.pk, Decimal(30))


def test_another_companys_invoice_is_not_added_to(as_outsider: Client, story: Story) -> None:
    assert as_outsider.get(f"/invoices/new/?adds_to={story.late.pk}").status_code == 404

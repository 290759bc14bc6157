"""new?adds_to: a debit note begun on the page of its invoice."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from arap.core.models import User
from invoices.models import Invoice
from tests.invoices.views.test_editor import form, row
from tests.pages import parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def typed_for(invoice: Invoice, **changed: Any) -> dict[str, Any]:
    freight = row(description="Freight", quantity="1", unit_price="20", discount_percent="")
    return form(freight, kind="debit_note", adds_to=invoice.pk, **changed)


def test_from_the_invoice_to_what_is_owed_besides(as_clerk: Client, story: Story) -> None:
    url = f"/invoices/{story.foreign.pk}/"
    assert f"/invoices/new/?adds_to={story.foreign.pk}" in parsed(as_clerk.get(url)).links
    page = as_clerk.get(f"/invoices/new/?adds_to={story.foreign.pk}")
    assert "New debit note" in text_of(page)
    assert f"Adds to {number_of(story.foreign)}" in text_of(page)
    assert page.context["entry"].head["currency"].value() == "USD"
    assert page.context["entry"].head["customer"].value() == story.qiming.code
    assert page.context["entry"].rows == []
    typed = typed_for(story.foreign, customer=story.qiming.code, currency="USD", then="post")
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
    typed = typed_for(story.late)
    as_clerk.post("/invoices/new/", typed)
    note = Invoice.objects.debit_notes().get()
    as_clerk.post(f"/invoices/{note.pk}/edit/", {**typed, "version": note.version, "line-unit_price": ["30"]})
    note.refresh_from_db()
    assert (note.kind, note.adds_to_id, note.total) == ("debit_note", story.late.pk, Decimal(30))


def test_another_companys_invoice_is_not_added_to(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(f"/invoices/new/?adds_to={story.late.pk}").status_code == 404

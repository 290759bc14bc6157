"""credit: all, some lines or part of a line; the effect is shown first and happens; never more than was charged."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company, TaxCode, User
from arap.ledger.models import Item
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from invoices.models import Invoice
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(story: Story, company: Company, clerk: User) -> Invoice:
    """10 pieces for 100.00 each and a service of 113.00 with tax, 13 %: CNY 1,243.00 in all."""
    vat = TaxCode.objects.create(company=company, code="V13", name="VAT", rate=Decimal(13))
    lines = [
        DraftLine(description="Insert", quantity=Decimal(10), unit_price=Decimal(100), unit="pcs", tax_code_id=vat.pk),
        DraftLine(description="Service", unit_price=Decimal(113), entry="gross", tax_code_id=vat.pk),
    ]
    new = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, lines=lines)
    draft = create_draft(company, new, by=clerk)
    post_invoice(company, draft.pk, by=clerk)
    return Invoice.objects.get(pk=draft.pk)


def url(invoice: Invoice) -> str:
    return f"/invoices/{invoice.pk}/credit/"


def form(**changed: Any) -> dict[str, Any]:
    return {"scope": "all", "on": "+0", "reason": "returned", "key": "c1", "then": "post", **changed}


def names(invoice: Invoice) -> tuple[str, str]:
    first, second = invoice.lines.all()
    return f"quantity-{first.pk}", f"amount-{second.pk}"


def open_of(invoice: Invoice) -> Decimal:
    return sum((item.open_amount for item in Item.objects.filter(document=invoice.document_id)), Decimal(0))


def test_all_of_it(as_clerk: Client, invoice: Invoice) -> None:
    page = text_of(as_clerk.get(url(invoice)))
    assert "Credit note CNY 1,243.00" in page
    assert "1,243.00 −1,243.00" in page
    answer = as_clerk.post(url(invoice), form())
    note = Invoice.objects.credit_notes().get()
    assert answer["Location"] == f"/invoices/{note.pk}/"
    assert (note.total, note.memo) == (Decimal(1243), "returned")
    assert open_of(invoice) == 0
    invoice.refresh_from_db()
    assert invoice.state == "credited"
    assert as_clerk.get(url(invoice)).status_code == 302, "nothing is left"


def test_pieces_of_one_line_and_part_of_another(as_clerk: Client, invoice: Invoice) -> None:
    pieces, amount = names(invoice)
    typed = form(scope="part", **{pieces: "3", amount: "11.30"})
    shown = as_clerk.post(url(invoice), {**typed, "then": "show"})
    assert "Credit note CNY 350.30" in text_of(shown)
    assert "1,243.00 −350.30" in text_of(shown)
    assert not Invoice.objects.credit_notes().exists()
    fragment = as_clerk.post(url(invoice), typed, headers={"HX-Request": "true"})
    assert "CNY 350.30" in text_of(fragment)
    assert not Invoice.objects.credit_notes().exists(), "the effect alone writes nothing"
    for _click in range(2):
        as_clerk.post(url(invoice), typed)
    note = Invoice.objects.credit_notes().get()
    assert (note.total, note.net_total, note.tax_total) == (Decimal("350.3"), Decimal(310), Decimal("40.3"))
    assert open_of(invoice) == Decimal("892.70")
    assert "of 7 pcs" in text_of(as_clerk.get(url(invoice)))


def test_what_exceeds_the_open_amount_stays_with_the_customer(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story.late)))
    assert "600.00 −600.00" in page
    assert "Stays as the customer’s credit 400.00" in page


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"quantity": "11"}, "Only 10 of this line is left to credit."),
        ({"amount": "113.01"}, "Only 113 of this line is left to credit."),
        ({"amount": "-5"}, "is left to credit"),
        ({"amount": "0.001"}, "is not an amount in CNY"),
        ({"quantity": "lots"}, "lots is not a number"),
        ({}, "Type a quantity or an amount for at least one line."),
        ({"reason": "", "quantity": "1"}, "Say why it is credited."),
        ({"on": "-5", "quantity": "1"}, "A credit note cannot be older than its invoice."),
        ({"on": "whenever", "quantity": "1"}, "whenever is not a date"),
    ],
)
def test_never_more_than_was_charged_and_nothing_half_read(
    as_clerk: Client, invoice: Invoice, typed: dict[str, str], said: str
) -> None:
    pieces, amount = names(invoice)
    given = {{"quantity": pieces, "amount": amount}.get(name, name): value for name, value in typed.items()}
    answer = as_clerk.post(url(invoice), form(scope="part", **given))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Invoice.objects.credit_notes().exists()
    assert open_of(invoice) == 1243


def test_a_quantity_and_an_amount_are_not_both(as_clerk: Client, invoice: Invoice) -> None:
    pieces, _amount = names(invoice)
    both = form(scope="part", **{pieces: "1", pieces.replace("quantity", "amount"): "5"})
    assert "not both" in text_of(as_clerk.post(url(invoice), both))


def test_a_line_of_another_invoice_counts_for_nothing(as_clerk: Client, invoice: Invoice, story: Story) -> None:
    foreign = story.late.lines.get().pk
    answer = as_clerk.post(url(invoice), form(scope="part", **{f"amount-{foreign}": "5"}))
    assert "at least one line" in text_of(answer)
    assert not Invoice.objects.credit_notes().exists()


def test_a_draft_and_a_credit_note_are_not_credited(as_clerk: Client, invoice: Invoice) -> None:
    as_clerk.post(url(invoice), form())
    note = Invoice.objects.credit_notes().get()
    page = text_of(as_clerk.get(url(note), follow=True))
    assert "Only a posted invoice of which something is left can be credited." in page


def test_another_companys_invoice_is_not_found(client: Client, outsider: User, invoice: Invoice) -> None:
    client.force_login(outsider)
    assert client.get(url(invoice)).status_code == 404
    assert client.post(url(invoice), form()).status_code == 404

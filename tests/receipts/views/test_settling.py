"""Discounts, small differences and deductions on the screen of a receipt."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import User
from arap.ledger.models import Document, Item
from customers.models import PaymentTerms
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Tolerance
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(story: Story, clerk: User) -> Item:
    """1,000.00 of today at 2/10 n/30."""
    terms = PaymentTerms.objects.create(company=story.company, code="2/10", name="2/10", rule="2/10 n/30")
    draft = Draft(
        customer_id=story.haichen.pk,
        currency="CNY",
        issued_on=story.today,
        terms_id=terms.pk,
        lines=[DraftLine(unit_price=Decimal(1000))],
    )
    posted = post_invoice(story.company, create_draft(story.company, draft, by=clerk).pk, by=clerk)
    return Item.objects.get(document=posted.document_id)


def take(story: Story, clerk: User, amount: str) -> str:
    """The address of a new receipt of `amount`."""
    new = NewReceipt(amount=Decimal(amount), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    return f"/receipts/{record_receipt(story.company, new, by=clerk).receipt_id}/"


def opened(item: Item) -> Decimal:
    return Item.objects.get(pk=item.pk).open_amount


def test_the_discount_is_shown_proposed_and_given(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    at = take(story, clerk, "980.00")
    page = text_of(as_clerk.get(at))
    assert "2 % until" in page
    assert "The early-payment discount of 20.00 is taken off." in page
    answer = as_clerk.post(f"{at}apply/", {f"amount-{quick.pk}": "980", "key": "a"}, follow=True)
    assert opened(quick) == 0
    assert "20.00 let off by DC-" in text_of(answer)
    assert "Let off with it" in text_of(answer)


def test_without_the_discount(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    at = take(story, clerk, "980.00")
    as_clerk.post(f"{at}apply/", {f"amount-{quick.pk}": "980", "no_discount": "on"})
    assert opened(quick) == Decimal(20)


def test_the_undoing_tells_what_is_owed_again(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    at = take(story, clerk, "980.00")
    as_clerk.post(f"{at}apply/", {f"amount-{quick.pk}": "980"})
    assert "Owed again, because it was let off with this payment" in text_of(as_clerk.get(f"{at}unapply/"))
    answer = as_clerk.post(f"{at}unapply/", {"reason": "wrong", "key": "u"}, follow=True)
    assert opened(quick) == Decimal(1000)
    assert "undone" in text_of(answer)


def test_the_undo_of_the_act_takes_it_all_back(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    at = take(story, clerk, "980.00")
    undo = as_clerk.post(f"{at}apply/", {f"amount-{quick.pk}": "980"}, follow=True).context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    assert opened(quick) == Decimal(1000)


def test_a_clerk_deducts_within_the_tolerance_alone(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    form = {f"amount-{quick.pk}": "900", "no_discount": "on", "rest": "bank_charge", "rest_memo": "fees"}
    at = take(story, clerk, "900.00")
    answer = as_clerk.post(f"{at}apply/", form)
    assert (answer.status_code, opened(quick)) == (409, Decimal(1000))
    assert "more than may be let off without a controller" in text_of(answer)
    assert 'value="fees"' in answer.content.decode()
    Tolerance.objects.create(
        company=story.company, kind="bank_charge", currency="CNY", amount=Decimal(100), percent=Decimal(10)
    )
    as_clerk.post(f"{at}apply/", form)
    assert opened(quick) == 0


def test_a_controller_goes_beyond(client: Client, controller: User, clerk: User, story: Story, quick: Item) -> None:
    at = take(story, clerk, "900.00")
    client.force_login(controller)
    client.post(f"{at}apply/", {f"amount-{quick.pk}": "900", "no_discount": "on", "rest": "withholding"})
    assert opened(quick) == 0


def test_a_residual_item_says_why(as_clerk: Client, clerk: User, story: Story, quick: Item) -> None:
    form = {f"amount-{quick.pk}": "700", "no_discount": "on", "rest": "residual"}
    at = take(story, clerk, "700.00")
    answer = as_clerk.post(f"{at}apply/", form)
    assert (answer.status_code, opened(quick)) == (422, Decimal(1000))
    assert "Say why part of it was not paid." in text_of(answer)
    as_clerk.post(f"{at}apply/", {**form, "rest_reason": "quality"})
    assert opened(quick) == 0
    moved = Document.objects.get(company=story.company, reason_code="quality")
    assert "goods damaged or faulty" in text_of(as_clerk.get(f"/documents/{moved.pk}/"))
    assert Item.objects.get(document=moved).due_on == quick.due_on == story.today + timedelta(days=30)

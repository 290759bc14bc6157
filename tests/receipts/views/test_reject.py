"""reject: a recorded receipt that is not confirmed never enters the book."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, User
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Receipt
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(company: Company, clerk: User, story: Story) -> Receipt:
    """A receipt that waits, recorded by the clerk."""
    company.receipt_confirmation_above = Decimal(1000)
    company.save(update_fields=["receipt_confirmation_above"])
    new = NewReceipt(amount=Decimal(5000), currency="CNY", received_on=story.today)
    return Receipt.objects.get(pk=record_receipt(company, new, by=clerk).receipt_id)


def url(receipt: Receipt) -> str:
    return f"/receipts/{receipt.pk}/reject/"


def test_it_never_enters_the_book(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    answer = client.post(url(large), {"reason": "typed twice"}, follow=True)
    assert "Rejected" in text_of(answer)
    large.refresh_from_db()
    assert (large.state, large.document_id) == ("rejected", None)


def test_a_reason_is_needed(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    answer = client.post(url(large), {"reason": " "})
    assert answer.status_code == 422
    assert "Say why it is rejected." in text_of(answer)


def test_a_confirmed_one_is_refused(client: Client, controller: User, story: Story) -> None:
    client.force_login(controller)
    assert client.post(url(story.waiting), {"reason": "x"}).status_code == 409


def test_get_is_refused(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    check_method(client, url(large), wrong="get")

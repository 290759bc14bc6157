"""confirm: the second person puts a large receipt into the book; the first one cannot."""

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
    new = NewReceipt(amount=Decimal(5000), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    return Receipt.objects.get(pk=record_receipt(company, new, by=clerk).receipt_id)


def url(receipt: Receipt) -> str:
    return f"/receipts/{receipt.pk}/confirm/"


def test_the_controller_confirms(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    assert "Confirm and next" in text_of(client.get(f"/receipts/{large.pk}/"))
    client.post(url(large))
    large.refresh_from_db()
    assert (large.state, large.confirmed_by) == ("confirmed", controller)
    assert "Oldest first" in text_of(client.get(f"/receipts/{large.pk}/"))


def test_who_recorded_it_is_not_offered_to_confirm_and_cannot(
    client: Client, company: Company, controller: User, story: Story, large: Receipt
) -> None:
    new = NewReceipt(amount=Decimal(5000), currency="CNY", received_on=story.today)
    own = Receipt.objects.get(pk=record_receipt(company, new, by=controller).receipt_id)
    client.force_login(controller)
    page = text_of(client.get(f"/receipts/{own.pk}/"))
    assert "You recorded it, so somebody else confirms it." in page
    assert "Confirm and next" not in page
    answer = client.post(url(own))
    assert answer.status_code == 409
    assert "Who recorded a receipt cannot confirm it." in text_of(answer)


def test_on_to_the_next_that_this_person_may_confirm(
    client: Client, company: Company, clerk: User, controller: User, story: Story, large: Receipt
) -> None:
    new = NewReceipt(amount=Decimal(6000), currency="CNY", received_on=story.today)
    record_receipt(company, new, by=controller)
    second = record_receipt(company, new, by=clerk).receipt_id
    client.force_login(controller)
    assert client.post(url(large), {"then": "next"})["Location"] == f"/receipts/{second}/", "not to one's own"
    answer = client.post(f"/receipts/{second}/reject/", {"reason": "twice", "then": "next"})
    assert answer["Location"] == "/receipts/"
    assert "Rejected; it never enters the book." in text_of(client.get("/receipts/"))


def test_a_second_time_it_is_refused(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    client.post(url(large))
    assert client.post(url(large)).status_code == 409


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, large: Receipt) -> None:
    client.force_login(outsider)
    assert client.post(url(large)).status_code in (403, 404)


def test_get_is_refused(client: Client, controller: User, large: Receipt) -> None:
    client.force_login(controller)
    check_method(client, url(large), wrong="get")

"""unapply: one document or all of a receipt; both acts stay in the history."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, User
from arap.ledger.models import Entry, Item
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.applied.pk}/unapply/"


def late_open(story: Story) -> Decimal:
    return Item.objects.get(document=story.late.document_id).open_amount


def test_what_was_paid_is_open_again(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"numbers": number_of(story.late)}, follow=True)
    assert late_open(story) == Decimal(1000)
    assert "both acts stay in the history" in text_of(answer)
    assert Entry.objects.filter(company=story.company).count() == 4


def test_without_numbers_all_of_it(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story))
    assert late_open(story) == Decimal(1000)


def test_a_second_time_there_is_nothing_to_undo(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story))
    answer = as_clerk.post(url(story))
    assert answer.status_code == 409
    assert "There is no application to undo." in text_of(answer)


def test_not_before_it_was_applied(as_clerk: Client, story: Story) -> None:
    early = (story.today - timedelta(days=60)).isoformat()
    answer = as_clerk.post(url(story), {"on": early})
    assert answer.status_code == 409
    assert late_open(story) == Decimal(600)


def test_a_day_that_is_none(as_clerk: Client, story: Story) -> None:
    assert as_clerk.post(url(story), {"on": "soon"}).status_code == 422


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.post(url(story)).status_code == 404


def test_roles(company: Company, story: Story) -> None:
    check_roles(company, "receipt.unapply", url(story), method="post")


def test_get_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="get")

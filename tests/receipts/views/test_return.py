"""return: the money went back, and what it paid is open again."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, User
from arap.ledger.models import Item
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.applied.pk}/return/"


def test_it_is_taken_back(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"reason": "bounced", "on": "", "key": "r"}, follow=True)
    assert "what it paid is open again" in text_of(answer)
    assert Item.objects.get(document=story.late.document_id).open_amount == Decimal(1000)
    story.applied.refresh_from_db()
    assert story.applied.state == "reversed"


def test_a_reason_is_needed_and_the_form_stays_open(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"reason": "", "key": "r"})
    assert answer.status_code == 422
    assert "Say why the money went back." in text_of(answer)
    assert '<details class="reveal section" open>' in answer.content.decode()


def test_it_does_not_go_back_tomorrow(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"reason": "bounced", "on": "+1", "key": "r"})
    assert answer.status_code == 422
    assert "This day lies in the future." in text_of(answer)


def test_a_second_time_it_is_refused(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), {"reason": "bounced", "key": "r1"})
    assert as_clerk.post(url(story), {"reason": "bounced", "key": "r2"}).status_code == 409


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.post(url(story), {"reason": "x", "key": "r"}).status_code == 404


def test_roles(company: Company, story: Story) -> None:
    check_roles(company, "receipt.reverse", url(story), method="post")


def test_get_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="get")

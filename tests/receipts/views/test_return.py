"""return: the money went back, and what it paid is open again."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import User
from arap.ledger.models import Item, JournalLine
from receipts.actions import identify_receipt
from receipts.models import Receipt
from tests.pages import text_of
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


def test_a_reason_is_needed(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"reason": "", "key": "r"})
    assert answer.status_code == 422
    assert "Say why the money went back." in text_of(answer)


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


def test_it_is_shown_before_it_is_done(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story))
    effect = answer.context["effect"]
    assert [(item.now, item.after) for item in effect.items] == [(Decimal(600), Decimal(1000))]
    assert {posting.account.role: posting.amount for posting in effect.postings} == {
        "bank": Decimal(-400),
        "receivable": Decimal(400),
    }
    total = answer.context["aging"][-1]
    assert total.change == Decimal(400), "the customer owes as much again as had been paid"
    assert Receipt.objects.get(pk=story.applied.pk).state == "confirmed"


def test_of_identified_money_the_account_where_it_stands_is_told(as_clerk: Client, clerk: User, story: Story) -> None:
    identify_receipt(story.company, story.lost.pk, story.haichen.pk, on=story.today, by=clerk)
    effect = as_clerk.get(f"/receipts/{story.lost.pk}/return/").context["effect"]
    assert {posting.account.role: posting.amount for posting in effect.postings} == {
        "bank": Decimal(-77),
        "receivable": Decimal(77),
    }
    as_clerk.post(f"/receipts/{story.lost.pk}/return/", {"reason": "bounced", "key": "r"})
    mirror = JournalLine.objects.filter(document__reverses=story.lost.document_id)
    assert {line.account.role: line.amount for line in mirror} == {"bank": Decimal(-77), "receivable": Decimal(77)}


def test_what_was_returned_cannot_be_again(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), {"reason": "bounced", "key": "r1"})
    assert "This receipt cannot be taken back" in text_of(as_clerk.get(url(story)))

"""unidentify: the money was not that customer's after all; shown before it is done."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import User
from arap.ledger.models import Item, JournalLine
from receipts.actions import apply_receipt, identify_receipt
from receipts.models import ReceiptIdentification
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
FORM = {"reason": "the payer wrote", "key": "u"}


@pytest.fixture
def made(story: Story, clerk: User) -> ReceiptIdentification:
    """77.00 were taken for Haichen's."""
    return identify_receipt(story.company, story.lost.pk, story.haichen.pk, on=story.today, by=clerk)


def url(made: ReceiptIdentification) -> str:
    return f"/receipts/{made.receipt_id}/identified/{made.pk}/undo/"


def test_it_is_shown_before_it_is_done(as_clerk: Client, made: ReceiptIdentification) -> None:
    answer = as_clerk.get(url(made))
    assert "Not the money of Ningbo Haichen" in text_of(answer)
    told = {posting.account.role: posting.amount for posting in answer.context["effect"].postings}
    assert told == {"receivable": Decimal(77), "unidentified": Decimal(-77)}
    lines = {line.head: line.change for line in answer.context["aging"]}
    assert lines["Not applied"] == Decimal(77)
    assert ReceiptIdentification.objects.count() == 1
    as_clerk.post(url(made), FORM)
    undoing = ReceiptIdentification.objects.get(undoes=made)
    written = JournalLine.objects.filter(document=undoing.document_id)
    assert {line.account.role: line.amount for line in written} == told


def test_afterwards_its_payer_is_unknown_and_it_can_be_somebody_elses(
    as_clerk: Client, clerk: User, story: Story, made: ReceiptIdentification
) -> None:
    answer = as_clerk.post(url(made), FORM, follow=True)
    assert answer.context["page"].unidentified == Decimal(77)
    assert "the payer is unknown again" in text_of(answer)
    assert "Identified Ningbo Haichen" in text_of(answer), "both acts stay"
    identify_receipt(story.company, story.lost.pk, story.qiming.pk, on=story.today, by=clerk)
    page = as_clerk.get(f"/receipts/{story.lost.pk}/").context["page"]
    assert (page.left, page.unidentified) == (Decimal(77), 0)


def test_what_is_applied_is_undone_first(as_clerk: Client, story: Story, made: ReceiptIdentification) -> None:
    item = Item.objects.get(document=story.late.document_id)
    apply_receipt(story.company, story.lost.pk, {item.pk: Decimal(1)}, effective_on=story.today, by=None)
    answer = as_clerk.post(url(made), FORM)
    assert answer.status_code == 409
    assert "Part of this money is applied or was refunded. Undo that first." in text_of(answer)


def test_a_second_time_it_is_refused(as_clerk: Client, made: ReceiptIdentification) -> None:
    as_clerk.post(url(made), FORM)
    assert as_clerk.post(url(made), {**FORM, "key": "v"}).status_code == 409
    assert "This was taken back before." in text_of(as_clerk.get(url(made)))


def test_sent_twice_it_is_done_once(as_clerk: Client, made: ReceiptIdentification) -> None:
    for _time in range(2):
        assert as_clerk.post(url(made), FORM).status_code == 302
    assert ReceiptIdentification.objects.filter(undoes=made).count() == 1


def test_a_reason_is_needed(as_clerk: Client, made: ReceiptIdentification) -> None:
    assert "Say why it is undone." in text_of(as_clerk.post(url(made), {**FORM, "reason": ""}))


def test_of_another_receipt_it_is_not_found(as_clerk: Client, story: Story, made: ReceiptIdentification) -> None:
    assert as_clerk.get(f"/receipts/{story.waiting.pk}/identified/{made.pk}/undo/").status_code == 404


def test_another_companys_is_not_found(client: Client, outsider: User, made: ReceiptIdentification) -> None:
    client.force_login(outsider)
    assert client.get(url(made)).status_code == 404
    assert client.post(url(made), FORM).status_code == 404

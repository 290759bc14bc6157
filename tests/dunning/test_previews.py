"""Before a receipt is undone, its page says what that means for reminders."""

from datetime import date

import pytest

from arap.core.models import Company, User
from dunning.actions import remind
from dunning.models import Notice
from dunning.previews import of_undo
from receipts.previews import Reopened, ask
from tests.dunning.conftest import Desk

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)


def reopened(company: Company, notice: Notice) -> Reopened:
    items = list(notice.items.values_list("item_id", flat=True))
    return Reopened(company=company, customer_ids=[notice.customer_id], item_ids=items, document_ids=[], on=ON)


@pytest.fixture
def notice(company: Company, desk: Desk) -> Notice:
    """A reminder that waits, of one invoice."""
    customer = desk.customer("R-1")
    desk.invoice(customer, "100.00", date(2026, 2, 1))
    remind(company, as_of=ON, today=ON, by=None, only_automatic=True)
    return Notice.objects.get(company=company)


def test_one_that_waits_would_not_leave(company: Company, notice: Notice) -> None:
    told = of_undo(reopened(company, notice))
    assert [each.url for each in told] == [f"/reminders/notices/{notice.pk}/"]
    assert "to R-1 waits. It would not be true any more, and so not leave." in told[0].text


def test_one_that_asked_for_the_item_is_named(company: Company, notice: Notice) -> None:
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.RELEASED)
    told = of_undo(reopened(company, notice))
    assert [each.url for each in told] == [f"/reminders/notices/{notice.pk}/"]
    assert f"asked for {notice.why_number}. From the next run on it can be reminded again." in told[0].text


def test_of_other_customers_and_items_nothing_is_said(company: Company, notice: Notice) -> None:
    assert of_undo(Reopened(company=company, customer_ids=[0], item_ids=[0], document_ids=[], on=ON)) == []


def test_the_page_asks_this_room(company: Company, notice: Notice, clerk: User) -> None:
    assert ask(reopened(company, notice)) == of_undo(reopened(company, notice))

"""list: receipts newest first with what is not applied of them; views, filter, pages."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from receipts.actions import identify_receipt, reverse_receipt
from receipts.models import Receipt
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/receipts/"


def shown(answer: Any) -> list[tuple[int, str, str]]:
    """(receipt, not applied, state) of the rows."""
    return [(row.receipt.pk, f"{row.left:.2f}", row.state) for row in answer.context["rows"]]


def test_newest_first_with_state(as_clerk: Client, story: Story) -> None:
    assert shown(as_clerk.get(URL)) == [
        (story.lost.pk, "77.00", "unidentified"),
        (story.waiting.pk, "500.00", "to_apply"),
        (story.applied.pk, "0.00", "applied"),
    ]


def test_views(as_clerk: Client, story: Story) -> None:
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "open"}))] == [story.lost.pk, story.waiting.pk]
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "unidentified"}))] == [story.lost.pk]
    assert "No receipt is in this view" in text_of(as_clerk.get(URL, {"view": "to_confirm"}))


def test_identified_money_counts_where_it_stands_now(as_clerk: Client, clerk: User, story: Story) -> None:
    identify_receipt(story.company, story.lost.pk, story.haichen.pk, on=story.today, by=clerk)
    assert shown(as_clerk.get(URL))[0] == (story.lost.pk, "77.00", "to_apply")
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "open"}))] == [story.lost.pk, story.waiting.pk]


def test_a_returned_receipt_says_so(as_clerk: Client, clerk: User, story: Story) -> None:
    reverse_receipt(story.company, story.applied.pk, on=story.today, by=clerk, reason="bounced")
    assert "Returned" in text_of(as_clerk.get(URL))


@pytest.mark.parametrize("text", ["8812", "transfer"])
def test_filter_by_text(as_clerk: Client, story: Story, text: str) -> None:
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"q": text}))] == [story.lost.pk]


def test_filter_by_customer_and_number(as_clerk: Client, story: Story) -> None:
    assert len(shown(as_clerk.get(URL, {"q": "宁波"}))) == 2
    assert len(shown(as_clerk.get(URL, {"q": number_of(story.waiting)}))) == 1


def test_pages_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    for _copy in range(20):
        Receipt.objects.create(
            company=story.company, currency="CNY", rate=1, amount=1, received_on=story.today, recorded_by=clerk
        )
    first = as_clerk.get(URL)
    second = as_clerk.get(URL + "?" + first.context["next_query"])
    assert len(shown(first)) == 20
    assert len(shown(second)) == 3
    assert set(shown(first)) & set(shown(second)) == set()


def test_an_empty_company_offers_the_first_one(as_clerk: Client) -> None:
    page = text_of(as_clerk.get(URL))
    assert "No receipts yet" in page
    assert "New receipt" in page


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):
        as_clerk.get(URL)


def test_roles(company: Company) -> None:
    check_roles(company, "receipt.view", URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

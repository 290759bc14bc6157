"""list: receipts newest first with what is not applied of them; views, filter, pages."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from receipts.actions import NewReceipt, identify_receipt, record_receipt, reverse_receipt
from receipts.models import Receipt
from tests.pages import check_method, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/receipts/"
ALL = "/receipts/?view=all"


def shown(answer: Any) -> list[tuple[int, str, str]]:
    """(receipt, not applied, state) of the rows."""
    return [(row.receipt.pk, f"{row.left:.2f}", row.state) for row in answer.context["rows"]]


def test_newest_first_with_state(as_clerk: Client, story: Story) -> None:
    assert shown(as_clerk.get(ALL)) == [
        (story.lost.pk, "77.00", "unidentified"),
        (story.waiting.pk, "500.00", "to_apply"),
        (story.applied.pk, "0.00", "applied"),
    ]


def test_views(as_clerk: Client, story: Story) -> None:
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "open"}))] == [story.waiting.pk]
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "unidentified"}))] == [story.lost.pk]
    assert "No receipt waits for a second person" in text_of(as_clerk.get(URL, {"view": "to_confirm"}))
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "applied"}))] == [story.applied.pk]
    assert shown(as_clerk.get(URL)) == shown(as_clerk.get(URL, {"view": "open"})), "the work comes first"


def test_identified_money_counts_where_it_stands_now(as_clerk: Client, clerk: User, story: Story) -> None:
    identify_receipt(story.company, story.lost.pk, story.haichen.pk, on=story.today, by=clerk)
    assert shown(as_clerk.get(ALL))[0] == (story.lost.pk, "77.00", "to_apply")
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "open"}))] == [story.lost.pk, story.waiting.pk]


def test_a_returned_receipt_says_so(as_clerk: Client, clerk: User, story: Story) -> None:
    reverse_receipt(story.company, story.applied.pk, on=story.today, by=clerk, reason="bounced")
    assert shown(as_clerk.get(URL, {"view": "returned"})) == [(story.applied.pk, "0.00", "reversed")]


@pytest.mark.parametrize("text", ["8812", "transfer"])
def test_filter_by_text(as_clerk: Client, story: Story, text: str) -> None:
    assert [pk for pk, _left, _state in shown(as_clerk.get(URL, {"view": "all", "q": text}))] == [story.lost.pk]


def test_filter_by_customer_and_number(as_clerk: Client, story: Story) -> None:
    assert len(shown(as_clerk.get(URL, {"view": "all", "q": "宁波"}))) == 2
    assert len(shown(as_clerk.get(URL, {"view": "all", "q": number_of(story.waiting)}))) == 1


def test_pages_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    for _copy in range(20):
        Receipt.objects.create(
            company=story.company, currency="CNY", rate=1, amount=1, received_on=story.today, recorded_by=clerk
        )
    first = as_clerk.get(ALL)
    second = as_clerk.get(URL + "?" + first.context["next_query"])
    assert len(shown(first)) == 20
    assert len(shown(second)) == 3
    assert set(shown(first)) & set(shown(second)) == set()
    assert shown(as_clerk.get(URL + "?" + second.context["previous_query"])) == shown(first), "and back"


@pytest.mark.parametrize(
    ("sort", "amounts"),
    [
        ("newest", [77, 500, 400]),
        ("oldest", [400, 500, 77]),
        ("largest", [500, 400, 77]),
        ("smallest", [77, 400, 500]),
    ],
)
def test_orders_and_their_pages(
    as_clerk: Client, story: Story, sort: str, amounts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receipts.views.lists.PAGE", 1)
    page, seen = as_clerk.get(ALL, {"view": "all", "sort": sort}), []
    for _page in range(3):
        seen += [int(row.receipt.amount) for row in page.context["rows"]]
        following = page.context["next_query"]
        page = as_clerk.get(f"{URL}?{following}") if following else page
    assert seen == amounts
    assert not page.context["next_query"], "the third is the last"
    back = as_clerk.get(f"{URL}?{page.context['previous_query']}")
    assert [int(row.receipt.amount) for row in back.context["rows"]] == amounts[1:2]


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ({"customer": "c-10482"}, [500, 400]),
        ({"amount": "500"}, [500]),
        ({"amount": "77–400"}, [77, 400]),
        ({"amount": "1-100"}, [77]),
        ({"amount": "0.04万"}, [400]),
        ({"from_on": "-6"}, [77, 500]),
        ({"to_on": "-5"}, [500, 400]),
        ({"from_on": "-6", "to_on": "-2"}, [500]),
        ({"q": "account"}, [500]),
        ({"q": "PO-1", "amount": "77"}, []),
    ],
)
def test_filters(as_clerk: Client, story: Story, typed: dict[str, str], amounts: list[int]) -> None:
    rows = as_clerk.get(URL, {"view": "all", **typed}).context["rows"]
    assert [int(row.receipt.amount) for row in rows] == amounts


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "much"}, "Type one amount, or two such as 1,000–2,000."),
        ({"from_on": "31/2"}, "31/2 is not a date."),
        ({"customer": "C-99"}, "There is no customer “C-99”."),
    ],
)
def test_a_filter_that_cannot_be_read_says_so_and_narrows_nothing(
    as_clerk: Client, story: Story, typed: dict[str, str], sentence: str
) -> None:
    answer = as_clerk.get(URL, {"view": "all", **typed})
    assert sentence in text_of(answer)
    assert len(answer.context["rows"]) == 3


def test_a_filter_that_finds_nothing_offers_to_go(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, {"q": "nothing like it"})
    assert "No receipt here matches the filter" in text_of(page)
    assert "Look among all receipts" in text_of(page)


@pytest.mark.parametrize("key", ["", "x", "2026-01-01~x", "~", "1~" + "9" * 30, "NaN~1", "2026-13-01~1"])
@pytest.mark.parametrize("sort", ["newest", "largest", "nonsense"])
def test_a_page_that_is_none_is_the_first(as_clerk: Client, story: Story, key: str, sort: str) -> None:
    assert len(shown(as_clerk.get(URL, {"view": "all", "sort": sort, "after": key}))) == 3


def test_tabs_count_what_waits(client: Client, controller: User, clerk: User, story: Story, company: Company) -> None:
    company.receipt_confirmation_above = Decimal(1000)
    company.save(update_fields=["receipt_confirmation_above"])
    new = NewReceipt(amount=Decimal(5000), currency="CNY", received_on=story.today)
    for person in (clerk, controller):
        record_receipt(company, new, by=person)
    client.force_login(controller)
    answer = client.get(URL, {"view": "to_confirm"})
    counts = answer.context["counts"]
    assert (counts.open, counts.unidentified, counts.to_confirm, counts.mine_to_confirm) == (1, 1, 2, 1)
    page = text_of(answer)
    assert "To apply 1 Payer unknown 1 To confirm 2" in page
    assert "1 receipt waits for you. What you recorded yourself, somebody else confirms." in page


def test_partly_identified_money_counts_on_both_sides(as_clerk: Client, clerk: User, story: Story) -> None:
    identify_receipt(story.company, story.lost.pk, story.haichen.pk, on=story.today, by=clerk, amount=Decimal(7))
    counts = as_clerk.get(URL).context["counts"]
    assert (counts.open, counts.unidentified) == (2, 1)
    assert story.lost.pk in [row.receipt.pk for row in as_clerk.get(URL, {"view": "unidentified"}).context["rows"]]


def test_an_empty_company_offers_the_first_one(as_clerk: Client) -> None:
    page = text_of(as_clerk.get(URL))
    assert "No receipts yet" in page
    assert "New receipt" in page


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10):
        as_clerk.get(URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

"""items: what one row is made of, at the position its report read."""

from datetime import timedelta

import pytest
from django.test import Client

from arap.core.models import Company, User
from arap.ledger.queries import position_at
from customers.models import Customer
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/aging/items/"


def test_items_of_a_customer_in_the_columns_of_the_report(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL, {"key": str(story.haichen.pk), "of_currency": "CNY", "row": "r"})
    lines = answer.context["lines"]
    assert [(line.column, str(line.item.open_amount)) for line in lines] == [
        (3, "600.000"),
        (5, "-500.000"),
        (0, "2000.000"),
    ]
    assert f"/documents/{story.late.document_id}/" in parsed(answer).links
    assert answer.content.decode().count('data-items-of="r"') == 3


def test_what_was_paid_since_is_mentioned(as_clerk: Client, story: Story) -> None:
    day = (story.today - timedelta(days=60)).isoformat()
    page = text_of(as_clerk.get(URL, {"key": str(story.haichen.pk), "of_currency": "CNY", "as_of": day}))
    assert "1,000.00" in page
    assert "400.00 settled since" in page


def test_unidentified_money_is_the_row_without_a_key(as_clerk: Client, story: Story) -> None:
    lines = as_clerk.get(URL, {"key": "-", "of_currency": "CNY"}).context["lines"]
    assert [line.item.number for line in lines] == [number_of(story.lost)]


def test_the_position_of_the_report_is_kept(as_clerk: Client, clerk: User, story: Story) -> None:
    position = position_at(story.company, known_at=None)
    Bookkeeper(company=story.company, by=clerk).invoice(story.haichen.pk, "5.00", story.today)
    query = {"key": str(story.haichen.pk), "of_currency": "CNY"}
    assert len(as_clerk.get(URL, {**query, "position": str(position)}).context["lines"]) == 3
    assert len(as_clerk.get(URL, {**query, "position": "1000000000"}).context["lines"]) == 4


def test_a_group_shows_the_items_of_all_members(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.qiming.pk).update(parent=story.haichen)
    query = {"key": str(story.haichen.pk), "by": "parent"}
    assert len(as_clerk.get(URL, query).context["lines"]) == 4


@pytest.mark.parametrize(
    ("by", "key", "names"),
    [
        ("segment", "Moulds", ["Ningbo Haichen Mould Co., Ltd."]),
        ("segment", "-", ["Payer unknown"]),
        ("owner", "-", ["Payer unknown"]),
        ("currency", "-", ["Ningbo Haichen Mould Co., Ltd.", "Payer unknown"]),
    ],
)
def test_other_groupings_show_their_customers(
    as_clerk: Client, clerk: User, story: Story, by: str, key: str, names: list[str]
) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(segment="Moulds", owner=clerk)
    answer = as_clerk.get(URL, {"by": by, "key": key, "of_currency": "CNY"})
    assert [each.name for each in answer.context["members"]] == names


def test_a_customer_of_another_company_has_no_items_here(
    as_clerk: Client, other_company: Company, outsider: User, story: Story
) -> None:
    theirs = customers(other_company, "T")[0]
    Bookkeeper(company=other_company, by=outsider).invoice(theirs, "1.00", story.today)
    assert as_clerk.get(URL, {"key": theirs}).context["lines"] == []


@pytest.mark.parametrize("key", ["x", "9" * 40, ""])
def test_a_broken_key_is_no_error(as_clerk: Client, story: Story, key: str) -> None:
    assert as_clerk.get(URL, {"key": key}).status_code == 200


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

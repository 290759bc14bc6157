"""customer: facts, ages, open items as of a day and as known at an instant, what happened, and the proof."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customers
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/customers/{story.haichen.pk}/"


def test_the_strip_keeps_credits_in_a_column_of_their_own(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story)))
    assert "Balance CNY 2,100 .00 overdue 600.00 , not applied −500.00" in page
    assert "Not due 2,000.00 1 item" in page
    assert "61–90 d 600.00 1 item" in page
    assert "Not applied −500.00 1 credit" in page


def test_overdue_is_never_said_to_be_a_part_of_a_balance_that_is_smaller(
    as_clerk: Client, clerk: User, story: Story
) -> None:
    book = Bookkeeper(company=story.company, by=clerk)
    book.receipt(story.haichen.pk, "2000.00", story.today)
    answer = as_clerk.get(url(story))
    assert "Balance CNY 100 .00 overdue 600.00 , not applied −2,500.00" in text_of(answer)
    strip = answer.context["strips"][0]
    assert strip.cells[0].amount + strip.overdue + strip.unapplied == strip.balance, "what is printed adds up"
    book.invoice(story.qiming.pk, "10.00", story.today - timedelta(days=60))
    assert "of which overdue" in text_of(as_clerk.get(f"/customers/{story.qiming.pk}/")), "here there are no credits"


def test_open_items_with_age_and_state(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story)))
    number = number_of(story.late)
    assert f"{number} " in page
    assert "70 d over CNY 1,000.00 600.00 Part paid PO-1" in page
    assert "in 10 d CNY 2,000.00 2,000.00 Not due PO-2" in page


def test_the_items_equal_all_documents(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story)))
    proof = "Open items CNY 2,100.00 All documents less what was applied CNY 2,100.00 Difference 0.00"
    assert f"{proof} What it is made of Book ties" in page.replace("  ", " ")


def test_as_of_an_earlier_day(as_clerk: Client, story: Story) -> None:
    before = story.today - timedelta(days=60)
    page = text_of(as_clerk.get(url(story), {"as_of": before.isoformat()}))
    assert "Balance CNY 1,000 .00" in page, "before the receipt and before the second invoice"
    assert "10 d over" in page


def test_a_fact_recorded_later_does_not_change_what_was_known(as_clerk: Client, clerk: User, story: Story) -> None:
    noted = timezone.now().isoformat()
    book = Bookkeeper(company=story.company, by=clerk)
    book.receipt(story.haichen.pk, "600.00", story.today - timedelta(days=30))
    query = {"as_of": (story.today - timedelta(days=10)).isoformat()}
    assert "Balance CNY 2,000 .00" in text_of(as_clerk.get(url(story), query))
    assert "Balance CNY 2,600 .00" in text_of(as_clerk.get(url(story), {**query, "known_at": noted}))


def test_what_cannot_be_read_says_so_and_shows_today(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story), {"as_of": "31/2", "known_at": "once"}))
    assert "31/2 is not a date." in page
    assert "once is not a moment." in page
    assert "Balance CNY 2,100 .00" in page


def test_events_newest_first_with_who_did_it(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story)))
    assert page.index("Receipt Clerk") < page.index("Applied Clerk")
    assert f"{number_of(story.applied)} → {number_of(story.late)}" in page


def test_names_in_the_readers_order(as_clerk: Client, clerk: User, story: Story) -> None:
    assert "Ningbo Haichen Mould Co., Ltd. 宁波海辰模具有限公司" in text_of(as_clerk.get(url(story)))
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert "宁波海辰模具有限公司 Ningbo Haichen Mould Co., Ltd." in text_of(as_clerk.get(url(story)))


def test_a_customer_without_anything(as_clerk: Client, company: Company) -> None:
    pk = create_customers(company, [NewCustomer(code="NEW", name="New", currency="JPY")], by=None)["NEW"]
    page = text_of(as_clerk.get(f"/customers/{pk}/"))
    assert "Balance JPY 0" in page
    assert "Nothing is open" in page
    assert "Nothing has happened yet." in page


def test_queries_do_not_grow_with_items(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        as_clerk.get(url(story))


def test_another_companys_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    ids = create_customers(other_company, [NewCustomer(code="X", name="X", currency="USD")], by=None)
    assert as_clerk.get(f"/customers/{ids['X']}/").status_code == 404


def test_post_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="post")

"""today: figures in base currency, each currency in its own, what waits, and the proof."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aging.actions import run_aging_snapshot
from aging.tasks import refresh_all_standings
from arap.core.models import User
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/"


def test_figures_add_up_in_base_currency(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "Receivable CNY 4,123 .00 5 open items, 2 customers owed 4,700.00 , not applied −577.00" in page
    assert "Overdue CNY 2,700 .00" in page
    assert "57.4 % of what is owed" in page
    assert "Not applied CNY −577 .00 2 credits" in page


def test_each_currency_stands_in_its_own_money(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "USD 300.00 – .00 300.00" in page
    assert "CNY 2,023.00 2,000.00 600.00 −577.00" in page


def test_the_proof_ties_and_says_at_which_position(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "CNY 2,023.00 2,023.00 0.00" in page
    assert "Book ties" in page
    assert "at position" in page


def test_credits_not_applied_are_listed_the_oldest_first(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert page.index("−500.00") < page.index("−77.00")
    assert "Payer unknown" in page


def test_the_last_snapshots_lead_to_their_report(as_clerk: Client, story: Story) -> None:
    assert "Latest runs" not in text_of(as_clerk.get(URL))
    run_aging_snapshot(story.company, as_of=story.today)
    page = as_clerk.get(URL)
    assert "Latest runs" in text_of(page)
    assert f"/aging/?as_of={story.today}&amp;known_at=" in page.content.decode()


def test_an_empty_company_says_what_will_be_here(as_clerk: Client) -> None:
    page = text_of(as_clerk.get(URL))
    assert "Nothing is owed" in page
    assert "Every receipt is applied" in page


def test_chinese(as_clerk: Client, clerk: User, story: Story) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    page = text_of(as_clerk.get(URL))
    for word in ("今日", "应收总额", "各币种余额", "账账相符", "付款方未知"):
        assert word in page


def test_who_may_not_record_is_offered_nothing_to_record(client: Client, auditor: User, story: Story) -> None:
    client.force_login(auditor)
    assert "New receipt" not in text_of(client.get(URL))


def test_queries_do_not_grow_with_the_book(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        as_clerk.get(URL)
    refresh_all_standings()
    with django_assert_max_num_queries(18):
        as_clerk.get(URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

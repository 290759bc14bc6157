"""report: buckets, two clocks, grouping, paging, the sentence and the proof."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, parsed, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/aging/"


def rows_of(answer: Any) -> list[tuple[str, str, str]]:
    """(name, currency, total) of the rows listed."""
    return [(each.name, each.row.currency, f"{each.row.total:.2f}") for each in answer.context["rows"]]


def test_rows_are_sorted_by_what_they_are_worth_in_base_currency(as_clerk: Client, story: Story) -> None:
    assert rows_of(as_clerk.get(URL)) == [
        ("Ningbo Haichen Mould Co., Ltd.", "CNY", "2100.00"),
        ("Suzhou Qiming Automation", "USD", "300.00"),
        ("Payer unknown", "CNY", "-77.00"),
    ]


def test_unapplied_credits_have_a_column_of_their_own(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "CNY 2,000.00 – .00 – .00 600.00 – .00 −500.00 600.00 2,100.00" in page


def test_totals_stand_per_currency_and_in_base(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "Everything CNY 2,000.00 – .00 – .00 600.00 – .00 −577.00 600.00 2,023.00" in page
    assert "In CNY at the documents’ rates CNY 2,000.00 2,100.00 – .00 600.00 – .00 −577.00 2,700.00 4,123.00" in page


def test_it_ties_to_the_control_accounts(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL))
    assert "This report CNY 2,023.00 USD 300.00 Control accounts at" in page
    assert "Difference 0.00 0.00 Book ties" in page


def test_one_currency_has_shares(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"currency": "CNY"}))
    assert "Share 76.9 % 0.0 % 0.0 % 23.1 % 0.0 %" in page
    assert "USD 300" not in page


def test_document_basis_has_no_not_due(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"basis": "document"}))
    assert "0–30 d" in page
    assert "Not due" not in page


def test_own_buckets(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"buckets": "7,14"}))
    assert "8–14 d Over 14 d" in page


@pytest.mark.parametrize("buckets", ["x", "30,20", "0", "1,2,3,4,5,6,7,8,9,10,11", "99999999"])
def test_buckets_that_make_no_sense_say_so(as_clerk: Client, story: Story, buckets: str) -> None:
    answer = as_clerk.get(URL, {"buckets": buckets})
    assert "Type rising days" in text_of(answer)
    assert len(rows_of(answer)) == 3, "the usual buckets stand in"


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("owner", ["Clerk", "No owner", "No owner"]),
        ("segment", ["Moulds", "No segment", "No segment"]),
        ("parent", ["Ningbo Haichen Mould Co., Ltd.", "Suzhou Qiming Automation", "Payer unknown"]),
        ("currency", ["USD", "CNY"]),
    ],
)
def test_groupings(as_clerk: Client, clerk: User, story: Story, by: str, names: list[str]) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(owner=clerk, segment="Moulds")
    assert sorted(name for name, _currency, _total in rows_of(as_clerk.get(URL, {"by": by}))) == sorted(names)


def test_a_past_date_is_not_changed_by_later_payments(as_clerk: Client, story: Story) -> None:
    day = (story.today - timedelta(days=60)).isoformat()
    answer = as_clerk.get(URL, {"as_of": day})
    assert rows_of(answer) == [("Ningbo Haichen Mould Co., Ltd.", "CNY", "1000.00")]
    assert "Later payments do not change it." in text_of(answer)


def test_the_sentence_counts_what_was_booked_after_that_day(
    as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = (story.today - timedelta(days=1)).isoformat()
    page = text_of(as_clerk.get(URL, {"as_of": yesterday}))
    assert re.search(r"Booked after that day with a date up to it: \d+ documents, .*, \d+ applications?\.", page), page
    monkeypatch.setattr("aging.queries.LATER_MAX", 1)
    page = text_of(as_clerk.get(URL, {"as_of": yesterday}))
    assert "Booked after that day with a date up to it: more than 1 documents or applications." in page


def test_known_at_an_instant_the_answer_stays(as_clerk: Client, clerk: User, story: Story) -> None:
    noted = timezone.now().isoformat()
    before = rows_of(as_clerk.get(URL))
    Bookkeeper(company=story.company, by=clerk).receipt(story.haichen.pk, "212.40", story.today - timedelta(days=30))
    now = as_clerk.get(URL)
    then = as_clerk.get(URL, {"known_at": noted})
    assert rows_of(then) == before != rows_of(now)
    page = text_of(then)
    assert "What the book said on" in page
    assert "Booked since then with a date up to that day: 1 document, CNY −212.40" in page


def test_known_before_the_first_posting_nothing_was_open(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"known_at": "2020-01-01 12:00"}))
    assert "Nothing was open" in page


def test_a_bucket_of_the_chart_lists_its_rows_only(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL, {"bucket": "3"})
    assert [name for name, _c, _t in rows_of(answer)] == ["Ningbo Haichen Mould Co., Ltd."]
    assert "Only rows with something in “61–90 d” are listed. List all" in text_of(answer)


@pytest.mark.parametrize("bucket", ["99", "-1", "x"])
def test_a_bucket_that_does_not_exist_lists_all(as_clerk: Client, story: Story, bucket: str) -> None:
    assert len(rows_of(as_clerk.get(URL, {"bucket": bucket}))) == 3


def test_pages_meet(as_clerk: Client, company: Company, clerk: User, story: Story) -> None:
    new = [NewCustomer(code=f"C-{at:03}", name=f"Customer {at}", currency="CNY") for at in range(42)]
    ids = create_customers(company, new, by=None)
    book = Bookkeeper(company=company, by=clerk)
    for pk in ids.values():
        book.invoice(pk, "10.00", story.today)
    seen, query = [], ""
    for _page in range(3):
        answer = as_clerk.get(URL + query)
        seen += [each.key + each.row.currency for each in answer.context["rows"]]
        query = "?" + answer.context["next_query"]
    assert len(seen) == len(set(seen)) == 45
    assert "41–45 of 45" in text_of(answer)


@pytest.mark.parametrize("place", ["x", "NaN~1~CNY", "~~", "1~2"])
def test_a_broken_place_is_the_first_page(as_clerk: Client, story: Story, place: str) -> None:
    assert len(rows_of(as_clerk.get(URL, {"after": place}))) == 3


def test_htmx_gets_the_report_alone(as_clerk: Client, story: Story) -> None:
    assert "<html" not in as_clerk.get(URL, headers={"HX-Request": "true"}).content.decode()


def test_customers_are_links_that_keep_the_date(as_clerk: Client, story: Story) -> None:
    day = story.today.isoformat()
    assert f"/customers/{story.haichen.pk}/?as_of={day}" in parsed(as_clerk.get(URL)).links


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        as_clerk.get(URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

"""aging_chart: twelve months of buckets, each a link into the report of its day."""

import pytest
from django.test import Client

from arap.core.models import Company
from tests.pages import check_method, parsed, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/aging-chart/"


def test_it_is_a_page_and_for_htmx_a_part_of_one(as_clerk: Client, story: Story) -> None:
    assert "<html" in as_clerk.get(URL).content.decode()
    assert "<html" not in as_clerk.get(URL, headers={"HX-Request": "true"}).content.decode()


def test_every_segment_leads_to_the_report_of_its_day(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL, headers={"HX-Request": "true"})
    assert f"/aging/?as_of={story.today}&bucket=3" in parsed(answer).links
    for link in parsed(answer).links:
        assert as_clerk.get(link).status_code == 200


def test_today_is_the_last_bar_and_its_amounts_are_those_of_today(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL).content.decode()
    assert 'data-amount="CNY 600.00"' in page
    assert "Total in CNY" in page


def test_months_before_the_first_posting_are_empty_not_wrong(as_clerk: Client, company: Company) -> None:
    assert "As table" in text_of(as_clerk.get(URL))


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

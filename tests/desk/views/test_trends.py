"""trends: three charts, each piece of a bar opens what it is made of, and says the same amount."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company
from arap.desk.queries.trends import WEEKS, collected_by_week
from arap.ledger.queries import position_at
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, parsed, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/reports/trends/"


def test_every_piece_opens_what_it_is_made_of(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL)
    links = [link for link in parsed(page).links if link.startswith(("/aging/?", "/reports/receipts/?"))]
    assert f"/aging/?as_of={story.today}" in links
    assert any(link.startswith("/reports/receipts/") for link in links)
    for link in dict.fromkeys(links):
        assert as_clerk.get(link).status_code == 200, link


def test_the_weeks_say_what_the_report_says(as_clerk: Client, story: Story) -> None:
    company = story.company
    weeks = collected_by_week(company, today=story.today, position=position_at(company, known_at=None))
    assert len(weeks) == WEEKS
    assert weeks[-1].last_on == story.today
    assert all(week.first_on.isoweekday() == 1 for week in weeks)
    assert weeks[0].first_on + timedelta(days=7 * (WEEKS - 1)) == weeks[-1].first_on
    for week in [week for week in weeks if week.collected]:
        answer = as_clerk.get(f"/reports/receipts/?period=days&first={week.first_on}&last={week.last_on}")
        totals = {total["currency"]: total["amount"] for total, _cells in answer.context["totals"]}
        assert totals.get("CNY", Decimal(0)) == week.collected, "the story has no other currency"


def test_foreign_money_counts_at_the_rate_at_which_it_was_booked(company: Company, story: Story) -> None:
    before = collected_by_week(company, today=story.today, position=position_at(company, known_at=None))
    keeper = Bookkeeper(company=company, by=None)
    keeper.receipt(story.haichen.pk, "100.00", story.today, currency="USD", rate="7.10")
    after = collected_by_week(company, today=story.today, position=position_at(company, known_at=None))
    assert after[-1].collected - before[-1].collected == Decimal("710.00")
    assert after[:-1] == before[:-1]


def test_without_any_posting_it_is_empty_not_wrong(as_clerk: Client, company: Company) -> None:
    assert "As table" in text_of(as_clerk.get(URL))


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

"""customer_statements: what was made for a customer and what became of it, newest first, in pages."""

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.models import Company
from arap.desk.views import customers
from customers.actions import NewCustomer, create_customers
from statements.actions import make_statement, wanted
from statements.models import Statement
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/customers/{story.haichen.pk}/statements/"


def made(story: Story, count: int) -> list[Statement]:
    want = wanted(
        story.company, kind="open", as_of=story.today, from_on=None, language="own", at=timezone.now(),
        today=story.today,
    )  # fmt: skip
    return [make_statement(story.company, story.haichen, want, by=None) for _copy in range(count)]


def test_pages_meet(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "PAGE", 2)
    numbers = [statement.number for statement in made(story, 4)]
    seen, query = [], ""
    for _page in range(2):
        answer = as_clerk.get(url(story) + query)
        seen += [row.number for row in answer.context["rows"]]
        query = "?" + answer.context["next_query"]
    assert seen == numbers[::-1]
    assert query == "?", "four rows are two pages, not three"
    words = text_of(answer)
    for piece in ("Newest", "PDF being made", "CNY 2,100.00", "Open items Documents Receipts Applications Statements"):
        assert piece in words, piece


def test_without_any_it_leads_to_the_first(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story))
    assert "No statement was made for this customer yet" in text_of(answer)
    assert f"/statements/for/{story.haichen.pk}/" in answer.content.decode()


def test_another_companys_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    ids = create_customers(other_company, [NewCustomer(code="X", name="X", currency="USD")], by=None)
    assert as_clerk.get(f"/customers/{ids['X']}/statements/").status_code == 404


def test_roles_and_methods(company: Company, as_clerk: Client, story: Story) -> None:
    check_roles(company, "statement.view", url(story))
    check_method(as_clerk, url(story), wrong="post")

"""customer_documents: all documents of a customer, newest first, in pages."""

from datetime import timedelta

import pytest
from django.test import Client

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customers
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/customers/{story.haichen.pk}/documents/"


def test_documents_with_what_is_open_of_them(as_clerk: Client, story: Story) -> None:
    rows = as_clerk.get(url(story)).context["rows"]
    assert [(row.kind, str(row.total), str(row.open_amount)) for row in rows] == [
        ("receipt", "-500.000", "-500.000"),
        ("invoice", "2000.000", "2000.000"),
        ("receipt", "-400.000", "0.000"),
        ("invoice", "1000.000", "600.000"),
    ]


def test_pages_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    book = Bookkeeper(company=story.company, by=clerk)
    for days in range(41):
        book.invoice(story.haichen.pk, "1.00", story.today - timedelta(days=days // 3))
    seen, query = [], ""
    for _page in range(3):
        answer = as_clerk.get(url(story) + query)
        seen += [row.document_id for row in answer.context["rows"]]
        query = "?" + answer.context["next_query"]
    assert len(seen) == len(set(seen)) == 45
    assert answer.context["next_query"] == ""
    assert "Newest" in text_of(answer)


@pytest.mark.parametrize("place", ["x", "2026-13-01~1", "2026-01-01~", "2026-01-01~99999999999999999999"])
def test_a_broken_place_is_the_first_page(as_clerk: Client, story: Story, place: str) -> None:
    assert len(as_clerk.get(url(story), {"after": place}).context["rows"]) == 4


def test_another_companys_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    ids = create_customers(other_company, [NewCustomer(code="X", name="X", currency="USD")], by=None)
    assert as_clerk.get(f"/customers/{ids['X']}/documents/").status_code == 404


def test_post_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="post")

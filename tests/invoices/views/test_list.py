"""list: invoices newest first with what is open of them; views, filter, pages."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from invoices.actions import credit_invoice
from invoices.models import Invoice
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/invoices/"


def shown(answer: Any) -> list[int]:
    return [row.invoice.pk for row in answer.context["rows"]]


def test_newest_first_with_open_amount_and_age(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL)
    assert shown(answer) == [story.young.pk, story.foreign.pk, story.late.pk]
    page = text_of(answer)
    assert "CNY 1,000.00 600.00 70 d over Part paid" in page
    assert "USD 300.00 300.00 20 d over Open" in page


def test_views(as_clerk: Client, clerk: User, story: Story) -> None:
    credit_invoice(story.company, story.foreign.pk, on=story.today, by=clerk, reason="returned")
    note = Invoice.objects.credit_notes().get()
    assert story.foreign.pk not in shown(as_clerk.get(URL, {"view": "open"}))
    assert shown(as_clerk.get(URL, {"view": "credit_notes"})) == [note.pk]
    assert "−300.00" in text_of(as_clerk.get(URL, {"view": "credit_notes"}))
    assert "No invoice is in this view" in text_of(as_clerk.get(URL, {"view": "drafts"}))


@pytest.mark.parametrize("text", ["PO-1", "ningbo", "宁波"])
def test_filter_by_reference_or_customer(as_clerk: Client, story: Story, text: str) -> None:
    found = shown(as_clerk.get(URL, {"q": text}))
    assert story.late.pk in found
    assert story.foreign.pk not in found


def test_filter_by_number(as_clerk: Client, story: Story) -> None:
    assert shown(as_clerk.get(URL, {"q": number_of(story.late)})) == [story.late.pk]


def test_a_filter_without_a_match_can_be_removed(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "nothing"}))
    assert "No invoice here matches “nothing”" in page
    assert "Remove the filter" in page


def test_pages_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    for _copy in range(20):
        Invoice.objects.create(
            company=story.company, customer=story.haichen, currency="CNY", issued_on=story.today, created_by=clerk
        )
    first = as_clerk.get(URL)
    second = as_clerk.get(URL + "?" + first.context["next_query"])
    assert len(shown(first)) == 20
    assert set(shown(first)) & set(shown(second)) == set()
    assert len(shown(second)) == 3
    assert "Draft" in text_of(first)


def test_an_empty_company(as_clerk: Client) -> None:
    assert "No invoices yet" in text_of(as_clerk.get(URL))


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        as_clerk.get(URL)


def test_roles(company: Company) -> None:
    check_roles(company, "invoice.view", URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

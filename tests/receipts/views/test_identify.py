"""identify: money of an unknown payer becomes a customer's, and can then be applied."""

import pytest
from django.test import Client

from arap.core.models import Company, User
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.lost.pk}/identify/"


def test_afterwards_it_can_be_applied(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"customer": "C-10482", "on": "", "key": "i"}, follow=True)
    page = answer.context["page"]
    assert (page.left, page.unidentified) == (77, 0)
    assert "Oldest first" in text_of(answer)


@pytest.mark.parametrize(
    ("customer", "on", "sentence"),
    [
        ("", "", "Type a customer’s code."),
        ("C-99", "", "There is no active customer “C-99”."),
        ("C-10482", "31/2", "31/2 is not a date."),
        ("C-10482", "2026-01-01", "before"),
        ("C-10482", "+1", "This day lies in the future."),
    ],
)
def test_what_is_wrong_is_said(as_clerk: Client, story: Story, customer: str, on: str, sentence: str) -> None:
    answer = as_clerk.post(url(story), {"customer": customer, "on": on, "key": "i"})
    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer)
    assert answer.context["page"].unidentified == 77


def test_a_second_time_it_is_refused(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), {"customer": "C-10482", "key": "i1"})
    answer = as_clerk.post(url(story), {"customer": "C-10290", "key": "i2"})
    assert answer.status_code == 409


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.post(url(story), {"customer": "C-10482", "key": "i"}).status_code == 404


def test_roles(company: Company, story: Story) -> None:
    check_roles(company, "receipt.identify", url(story), method="post")


def test_get_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="get")

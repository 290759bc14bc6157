"""payers: customers to choose from while a code is typed."""

import pytest
from django.test import Client

from arap.core.models import Company
from customers.models import Customer
from tests.pages import check_method, check_roles
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/receipts/payers/"


def test_by_code_and_name(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, {"customer": "haichen"}).content.decode()
    assert 'data-value="C-10482"' in page
    assert "C-10290" not in page


def test_nothing_found_is_said(as_clerk: Client, story: Story) -> None:
    assert "No active customer matches." in as_clerk.get(URL, {"customer": "zzz"}).content.decode()


def test_inactive_customers_are_left_out(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(is_active=False)
    assert "C-10482" not in as_clerk.get(URL, {"customer": "haichen"}).content.decode()


def test_roles(company: Company) -> None:
    check_roles(company, "receipt.view", URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

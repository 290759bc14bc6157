"""find: customers to choose from while one types, for every form that names one."""

import pytest
from django.test import Client

from arap.core.models import User
from customers.actions import merge_customer
from customers.models import Customer
from tests.pages import check_method
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/customers/find/"


@pytest.mark.parametrize("typed", ["C-10482", "haichen", "海辰", "nbhc", "91330200MA2AXXXX4P"])
def test_by_code_both_names_initials_and_tax_number(as_clerk: Client, story: Story, typed: str) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(tax_id="91330200MA2AXXXX4P")
    page = as_clerk.get(URL, {"customer": typed}).content.decode()
    assert 'data-value="C-10482"' in page
    assert "C-10290" not in page


@pytest.mark.parametrize("form", ["/invoices/new/", "/receipts/new/", "/receipts/"])
def test_every_form_that_names_a_customer_asks_here(as_clerk: Client, story: Story, form: str) -> None:
    assert f'hx-get="{URL}' in as_clerk.get(form).content.decode()


def test_merged_duplicates_are_left_out_but_where_one_only_looks(
    as_clerk: Client, story: Story, controller: User
) -> None:
    merge_customer(story.qiming, story.haichen, by=controller)
    assert "C-10290" not in as_clerk.get(URL, {"customer": "qiming"}).content.decode()
    assert "merged" in as_clerk.get(URL, {"customer": "qiming", "all": "1"}).content.decode()


def test_nothing_found_is_said(as_clerk: Client, story: Story) -> None:
    assert "No active customer matches." in as_clerk.get(URL, {"customer": "zzz"}).content.decode()


def test_inactive_customers_are_left_out(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(is_active=False)
    assert "C-10482" not in as_clerk.get(URL, {"customer": "haichen"}).content.decode()
    assert "inactive" in as_clerk.get(URL, {"customer": "haichen", "all": "1"}).content.decode()


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")

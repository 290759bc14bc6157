"""customer_history: every field, with who and when."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from customers.actions import (
    NewCustomer,
    add_contact,
    create_customer,
    create_customers,
    ensure_terms,
    update_customer,
    write_note,
)
from customers.models import Contact, Customer, PaymentTerms
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alpha(company: Company) -> Customer:
    return create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY"), by=None)


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/history/"


def test_rows_are_named_and_choices_in_words(as_clerk: Client, controller: User, alpha: Customer) -> None:
    ensure_terms(alpha.company, ["n/30"], by=None)
    terms = PaymentTerms.objects.get()
    update_customer(alpha, by=controller, terms=terms, language="zh-hans", owner=controller)
    page = text_of(as_clerk.get(url(alpha)))
    assert "Controller Changed" in page
    assert "Payment terms – Net 30" in page
    assert "Language English 简体中文" in page
    assert "Owner – Controller" in page


def test_contacts_and_notes_belong_to_it(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    add_contact(alpha, name="Anna", email="anna@a.example", receives=[Contact.Paper.STATEMENT], by=clerk)
    write_note(alpha, text="Pays on Fridays", by=clerk)
    page = text_of(as_clerk.get(url(alpha)))
    assert "Contact added Anna" in page
    assert "Receives – Statement of account" in page
    assert "Note written" in page
    assert "Pays on Fridays" in page


def test_how_it_began(as_clerk: Client, alpha: Customer) -> None:
    page = text_of(as_clerk.get(url(alpha)))
    assert "System Recorded Name – Alpha" in page
    assert "Active – yes" in page


def test_nothing_yet_of_one_that_came_with_many(as_clerk: Client, company: Company) -> None:
    ids = create_customers(company, [NewCustomer(code="B", name="Beta", currency="CNY")], by=None)
    assert "Nothing was changed yet" in text_of(as_clerk.get(f"/customers/{ids['B']}/history/"))


def test_pages(
    as_clerk: Client, clerk: User, alpha: Customer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for at in range(35):
        update_customer(alpha, by=clerk, segment=f"s{at}", owner=clerk if at % 2 else None)
    with django_assert_max_num_queries(9):
        answer = as_clerk.get(url(alpha))
    assert len(answer.context["rows"]) == 30
    older = as_clerk.get(url(alpha) + "?" + answer.context["next_query"])
    assert len(older.context["rows"]) == 6, "five changes, and how it began"


def test_another_company_s_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    assert as_clerk.get(url(foreign)).status_code == 404


def test_method(as_clerk: Client, alpha: Customer) -> None:
    check_method(as_clerk, url(alpha), wrong="post")

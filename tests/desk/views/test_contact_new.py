"""contact_new: somebody at a customer who receives papers."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customer
from customers.models import Contact, Customer
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ANNA = {"name": "Anna", "email": "anna@alpha.example", "language": "en", "receives": ["statement"]}


@pytest.fixture
def alpha(company: Company) -> Customer:
    """A customer nobody is known of."""
    return create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY"), by=None)


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/contacts/new/"


def test_a_contact_is_recorded(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    assert "statements and reminders need an address" in text_of(as_clerk.get(f"/customers/{alpha.pk}/"))
    answer = as_clerk.post(url(alpha), ANNA, follow=True)
    contact = Contact.objects.get()
    assert (contact.customer, contact.email, contact.receives) == (alpha, "anna@alpha.example", ["statement"])
    assert "anna@alpha.example" in text_of(answer)
    assert AuditEntry.objects.get(verb="contact.add").actor == clerk


@pytest.mark.parametrize("change", [{"email": "no address"}, {"email": ""}, {"name": ""}, {"receives": ["money"]}])
def test_what_is_wrong_is_said_beside_the_field(as_clerk: Client, alpha: Customer, change: dict[str, object]) -> None:
    answer = as_clerk.post(url(alpha), {**ANNA, **change})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(change)
    assert Contact.objects.count() == 0


def test_another_company_s_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    assert as_clerk.post(url(foreign), ANNA).status_code == 404
    assert Contact.objects.count() == 0


def test_in_chinese(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert "新联系人" in text_of(as_clerk.get(url(alpha)))

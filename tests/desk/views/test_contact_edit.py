"""contact_edit: another address or other papers for somebody at a customer."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company
from customers.actions import NewCustomer, add_contact, create_customer
from customers.models import Contact, Customer
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
ANNA = {
    "name": "Anna",
    "email": "anna@alpha.example",
    "phone": "",
    "language": "en",
    "receives": ["statement"],
    "roles": ["billing"],
}


@pytest.fixture
def anna(company: Company) -> Contact:
    alpha = create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY"), by=None)
    contact = add_contact(alpha, name="Anna", email="anna@alpha.example", receives=["statement"], by=None)
    Contact.objects.filter(pk=contact.pk).update(roles=["billing"])
    return contact


def url(contact: Contact, customer: Customer | None = None) -> str:
    return f"/customers/{(customer or contact.customer).pk}/contacts/{contact.pk}/"


def test_another_address(as_clerk: Client, anna: Contact) -> None:
    assert url(anna) in as_clerk.get(f"/customers/{anna.customer_id}/").content.decode()
    assert 'value="anna@alpha.example"' in as_clerk.get(url(anna)).content.decode()
    answer = as_clerk.post(url(anna), {**ANNA, "email": "new@alpha.example"}, follow=True)
    assert "The contact is changed." in text_of(answer)
    anna.refresh_from_db()
    assert (anna.email, anna.roles) == ("new@alpha.example", ["billing"])
    entry = AuditEntry.objects.get(verb="contact.change")
    assert (entry.before, entry.after) == ({"email": "anna@alpha.example"}, {"email": "new@alpha.example"})


def test_nothing_changed_is_no_act(as_clerk: Client, anna: Contact) -> None:
    as_clerk.post(url(anna), ANNA)
    assert not AuditEntry.objects.filter(verb="contact.change").exists()


@pytest.mark.parametrize("change", [{"email": "no address"}, {"name": ""}, {"receives": ["money"]}])
def test_what_is_wrong_is_said_beside_the_field(as_clerk: Client, anna: Contact, change: dict[str, object]) -> None:
    answer = as_clerk.post(url(anna), {**ANNA, **change})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(change)
    anna.refresh_from_db()
    assert anna.email == "anna@alpha.example"


def test_only_under_its_own_customer(as_clerk: Client, company: Company, other_company: Company, anna: Contact) -> None:
    beta = create_customer(company, NewCustomer(code="B", name="Beta", currency="CNY"), by=None)
    assert as_clerk.get(url(anna, beta)).status_code == 404
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    theirs = add_contact(foreign, name="F", email="f@f.example", by=None)
    assert as_clerk.post(url(theirs), ANNA).status_code == 404


def test_method(as_clerk: Client, anna: Contact) -> None:
    check_method(as_clerk, url(anna), wrong="put")


def test_roles_are_changed_and_an_address_is_needed_for_papers_only(as_clerk: Client, anna: Contact) -> None:
    answer = as_clerk.post(url(anna), {**ANNA, "email": ""})
    assert list(answer.context["form"].errors) == ["email"]
    as_clerk.post(url(anna), {**ANNA, "email": "", "phone": "0574", "receives": [], "roles": ["payments", "disputes"]})
    anna.refresh_from_db()
    assert (anna.email, anna.phone, anna.roles) == ("", "0574", ["payments", "disputes"])
    page = text_of(as_clerk.get(f"/customers/{anna.customer_id}/"))
    assert "Payments, Disputes" in page


def test_who_has_left_receives_nothing_until_it_is_undone(as_clerk: Client, anna: Contact) -> None:
    answer = as_clerk.post(url(anna) + "leave/", follow=True)
    anna.refresh_from_db()
    assert (anna.is_active, anna.receives) == (False, [])
    assert "anna@alpha.example" not in text_of(answer)
    undo = answer.context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    anna.refresh_from_db()
    assert (anna.is_active, anna.receives) == (True, ["statement"])
    assert as_clerk.post(url(anna) + "return/").status_code == 409


@pytest.mark.parametrize("act", ["leave", "return"])
def test_method_of_leaving(as_clerk: Client, anna: Contact, act: str) -> None:
    check_method(as_clerk, f"{url(anna)}{act}/", wrong="get")

"""personal_data, person, person_export, person_erase and personal_data_access."""

import json

import pytest
from django.test import Client

from arap.core.models import Company, Role, User
from customers.actions import NewCustomer, add_contact, create_customers, write_note
from customers.models import AccessEntry, Contact, Customer
from tests.pages import check_method, signed_in, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/personal-data/"


@pytest.fixture
def admin(company: Company) -> Client:
    return signed_in(company, Role.ADMINISTRATOR)


@pytest.fixture
def contact(company: Company, clerk: User) -> Contact:
    """Somebody at a customer of whom nothing is open."""
    ids = create_customers(company, [NewCustomer(code="S", name="Settled", currency="CNY")], by=None)
    customer = Customer.objects.get(pk=ids["S"])
    write_note(customer, text="Wang Fang likes =1+1", by=clerk)
    return add_contact(customer, name="Wang Fang", email="wang@s.example", phone="138", by=clerk)


def test_a_person_is_found_by_name_address_and_number(admin: Client, contact: Contact) -> None:
    for typed in ("wang f", "@S.example", "138"):
        assert "Wang Fang" in text_of(admin.get(URL, {"q": typed}))
    assert "Nobody found" in text_of(admin.get(URL, {"q": "Zhou"}))
    assert AccessEntry.objects.filter(page="search").count() == 1


def test_all_that_is_kept_can_be_taken_out(admin: Client, contact: Contact) -> None:
    answer = admin.get(f"{URL}{contact.pk}/export/", {"format": "json"})
    said = json.loads(answer.content)
    assert said["person"]["email"] == "wang@s.example"
    assert [note["text"] for note in said["notes"]] == ["Wang Fang likes =1+1"]
    assert [act["act"] for act in said["changes"]] == ["contact.add"]
    table = admin.get(f"{URL}{contact.pk}/export/", {"format": "csv"})
    assert table["Content-Disposition"] == f'attachment; filename="person-{contact.pk}.csv"'
    assert "wang@s.example" in table.content.decode()
    assert AccessEntry.objects.filter(page="export", contact_id=contact.pk).count() == 2


def test_a_person_is_erased_with_the_ticked_notes(admin: Client, contact: Contact) -> None:
    page = admin.get(f"{URL}{contact.pk}/")
    note = page.context["kept"].notes[0]
    assert "Erase this person and the ticked notes" in text_of(page)
    after = text_of(admin.post(f"{URL}{contact.pk}/erase/", {"note": [note.pk, "x"]}, follow=True))
    assert "The person is erased." in after
    assert "Wang" not in after
    for path in (f"/customers/{contact.customer_id}/", f"/customers/{contact.customer_id}/history/"):
        assert "Wang" not in text_of(admin.get(path))
    assert "This person’s data is erased already." not in text_of(admin.get(f"{URL}{contact.pk}/"))


def test_what_is_open_is_said_and_the_wish_is_noted(admin: Client, story: Story) -> None:
    contact = add_contact(story.haichen, name="Li", email="li@h.example", by=None)
    assert "Something is open of this customer" in text_of(admin.get(f"{URL}{contact.pk}/"))
    assert "Nothing more is sent to this person" in text_of(admin.post(f"{URL}{contact.pk}/erase/", follow=True))
    assert "Asked to be erased, and waiting" in text_of(admin.get(URL))
    contact.refresh_from_db()
    assert (contact.name, contact.erase_asked_at is not None) == ("Li", True)


def test_how_long_is_kept_is_set_here(admin: Client, company: Company) -> None:
    answer = admin.post(URL, {"contact": "12", "note": "24", "payer": "119"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["payer"])
    admin.post(URL, {"contact": "12", "note": "24", "payer": "120"})
    assert admin.get(URL).context["form"].initial == {"contact": 12, "note": 24, "payer": 120}


def test_who_looked_is_shown(company: Company, as_clerk: Client, contact: Contact) -> None:
    as_controller = signed_in(company, Role.CONTROLLER)
    assert "Nobody looked yet" in text_of(as_controller.get(f"{URL}access/"))
    as_clerk.get(f"/customers/{contact.customer_id}/")
    as_clerk.get(f"/customers/{contact.customer_id}/contacts/{contact.pk}/")
    page = text_of(as_controller.get(f"{URL}access/"))
    assert "Customer page S Settled" in page
    assert "Contact S Settled" in page
    assert AccessEntry.objects.count() == 2


def test_another_companys_person_is_not_found(contact: Contact, other_company: Company) -> None:
    theirs = signed_in(other_company, Role.ADMINISTRATOR)
    for path in ("", "export/"):
        assert theirs.get(f"{URL}{contact.pk}/{path}").status_code == 404
    assert theirs.post(f"{URL}{contact.pk}/erase/").status_code == 404


def test_erasing_is_a_post(admin: Client) -> None:
    check_method(admin, URL + "1/erase/", wrong="get")

"""customer_batch and customer_hold: what is done to the customers ticked in the list."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from cases.models import Hold
from customers.actions import NewCustomer, create_customer, update_customer
from customers.models import Customer
from tests.pages import check_method, signed_in, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL, HOLD = "/customers/batch/", "/customers/hold/"


def both(story: Story) -> list[int]:
    return [story.haichen.pk, story.qiming.pk]


def test_another_owner_for_all_and_undone(as_clerk: Client, clerk: User, controller: User, story: Story) -> None:
    update_customer(story.haichen, by=None, owner=controller)
    data = {"customer": both(story), "act": "owner", "owner": clerk.pk, "back": "view=overdue"}
    answer = as_clerk.post(URL, data, follow=True)
    assert answer.redirect_chain == [("/customers/?view=overdue", 302)]
    assert set(Customer.objects.values_list("owner", flat=True)) == {clerk.pk}
    entries = AuditEntry.objects.filter(verb="customer.update", actor=clerk).order_by("object_id")
    assert [entry.before for entry in entries] == [{"owner": controller.pk}, {"owner": None}]
    undo = answer.context["undo"]
    assert undo["text"] == "2 customers changed"
    as_clerk.post(undo["url"], undo["fields"])
    story.haichen.refresh_from_db()
    story.qiming.refresh_from_db()
    assert (story.haichen.owner, story.qiming.owner) == (controller, None)


def test_another_segment_and_none(as_clerk: Client, story: Story) -> None:
    as_clerk.post(URL, {"customer": both(story), "act": "segment", "segment": " Export "})
    assert set(Customer.objects.values_list("segment", flat=True)) == {"Export"}
    as_clerk.post(URL, {"customer": both(story), "act": "segment", "segment": ""})
    assert set(Customer.objects.values_list("segment", flat=True)) == {""}


WRONG = [
    {"act": "owner", "owner": "1"},
    {"act": "owner", "owner": "999999", "tick": True},
    {"act": "owner", "owner": "x", "tick": True},
    {"act": "segment", "segment": "x" * 61, "tick": True},
    {"act": "code", "code": "x", "tick": True},
    {"act": "owner", "was": "no json", "tick": True},
    {"act": "code", "was": '{"1": [1]}', "tick": True},
]


@pytest.mark.parametrize("given", WRONG)
def test_what_cannot_be_done_changes_nothing(as_clerk: Client, story: Story, given: dict[str, object]) -> None:
    data = {name: value for name, value in given.items() if name != "tick"}
    answer = as_clerk.post(URL, {**data, "customer": both(story) if "tick" in given else []}, follow=True)
    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(verb="customer.update").exists()


def test_another_company_s_customers_are_not_touched(as_clerk: Client, other_company: Company, clerk: User) -> None:
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    as_clerk.post(URL, {"customer": [foreign.pk], "act": "owner", "owner": clerk.pk})
    as_clerk.post(URL, {"act": "owner", "was": f'{{"{clerk.pk}": [{foreign.pk}]}}'})
    foreign.refresh_from_db()
    assert foreign.owner is None


def test_reminders_of_all_are_held(company: Company, story: Story) -> None:
    client = signed_in(company, Role.COLLECTOR)
    answer = client.post(HOLD, {"customer": both(story), "reason": "dispute"}, follow=True)
    assert "2 customers on hold" in text_of(answer)
    assert set(Hold.objects.values_list("customer", "reason")) == {(pk, "dispute") for pk in both(story)}
    client.post(HOLD, {"customer": both(story), "reason": "whim"})
    assert Hold.objects.count() == 2


def test_the_bar_offers_what_a_role_may(company: Company, story: Story) -> None:
    assert "Hold reminders" not in text_of(signed_in(company, Role.CLERK).get("/customers/"))
    page = signed_in(company, Role.COLLECTOR).get("/customers/").content.decode()
    assert f'action="{HOLD}"' in page
    assert "Change owner" not in page
    assert "data-tick" not in signed_in(company, Role.AUDITOR).get("/customers/").content.decode()


@pytest.mark.parametrize("url", [URL, HOLD])
def test_method(company: Company, url: str) -> None:
    check_method(signed_in(company, Role.CONTROLLER), url, wrong="get")

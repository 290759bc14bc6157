"""The first hour: steps by role, done when the practice company shows it, put out of sight by whoever wants that."""

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arap.core import audit
from arap.core.models import Company, Role, User
from arap.core.permissions import PERMISSIONS
from arap.desk.actions import practice as actions
from arap.desk.first_hour import STEPS, steps_for
from arap.desk.models import Opened
from arap.desk.queries.first_hour import first_hour
from arap.desk.queries.practice import practice_of
from tests.desk.rows import browser_of
from tests.desk.test_practice import practised
from tests.pages import check_method, check_roles, parsed, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "CUSTOMERS", 5)
    monkeypatch.setattr(actions, "ITEMS", 40)


def done_of(person: User, *roles: Role) -> list[str]:
    found = first_hour(practice_of(person), person, frozenset(roles))
    return [step.key for step, is_done in found.steps if is_done]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_some_and_may_do_each(role: Role) -> None:
    steps = steps_for({role})
    assert len(steps) >= 3
    for step in steps:
        for verb in step.facts & set(PERMISSIONS):
            assert role in PERMISSIONS[verb], f"{step.key}: {verb}"


def test_each_step_has_a_name_and_facts_of_its_own() -> None:
    assert len({step.key for step in STEPS}) == len({str(step.title) for step in STEPS}) == len(STEPS)
    assert len({step.facts for step in STEPS}) == len(STEPS)


def test_what_is_done_is_read_from_the_practice_company(company: Company, clerk: User, controller: User) -> None:
    assert done_of(clerk, Role.CLERK) == []
    made = practised(clerk, company)
    audit.record(by=clerk, verb="invoice.post", obj=company)
    assert done_of(clerk, Role.CLERK) == [], "real work is no practice"
    audit.record(by=controller, verb="receipt.apply", obj=made)
    assert done_of(clerk, Role.CLERK) == [], "nor is what somebody else did"
    audit.record(by=clerk, verb="receipt.apply", obj=made)
    assert done_of(clerk, Role.CLERK) == ["apply"]
    Opened.objects.create(company=made, user=clerk, kind="customer", object_id=1, opened_at=Now())
    assert done_of(clerk, Role.CLERK) == ["customer", "apply"]
    practised(clerk, company)
    assert done_of(clerk, Role.CLERK) == [], "a fresh one begins anew"


class TestPages:
    def test_roles_and_methods(self, company: Company, as_clerk: Client) -> None:
        check_roles(company, "practice.use", "/first-hour/")
        check_method(as_clerk, "/first-hour/", wrong="post")
        check_method(as_clerk, "/first-hour/hide/", wrong="get")

    @pytest.mark.parametrize("role", list(Role))
    def test_each_step_opens_in_the_practice_company(self, company: Company, role: Role) -> None:
        client = signed_in(company, role)
        person = User.objects.get(username=f"only-{role.value}")
        assert "Make my practice company" in text_of(client.get("/first-hour/"))
        made = practised(person, company)
        assert "Try it" not in text_of(client.get("/first-hour/")), "nothing is tried in the real company"
        client.post("/company/", {"company": made.pk})
        answer = client.get("/first-hour/")
        urls = [url for _step, _done, url in answer.context["rows"]]
        assert len(urls) == len(steps_for({role}))
        assert set(urls) <= set(parsed(answer).links)
        for url in urls:
            assert client.get(url).status_code == 200, url

    def test_a_step_that_was_walked_is_marked_and_the_next_one_is_named(self, company: Company, clerk: User) -> None:
        client = browser_of(clerk)
        made = practised(clerk, company)
        client.post("/company/", {"company": made.pk})
        assert "New here?" in text_of(client.get("/"))
        rows = client.get("/first-hour/").context["rows"]
        client.get(rows[0][2])
        told = text_of(client.get("/"))
        assert "1 of 7 steps of the first hour are done. Next: Post an invoice." in told
        assert client.get("/first-hour/").context["found"].done == 1

    def test_it_is_put_out_of_sight_and_brought_back(self, as_clerk: Client, clerk: User) -> None:
        assert "New here?" in text_of(as_clerk.get("/"))
        hidden = as_clerk.post("/first-hour/hide/", {"hide": "yes"}, follow=True)
        assert hidden.redirect_chain[-1][0] == reverse("desk:today")
        assert "New here?" not in text_of(hidden)
        back = as_clerk.post("/first-hour/hide/", {"hide": "no", "next": "/first-hour/"}, follow=True)
        assert "Do not point to it on Today" in text_of(back)
        assert "New here?" in text_of(as_clerk.get("/"))

    def test_nothing_is_asked_for_who_does_not_want_it(self, as_clerk: Client, clerk: User) -> None:
        with CaptureQueriesContext(connection) as shown:
            as_clerk.get("/")
        User.objects.filter(pk=clerk.pk).update(hides_first_hour=True)
        with CaptureQueriesContext(connection) as hidden:
            as_clerk.get("/")
        assert len(hidden) < len(shown) <= len(hidden) + 3

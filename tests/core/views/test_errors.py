"""Error pages: a sentence, an act, and nothing that must not be known."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from arap.core.models import Company, Role, User
from tests.pages import text_of
from tests.people import hire

pytestmark = pytest.mark.django_db


def test_an_address_that_does_not_exist(as_clerk: Client) -> None:
    answer = as_clerk.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is no such page." in text_of(answer)
    assert "Nothing was changed in the book." in text_of(answer)


def test_it_is_the_same_for_strangers_without_a_frame(client: Client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Sign in" in text_of(answer)


def test_a_person_without_any_company_can_only_leave(client: Client, db: None) -> None:
    client.force_login(User.objects.create(username="new"))
    answer = client.get("/")
    assert answer.status_code == 403
    assert "Sign out" in text_of(answer)


def test_a_form_without_its_token_says_what_to_do(clerk: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk)
    answer = strict.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "Go back to it and send it again" in text_of(answer)


def test_the_last_resort_needs_neither_request_nor_database() -> None:
    assert "nothing is half posted" in render_to_string("500.html")


def test_a_refusal_says_whom_to_ask_in_this_company_only(
    as_clerk: Client, company: Company, other_company: Company
) -> None:
    words = text_of(as_clerk.get("/import/"))
    assert "Needs: Controller, Administrator. Nobody in your company has this role." in words
    hire(other_company, "stranger", Role.CONTROLLER)
    leaver = hire(company, "leaver", Role.CONTROLLER)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    for name in ("Chen Jing", "Ada"):
        found = hire(company, name.split()[0].lower(), Role.CONTROLLER)
        User.objects.filter(pk=found.pk).update(full_name=name)
    answer = as_clerk.get("/import/")
    assert answer.status_code == 403
    assert "Needs: Controller, Administrator. In your company: Ada, Chen Jing." in text_of(answer)
    part = as_clerk.get("/import/", headers={"HX-Request": "true"})
    assert "In your company: Ada, Chen Jing." in text_of(part)


def test_many_who_may_are_not_all_named(as_clerk: Client, company: Company) -> None:
    for nth in range(7):
        hire(company, f"boss{nth}", Role.CONTROLLER)
    words = text_of(as_clerk.get("/import/"))
    assert "Boss4, …" in words
    assert "Boss5" not in words

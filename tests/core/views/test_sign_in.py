"""sign_in: in by name or e-mail, errors at the field, a pause after five wrong passwords."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from arap.core.attempts import TRIES_MAX
from arap.core.models import User
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/sign-in/"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@pytest.fixture
def lin(clerk: User) -> User:
    clerk.set_password("right-password")
    clerk.email = "lin@acme.example"
    clerk.save(update_fields=["password", "email"])
    return clerk


def enter(client: Client, name: str, password: str, **more: str) -> Any:
    return client.post(URL, {"username": name, "password": password, **more})


@pytest.mark.parametrize("name", ["clerk", "lin@acme.example", "LIN@acme.example"])
def test_name_and_email_both_sign_in(client: Client, lin: User, name: str) -> None:
    answer = enter(client, name, "right-password")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_it_goes_on_to_the_page_that_was_asked_for(client: Client, lin: User) -> None:
    assert client.get("/customers/")["Location"] == "/sign-in/?next=/customers/"
    assert 'value="/customers/"' in client.get("/sign-in/?next=/customers/").content.decode()
    assert enter(client, "clerk", "right-password", next="/customers/")["Location"] == "/customers/"


def test_it_goes_nowhere_else(client: Client, lin: User) -> None:
    assert enter(client, "clerk", "right-password", next="https://evil.example/")["Location"] == "/"


def test_the_wrong_password_says_how_many_tries_are_left(client: Client, lin: User) -> None:
    answer = enter(client, "clerk", "wrong")
    assert answer.status_code == 422
    assert f"{TRIES_MAX - 1} tries left" in text_of(answer)
    assert 'value="clerk"' in answer.content.decode(), "what was typed stays"


def test_an_unknown_name_reads_exactly_as_a_wrong_password(client: Client, lin: User) -> None:
    known, unknown = text_of(enter(client, "clerk", "wrong")), text_of(enter(client, "nobody", "wrong"))
    assert known == unknown


def test_after_five_wrong_passwords_the_right_one_waits_too(client: Client, lin: User) -> None:
    for _try in range(TRIES_MAX):
        enter(client, "clerk", "wrong")
    answer = enter(client, "clerk", "right-password")
    assert answer.status_code == 422
    assert "Try again in 15 minutes" in text_of(answer)


def test_the_right_password_starts_the_count_afresh(client: Client, lin: User) -> None:
    for _try in range(TRIES_MAX - 1):
        enter(client, "clerk", "wrong")
    enter(client, "clerk", "right-password")
    client.logout()
    assert f"{TRIES_MAX - 1} tries left" in text_of(enter(client, "clerk", "wrong"))


def test_empty_fields_are_named(client: Client, lin: User) -> None:
    answer = enter(client, "", "")
    assert answer.status_code == 422
    assert "Type your user name." in text_of(answer)
    assert "Type your password." in text_of(answer)


def test_an_inactive_person_does_not_get_in(client: Client, lin: User) -> None:
    User.objects.filter(pk=lin.pk).update(is_active=False)
    assert enter(client, "clerk", "right-password").status_code == 422


def test_nothing_is_shown_before_sign_in(client: Client, lin: User) -> None:
    page = client.get(URL).content.decode()
    assert "Acme" not in page
    assert lin.full_name not in page


def test_a_signed_in_person_goes_on(as_clerk: Client) -> None:
    assert as_clerk.get(URL).status_code == 302


def test_other_methods_are_refused(client: Client) -> None:
    assert client.put(URL).status_code == 405

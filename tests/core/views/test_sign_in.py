"""sign_in: in by name or e-mail, errors at the field, a pause after five wrong passwords."""

from datetime import timedelta
from typing import Any

import pytest
from axes.middleware import AxesMiddleware
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from arap.core import attempts
from arap.core.models import AuditEntry, User
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/sign-in/"
OTHER = "203.0.113.9"
TRIES_MAX: int = settings.AXES_FAILURE_LIMIT


@pytest.fixture
def lin(clerk: User) -> User:
    clerk.set_password("right-password")
    clerk.email = "lin@acme.example"
    clerk.save(update_fields=["password", "email"])
    return clerk


def enter(client: Client, name: str, password: str, address: str = "127.0.0.1", **more: str) -> Any:
    return client.post(URL, {"username": name, "password": password, **more}, REMOTE_ADDR=address)


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


def shut_out(client: Client, address: str = "127.0.0.1") -> None:
    for _try in range(TRIES_MAX):
        enter(client, "clerk", "wrong", address)


def test_after_five_wrong_passwords_the_right_one_waits_too(client: Client, lin: User) -> None:
    shut_out(client)
    answer = enter(client, "clerk", "right-password")
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Try again in 15 minutes." in text_of(answer)
    assert client.get("/")["Location"].startswith(URL), "and nobody is in"


def test_the_page_says_how_long_it_still_takes(client: Client, lin: User) -> None:
    shut_out(client)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=9, seconds=30))
    client.cookies["django_language"] = "zh-hans"
    assert "请 6 分钟后再试。" in text_of(enter(client, "clerk", "right-password"))


def test_after_the_pause_the_right_password_is_right(client: Client, lin: User) -> None:
    shut_out(client)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=15, seconds=1))
    assert enter(client, "clerk", "right-password").status_code == 302


def test_whoever_tries_during_the_pause_does_not_make_it_longer(client: Client, lin: User) -> None:
    shut_out(client)
    before = AccessAttempt.objects.get().attempt_time
    enter(client, "clerk", "wrong again")
    assert AccessAttempt.objects.get().attempt_time == before


def test_name_and_email_are_counted_together(client: Client, lin: User) -> None:
    for _try in range(TRIES_MAX - 1):
        enter(client, "clerk", "wrong")
    assert enter(client, "lin@acme.example", "wrong").status_code == 429


def test_another_address_and_another_person_do_not_wait(client: Client, lin: User) -> None:
    shut_out(client, OTHER)
    assert enter(client, "clerk", "right-password", OTHER).status_code == 429
    assert enter(client, "somebody", "wrong", OTHER).status_code == 422
    assert enter(client, "clerk", "right-password").status_code == 302


@pytest.mark.parametrize(("behind_proxy", "status"), [(False, 429), (True, 422)])
def test_a_header_is_no_address_but_from_our_own_proxy(
    client: Client, lin: User, settings: Any, behind_proxy: bool, status: int
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    for number in range(TRIES_MAX):
        answer = client.post(
            URL, {"username": "clerk", "password": "wrong"}, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}"
        )
    assert answer.status_code == status


def test_no_password_is_kept_with_the_count(client: Client, lin: User) -> None:
    client.post(f"{URL}?next=/customers/", {"username": "clerk", "password": "nearly-right", "next": "/x/"})
    kept = AccessAttempt.objects.get()
    assert "nearly-right" not in kept.post_data + kept.get_data


def test_another_door_refuses_in_the_same_words(client: Client, lin: User, rf: RequestFactory) -> None:
    shut_out(client)
    request = rf.post("/elsewhere/")
    request.roles, request.company = frozenset(), None  # type: ignore[attr-defined]
    request.user = AnonymousUser()

    def door(request: HttpRequest) -> HttpResponse:
        assert authenticate(request, username="clerk", password="right-password") is None
        return HttpResponse("come in")

    answer = AxesMiddleware(door)(request)
    assert answer.status_code == 429
    assert "Try again in 15 minutes." in text_of(answer)


def test_an_administrator_ends_a_pause(client: Client, lin: User, administrator: User) -> None:
    shut_out(client)
    assert attempts.end_pause(lin, by=administrator)
    assert not attempts.end_pause(lin, by=administrator)
    assert AuditEntry.objects.get(verb="person.end_pause").actor == administrator
    assert enter(client, "clerk", "right-password").status_code == 302


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

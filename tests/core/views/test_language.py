"""language: kept on the person, or in the cookie of a stranger."""

import pytest
from django.test import Client

from arap.core.models import User
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
URL = "/language/"


def test_a_person_keeps_the_choice(as_clerk: Client, clerk: User) -> None:
    assert as_clerk.post(URL, {"language": "zh-hans", "next": "/customers/"})["Location"] == "/customers/"
    clerk.refresh_from_db()
    assert clerk.language == "zh-hans"
    page = as_clerk.get("/")
    assert '<html lang="zh-Hans"' in page.content.decode()
    assert "今日" in text_of(page)


def test_a_stranger_keeps_it_in_the_browser(client: Client) -> None:
    client.post(URL, {"language": "zh-hans", "next": "/sign-in/"})
    assert "登录" in text_of(client.get("/sign-in/"))


def test_an_unknown_language_is_not_found(as_clerk: Client) -> None:
    assert as_clerk.post(URL, {"language": "tlh"}).status_code == 404


def test_it_does_not_lead_elsewhere(as_clerk: Client) -> None:
    assert as_clerk.post(URL, {"language": "en", "next": "//evil.example"})["Location"] == "/"


def test_get_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="get")

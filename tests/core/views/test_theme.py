"""theme: a class on <html>, kept in the browser; without it the system decides."""

import pytest
from django.test import Client

from tests.pages import check_method

pytestmark = pytest.mark.django_db
URL = "/theme/"


def test_dark_and_back(as_clerk: Client) -> None:
    as_clerk.post(URL, {"theme": "dark", "next": "/"})
    assert 'class="dark"' in as_clerk.get("/").content.decode()
    as_clerk.post(URL, {"theme": "system"})
    assert 'class="dark"' not in as_clerk.get("/").content.decode()


def test_a_made_up_theme_is_the_system(client: Client) -> None:
    client.post(URL, {"theme": '"><script>'})
    assert "<script>" not in client.get("/sign-in/").content.decode()


def test_get_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="get")

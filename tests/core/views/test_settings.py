"""settings: all choices of a person in one place; density: a class on <html>, kept in the browser."""

import pytest
from django.test import Client

from arap.core.models import User
from tests.pages import check_method, parsed, text_of

pytestmark = pytest.mark.django_db
URL, DENSITY = "/settings/", "/density/"


def test_every_choice_has_its_place(as_clerk: Client) -> None:
    answer = as_clerk.get(URL)
    assert {action for _method, action in parsed(answer).forms} >= {"/language/", "/theme/", DENSITY}
    assert "/account/" in parsed(answer).links
    assert "Switch single keys off" in text_of(answer)


def test_dense_and_back(as_clerk: Client) -> None:
    as_clerk.post("/theme/", {"theme": "dark"})
    assert as_clerk.post(DENSITY, {"density": "dense", "next": URL})["Location"] == URL
    assert 'class="dark dense"' in as_clerk.get("/").content.decode()
    as_clerk.post(DENSITY, {"density": "normal"})
    assert 'class="dark"' in as_clerk.get("/").content.decode()


def test_a_made_up_density_is_the_normal_one(as_clerk: Client) -> None:
    as_clerk.post(DENSITY, {"density": '"><script>'})
    assert "<script>" not in as_clerk.get(URL).content.decode().replace("<script src", "")


def test_somebody_without_a_company_has_settings_too(client: Client) -> None:
    client.force_login(User.objects.create(username="alone"))
    assert "Dense" in text_of(client.get(URL))


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"


def test_methods(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
    check_method(as_clerk, DENSITY, wrong="get")

"""The page where a person makes and takes back tokens."""

import re

import pytest
from django.test import Client

from arap.api.models import ApiToken
from arap.core.models import Company, Role, User
from tests.api.program import Program, program
from tests.pages import check_roles, signed_in, text_of

pytestmark = pytest.mark.django_db
URL = "/api/tokens/"
NEW = {"key": "form-1", "name": "Web shop", "days": "90", "scopes": ["invoice.view", "invoice.draft"]}


def test_a_token_is_shown_once_and_works(as_clerk: Client, company: Company) -> None:
    page = as_clerk.post(URL, NEW)
    assert page.status_code == 201
    assert "no-store" in page["Cache-Control"]
    found = re.search(r"arap_[\w-]{43}", page.content.decode())
    assert found is not None
    assert Program(found[0]).get("token/")["scopes"] == ["invoice.draft", "invoice.view", "session.use"]
    later = as_clerk.get(URL)
    assert found[0] not in later.content.decode()
    assert "Web shop" in text_of(later)
    assert "invoice.draft, invoice.view" in text_of(later)


def test_the_same_form_again_makes_no_second_token(as_clerk: Client) -> None:
    as_clerk.post(URL, NEW)
    again = as_clerk.post(URL, NEW, follow=True)
    assert "made already" in text_of(again)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Give the token a name"),
        ({"name": "x" * 101}, "at most 100"),
        ({"scopes": []}, "Tick at least one thing"),
        ({"scopes": ["receipt.confirm"]}, "receipt.confirm"),
        ({"days": "9999"}, "9999"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_made(as_clerk: Client, change: dict[str, object], words: str) -> None:
    page = as_clerk.post(URL, {**NEW, **change})
    assert page.status_code == 422
    assert words in text_of(page)
    assert not ApiToken.objects.exists()


def test_it_is_taken_back(as_clerk: Client, company: Company, clerk: User) -> None:
    api = program(company, clerk)
    token = ApiToken.objects.get()
    done = as_clerk.post(f"{URL}{token.pk}/revoke/", follow=True)
    assert "lets nobody in" in text_of(done)
    assert api.refused("GET", "token/")[0] == 401
    again = as_clerk.post(f"{URL}{token.pk}/revoke/", follow=True)
    assert "taken back already" in text_of(again)


def test_nobody_sees_or_takes_back_anothers(as_clerk: Client, company: Company, controller: User) -> None:
    program(company, controller)
    token = ApiToken.objects.get()
    assert token.prefix not in as_clerk.get(URL).content.decode()
    assert as_clerk.post(f"{URL}{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_only_what_the_role_allows_is_offered(company: Company) -> None:
    page = signed_in(company, Role.AUDITOR).get(URL).content.decode()
    assert 'value="invoice.view"' in page
    assert 'value="invoice.draft"' not in page
    assert "You have no token yet" in page


def test_who_may(as_clerk: Client, company: Company) -> None:
    check_roles(company, "token.use", URL)
    assert as_clerk.get(f"{URL}1/revoke/").status_code == 405

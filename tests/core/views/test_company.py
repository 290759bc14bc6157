"""company: only among one's own."""

import pytest
from django.test import Client

from arap.core.actions.people import grant_role
from arap.core.models import Company, Role, User
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
URL = "/company/"


def test_changing_company_changes_every_page(as_clerk: Client, clerk: User, other_company: Company) -> None:
    grant_role(other_company, clerk, Role.AUDITOR, by=None)
    assert "Other Inc." in text_of(as_clerk.get("/")), "the menu offers it"
    assert as_clerk.post(URL, {"company": other_company.pk})["Location"] == "/"
    page = text_of(as_clerk.get("/"))
    assert page.startswith("Today · other")
    assert "New receipt" not in page, "an auditor there records nothing"
    clerk.refresh_from_db()
    assert clerk.last_company == other_company


def test_somebody_elses_company_is_not_found(as_clerk: Client, other_company: Company) -> None:
    assert as_clerk.post(URL, {"company": other_company.pk}).status_code == 404


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.post(URL, {"company": 1}).status_code == 302


def test_get_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="get")

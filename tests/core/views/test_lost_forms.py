"""A form that comes after the session ended, with an old token, or from another company's page: where it leads."""

import pytest
from django.test import Client

from arap.core.actions import grant_role
from arap.core.models import Company, Role, User
from receipts.models import Receipt
from tests.pages import parsed, text_of

pytestmark = pytest.mark.django_db
PAGE = "http://testserver/receipts/new/?customer=C-1"
SENT = {"amount": "5", "currency": "CNY"}


def test_the_page_of_the_form_comes_after_signing_in(client: Client, company: Company) -> None:
    answer = client.post("/receipts/new/", SENT, headers={"Referer": PAGE})
    assert answer["Location"] == "/sign-in/?next=/receipts/new/%3Fcustomer%3DC-1&lost=1"
    assert "comes back when you have signed in" in text_of(client.get(answer["Location"]))


@pytest.mark.parametrize("before", ["", "http://elsewhere.example/receipts/new/", "nonsense", "//elsewhere.example/x"])
def test_a_strange_page_before_is_today(client: Client, company: Company, before: str) -> None:
    answer = client.post("/receipts/new/", SENT, headers={"Referer": before} if before else {})
    assert answer["Location"] == "/sign-in/?next=/&lost=1"


def test_a_page_that_was_only_asked_for_lost_nothing(client: Client, company: Company) -> None:
    assert client.get("/receipts/new/")["Location"] == "/sign-in/?next=/receipts/new/"


def test_a_part_of_a_page_leads_to_the_whole_page(client: Client, company: Company) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": PAGE}
    answer = client.post("/invoices/effect/", headers=headers)
    assert answer["HX-Redirect"].endswith("&lost=1")
    assert "customer%3DC-1" in answer["HX-Redirect"]


def test_an_old_token_leads_back_to_the_form(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    answer = client.post("/receipts/new/", SENT, headers={"Referer": PAGE})
    assert answer.status_code == 403
    assert "/receipts/new/?customer=C-1" in parsed(answer).links
    assert "Nothing was recorded." in text_of(answer)


def test_a_form_counts_for_the_company_it_was_made_for(
    as_clerk: Client, clerk: User, company: Company, other_company: Company
) -> None:
    grant_role(other_company, clerk, Role.CLERK, by=None)
    as_clerk.get("/")
    as_clerk.post("/company/", {"company": other_company.pk})
    answer = as_clerk.post("/receipts/new/", {**SENT, "_company": company.pk}, headers={"Referer": PAGE})
    assert answer.status_code == 409
    assert "you work in other now" in text_of(answer)
    assert "/receipts/new/?customer=C-1" in parsed(answer).links
    assert not Receipt.objects.exists()
    as_clerk.post("/company/", {"company": company.pk})
    assert as_clerk.post("/receipts/new/", {**SENT, "_company": company.pk}).status_code != 409


@pytest.mark.parametrize("made_for", ["", "x", "\x00", "-1"])
def test_made_up_companies_record_nothing(as_clerk: Client, made_for: str) -> None:
    status = as_clerk.post("/receipts/new/", {**SENT, "_company": made_for}).status_code
    assert status == (409 if made_for else 422)

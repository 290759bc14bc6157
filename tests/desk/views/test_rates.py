"""rates: exchange rates from a file; a faulty row names itself and nothing is set."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, ExchangeRate, User
from tests.desk.views.test_import import act, figures
from tests.desk.views.uploads import EXE, GOOD, bring, brought
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/rates/"
RATES = "currency,date,rate\nUSD,2026-01-01,7.1\nUSD,2026-02-01,7.2\nEUR,2026-01-01,7.9\n"


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may set rates."""
    client.force_login(controller)
    return client


def test_rates_are_set_and_shown(as_controller: Client, controller: User, company: Company) -> None:
    assert "No rates yet" in text_of(as_controller.get(URL))
    answer = as_controller.get(bring(as_controller, RATES, url=URL)["Location"])
    words = text_of(answer)
    assert "3 rates read, 3 of them new or different." in words
    assert "7.2" in words
    assert ExchangeRate.objects.get(company=company, currency="USD", valid_from="2026-01-01").rate == Decimal("7.1")
    assert AuditEntry.objects.get(verb="rate.set").actor == controller


def test_again_nothing_is_new(as_controller: Client) -> None:
    bring(as_controller, RATES, url=URL)
    answer = as_controller.get(bring(as_controller, RATES, url=URL)["Location"])
    assert "3 rates read, 0 of them new or different." in text_of(answer)
    assert AuditEntry.objects.filter(verb="rate.set").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (RATES + "USD,2026-03-01,-1\n", "Row 5 of the rates"),
        (RATES + "CNY,2026-03-01,2\n", "gives a rate for CNY, the base currency"),
        (RATES + "USD,2026-01-01,8\n", "two rates for USD"),
        (EXE, "The file is not text"),
        ("a,b\n1,2\n", "does not suit"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(as_controller: Client, content: str, sentence: str) -> None:
    answer = bring(as_controller, content, url=URL)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert ExchangeRate.objects.count() == 0


def test_a_rate_is_typed(as_controller: Client, controller: User) -> None:
    answer = as_controller.post(URL, {"currency": "USD", "valid_from": "2026-03-01", "rate": "7.15"}, follow=True)
    assert "The rate is recorded." in text_of(answer)
    rate = ExchangeRate.objects.get()
    assert (rate.currency, str(rate.valid_from), rate.rate) == ("USD", "2026-03-01", Decimal("7.15"))
    assert AuditEntry.objects.get(verb="rate.set").actor == controller


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": "-1"}, "rate"),
        ({"rate": ""}, "rate"),
        ({"valid_from": "x"}, "valid_from"),
        ({"currency": "CNY"}, "currency"),
    ],
)
def test_a_wrong_rate_is_refused_beside_the_field(as_controller: Client, change: dict[str, str], field: str) -> None:
    answer = as_controller.post(URL, {"currency": "USD", "valid_from": "2026-03-01", "rate": "7.15", **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert ExchangeRate.objects.count() == 0


def test_what_an_import_lacks_is_named_and_the_way_back_is_there(as_controller: Client) -> None:
    received = brought(as_controller, GOOD + "C,Gamma,invoice,9,2024-03-05,,7.00,USD\n")
    act(as_controller, received, "try")
    page = as_controller.get(f"{URL}?import={received.pk}")
    words = text_of(page)
    for expected in ("items.csv needs rates", "2024-03-05", "Do the dry run again"):
        assert expected in words
    assert page.context["form"].initial["currency"] == "USD"
    posted = {"currency": "USD", "valid_from": "2024-03-05", "rate": "7.1"}
    assert as_controller.post(f"{URL}?import={received.pk}", posted)["Location"] == f"{URL}?import={received.pk}"
    assert not figures(act(as_controller, received, "try"))["lacking"]
    assert "needs rates" not in text_of(as_controller.get(f"{URL}?import={received.pk}"))
    assert as_controller.get(f"{URL}?import=999999").status_code == 200

"""rates: exchange rates from a file; a faulty row names itself and nothing is set."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, ExchangeRate, User
from tests.desk.views.uploads import EXE, bring
from tests.pages import check_roles, text_of

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


def test_roles(company: Company) -> None:
    check_roles(company, "admin.rates", URL)

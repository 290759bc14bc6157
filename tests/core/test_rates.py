"""Exchange rates: the last one not after the day holds."""

from datetime import date
from decimal import Decimal

import pytest

from arap.core.actions import NewRate, set_rates
from arap.core.errors import Invalid, MissingRate
from arap.core.models import AuditEntry, Company, ExchangeRate, User
from arap.core.queries import rate_histories, rate_on
from arap.core.rates import rate_from


def usd(on: str, rate: str) -> NewRate:
    return NewRate(currency="USD", valid_from=date.fromisoformat(on), rate=Decimal(rate))


@pytest.fixture
def rates(company: Company, controller: User) -> None:
    set_rates(company, [usd("2026-01-01", "7.10"), usd("2026-02-01", "7.20")], source="test", by=controller)


@pytest.mark.parametrize(
    "on, expected", [("2026-01-01", "7.10"), ("2026-01-31", "7.10"), ("2026-02-01", "7.20"), ("2030-01-01", "7.20")]
)
def test_the_last_rate_not_after_the_day_holds(rates: None, company: Company, on: str, expected: str) -> None:
    day = date.fromisoformat(on)
    assert rate_on(company, "USD", day) == Decimal(expected)
    assert rate_from(rate_histories(company)["USD"], day) == Decimal(expected)


def test_before_the_first_rate_there_is_none(rates: None, company: Company) -> None:
    with pytest.raises(MissingRate, match="USD on 2025-12-31"):
        rate_on(company, "USD", date(2025, 12, 31))
    assert rate_from(rate_histories(company)["USD"], date(2025, 12, 31)) is None


def test_the_base_currency_is_one(company: Company) -> None:
    assert rate_on(company, "CNY", date(2026, 1, 1)) == 1


def test_another_companys_rate_does_not_count(rates: None, other_company: Company) -> None:
    with pytest.raises(MissingRate):
        rate_on(other_company, "EUR", date(2026, 1, 1))


def test_a_rate_of_the_same_day_is_replaced_and_noted(rates: None, company: Company, controller: User) -> None:
    assert set_rates(company, [usd("2026-02-01", "7.25")], source="bank", by=controller) == 1
    assert rate_on(company, "USD", date(2026, 2, 1)) == Decimal("7.25")
    assert ExchangeRate.objects.filter(company=company).count() == 2
    entry = AuditEntry.objects.filter(verb="rate.set", company=company).first()
    assert entry is not None
    assert entry.actor == controller
    assert entry.after == {"rates": 1, "source": "bank"}


@pytest.mark.parametrize(
    "wrong",
    [
        [NewRate(currency="XXX", valid_from=date(2026, 1, 1), rate=Decimal(1))],
        [NewRate(currency="CNY", valid_from=date(2026, 1, 1), rate=Decimal(1))],
        [usd("2026-01-01", "0")],
        [usd("2026-01-01", "-7")],
        [usd("2026-01-01", "7"), usd("2026-01-01", "8")],
    ],
    ids=["unknown currency", "base currency", "zero", "negative", "two for one day"],
)
def test_a_wrong_rate_is_refused_and_nothing_is_set(company: Company, controller: User, wrong: list[NewRate]) -> None:
    with pytest.raises(Invalid):
        set_rates(company, wrong, source="test", by=controller)
    assert not ExchangeRate.objects.filter(company=company).exists()

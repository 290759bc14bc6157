"""The fixed people of the tests: four of one company, and an outsider who works for another."""

import pytest
from django.test import Client

from arap.core.actions.companies import create_company
from arap.core.actions.people import grant_role
from arap.core.actions.periods import open_periods
from arap.core.models import Company, Role, User
from arap.ledger.chart import ensure_chart

YEARS = range(2023, 2028)


@pytest.fixture
def writable(request: pytest.FixtureRequest) -> None:
    """The database of this test, whichever kind it asked for: `committed_db`, or else `db`."""
    request.getfixturevalue("committed_db" if "committed_db" in request.fixturenames else "db")


def found_company(code: str, name: str, base_currency: str = "CNY") -> Company:
    """A company with its chart and open periods from 2023 to 2027."""
    company = create_company(code=code, name=name, base_currency=base_currency, by=None)
    for year in YEARS:
        open_periods(company, year, by=None)
    ensure_chart(company)
    return company


def hire(company: Company, username: str, role: Role) -> User:
    """A user who holds `role` in `company` and can be signed in with `client.force_login`."""
    user = User.objects.create(username=username, full_name=username.title(), last_company=company)
    grant_role(company, user, role, by=None)
    return user


@pytest.fixture
def company(writable: None) -> Company:
    """The company everybody but the outsider works for. Base currency CNY."""
    return found_company("acme", "Acme Trading")


@pytest.fixture
def other_company(writable: None) -> Company:
    """The outsider's company. Base currency USD."""
    return found_company("other", "Other Inc.", "USD")


@pytest.fixture
def clerk(company: Company) -> User:
    """Records and applies."""
    return hire(company, "clerk", Role.CLERK)


@pytest.fixture
def collector(company: Company) -> User:
    """Talks to customers."""
    return hire(company, "collector", Role.COLLECTOR)


@pytest.fixture
def controller(company: Company) -> User:
    """Approves and closes."""
    return hire(company, "controller", Role.CONTROLLER)


@pytest.fixture
def auditor(company: Company) -> User:
    """Reads everything, changes nothing."""
    return hire(company, "auditor", Role.AUDITOR)


@pytest.fixture
def administrator(company: Company) -> User:
    """Sets things up."""
    return hire(company, "administrator", Role.ADMINISTRATOR)


@pytest.fixture
def outsider(other_company: Company) -> User:
    """A clerk of another company."""
    return hire(other_company, "outsider", Role.CLERK)


@pytest.fixture
def as_clerk(client: Client, clerk: User) -> Client:
    """A browser in which the clerk is signed in."""
    client.force_login(clerk)
    return client

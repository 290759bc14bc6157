"""People who keep books, and the proof that ends every test which asks for one."""

from collections.abc import Iterator

import pytest

from arap.core.models import Company, User
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.proofs import prove


@pytest.fixture
def book(company: Company, clerk: User) -> Iterator[Bookkeeper]:
    """The clerk of the company. When the test ends, every invariant holds and every report ties on every day."""
    yield Bookkeeper(company=company, by=clerk)
    prove(company)


@pytest.fixture
def alpha(company: Company) -> int:
    """A customer of the company."""
    return customers(company, "ALPHA")[0]

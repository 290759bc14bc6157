"""Worked cases end as every test of the book does: with all invariants, and reports that tie on every day."""

from collections.abc import Callable, Iterator

import pytest

from arap.core.models import User
from tests.ledger.book import Bookkeeper
from tests.ledger.proofs import prove
from tests.people import found_company
from tests.worked.script import Script


@pytest.fixture
def play(writable: None) -> Iterator[Callable[..., None]]:
    """Runs a worked case in a company of its own; `base_currency` is CNY unless said otherwise."""
    played: list[Script] = []

    def run(text: str, base_currency: str = "CNY") -> None:
        company = found_company(f"worked{len(played)}", "Worked Examples", base_currency)
        script = Script(Bookkeeper(company=company, by=User.objects.create(username=f"worker{len(played)}")))
        played.append(script)
        script.run(text)

    yield run
    for script in played:
        prove(script.book.company)

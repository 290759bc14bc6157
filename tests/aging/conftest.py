"""A world for the tests of the reports, made once."""

from collections.abc import Iterator
from typing import Any

import pytest

from arap.core.models import Role
from tests.aging.world import World, build
from tests.ledger.proofs import assert_holds
from tests.ledger.scene import module_database
from tests.people import found_company, hire


@pytest.fixture(scope="module")
def world(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """A random book, committed; it is only read."""
    with module_database(template, django_db_blocker):
        company = found_company("world", "The World")
        made = build(company, hire(company, "clerk", Role.CLERK), seed=20260131, acts=160)
        yield made
        assert_holds(company)

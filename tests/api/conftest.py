"""Programs of several people, and a small story in the book."""

import pytest

from arap.core.models import Company, User
from tests.api.program import Program, program
from tests.stories import Story, tell


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Two customers with invoices and receipts."""
    return tell(company, clerk)


@pytest.fixture
def api(company: Company, clerk: User) -> Program:
    """A program of the clerk's that may do all that a clerk may."""
    return program(company, clerk)


@pytest.fixture
def controls(company: Company, controller: User) -> Program:
    """A program of the controller's."""
    return program(company, controller)

"""The story the pages are tested with."""

import pytest

from arap.core.models import Company, User
from tests.stories import Story, tell


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Haichen and Qiming owe, one receipt waits, one payer is unknown."""
    return tell(company, clerk)

"""The story of tests/stories.py, told."""

import pytest

from arap.core.models import Company, User
from tests.stories import Story, tell


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)

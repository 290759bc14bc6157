"""The small story, and somebody at Haichen who receives statements."""

import pytest

from arap.core.models import Company, User
from customers.models import Contact
from tests.stories import Story, tell


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Haichen has an address for statements, Qiming has none."""
    told = tell(company, clerk)
    Contact.objects.create(
        company=company, customer=told.haichen, name="王敏", email="ap@haichen.example", language="zh-hans",
        receives=["statement"],
    )  # fmt: skip
    return told

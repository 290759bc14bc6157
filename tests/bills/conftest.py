"""The story the pages are tested with, and programs of several people."""

import pytest
from django.test import Client

from arap.core.models import Company, User
from tests.api.program import Program, program
from tests.stories import Story, tell


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Haichen and Qiming owe, one receipt waits, one payer is unknown."""
    return tell(company, clerk)


@pytest.fixture
def as_controller(controller: User) -> Client:
    """A browser of the controller's."""
    client = Client()
    client.force_login(controller)
    return client


@pytest.fixture
def api(company: Company, clerk: User) -> Program:
    """A program of the clerk's that may do all that a clerk may."""
    return program(company, clerk)


@pytest.fixture
def controls(company: Company, controller: User) -> Program:
    """A program of the controller's."""
    return program(company, controller)

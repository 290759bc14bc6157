"""A program asks for a fresh practice company."""

import pytest

from arap.core.models import Job
from tests.api.program import Program

pytestmark = pytest.mark.django_db


def test_the_job_is_told_and_the_same_key_makes_no_second(api: Program) -> None:
    first = api.post("practice/", {}, key="one")
    assert (first["kind"], first["state"]) == ("practice", "queued")
    assert api.post("practice/", {}, key="one") == first
    assert Job.objects.filter(kind="practice").count() == 1

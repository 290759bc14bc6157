"""The documentation in the house's own pages, and the schema."""

import pytest
from django.test import Client

from arap.api.docs import rooms
from arap.api.v1 import OPERATIONS
from arap.core.models import Company, User
from tests.pages import check_roles, text_of

pytestmark = pytest.mark.django_db
SIZE_MAX = 150_000


def test_every_operation_is_explained(as_clerk: Client) -> None:
    front = as_clerk.get("/api/docs/")
    words = text_of(front)
    assert "Idempotency-Key" in words
    for operation in OPERATIONS:
        assert f"{operation.method} /api/v1/{operation.path}" in words
    assert len(front.content) < SIZE_MAX
    for room, operations in rooms().items():
        page = as_clerk.get(f"/api/docs/{room}/")
        assert len(page.content) < SIZE_MAX, room
        for operation in operations:
            assert str(operation.summary) in text_of(page)
            for field in operation.body.fields if operation.body else ():
                assert field in text_of(page)
    assert as_clerk.get("/api/docs/nothing/").status_code == 404


def test_in_chinese(as_clerk: Client, clerk: User) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert "起草发票" in text_of(as_clerk.get("/api/docs/"))


def test_who_may(company: Company) -> None:
    check_roles(company, "token.use", "/api/docs/")


def test_the_schema_is_for_everybody_and_says_nothing_of_anybody(client: Client, company: Company) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"] == "3.0.3"
    assert len(told["paths"]) == len({operation.path for operation in OPERATIONS})
    assert "acme" not in answer.content.decode().lower()
    assert client.post("/api/schema/").status_code == 405

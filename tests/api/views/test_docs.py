"""The documentation in the house's own pages, and the schema."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from arap.core.models import Company, User
from tests.api.program import OPERATIONS
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_page_names_the_schema_and_loads_nothing_from_elsewhere(as_clerk: Client) -> None:
    page = as_clerk.get("/api/docs/")
    assert "Idempotency-Key" in text_of(page)
    content = page.content.decode()
    assert 'data-schema="/api/schema/"' in content
    loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', content)
    assert any("swagger-ui-bundle.js" in each for each in loaded)
    for each in loaded:
        assert each.startswith("/static/"), each
        assert finders.find(each.removeprefix("/static/")), each


def test_every_operation_is_explained() -> None:
    for operation in OPERATIONS:
        told = operation.told
        assert told["summary"], operation.name
        assert operation.verb in told["description"]
        good, *errors = told["responses"]
        assert good.startswith("2")
        assert {"400", "401", "403", "404", "409", "422", "429", "503"} <= set(errors)
        for status in errors:
            example = told["responses"][status]["content"]["application/json"]["example"]
            assert set(example) == {"code", "message", "errors"}


def test_in_chinese(as_clerk: Client, clerk: User) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert "令牌" in text_of(as_clerk.get("/api/docs/"))
    told = as_clerk.get("/api/schema/").json()
    assert told["paths"]["/api/v1/invoices/"]["get"]["summary"].startswith("发票")


def test_the_schema_is_for_everybody_and_says_nothing_of_anybody(client: Client, company: Company) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"] == "3.0.3"
    assert len(told["paths"]) == len({operation.path for operation in OPERATIONS})
    assert "acme" not in answer.content.decode().lower()
    assert client.post("/api/schema/").status_code == 405

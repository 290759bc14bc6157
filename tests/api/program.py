"""A program that uses the API as one outside would; every answer it gets is held against the published schema."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import jsonschema  # type: ignore[import-untyped]
from django.test import Client
from django.utils import timezone, translation
from drf_spectacular.generators import SchemaGenerator

from arap.api.actions import issue_token
from arap.api.forms import offered
from arap.api.models import ApiToken
from arap.core.models import Company, User
from arap.core.permissions import roles_of

FORMATS = jsonschema.FormatChecker(formats=["date"])


@FORMATS.checks("date-time", ValueError)  # type: ignore[untyped-decorator]
def is_instant(value: object) -> bool:
    """A moment with its offset, as RFC 3339 has it."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(slots=True)
class Program:
    """`call` sends JSON with the token, and with a key of its own where a write wants one and none is given."""

    secret: str
    language: str = "en"
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        given = {"Authorization": f"Bearer {self.secret}", "Accept-Language": self.language}
        if method == "POST" or key:
            given["Idempotency-Key"] = key or uuid4().hex
        data = None if body is None else json.dumps(body)
        answer = self.client.generic(
            method,
            f"/api/v1/{path}",
            data or "",
            content_type="application/json",
            headers={**given, **(headers or {})},
        )
        check(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """The answer's JSON; it must be 200."""
        answer = self.call("GET", path, **options)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
        """The answer's JSON; it must have that status."""
        answer = self.call("POST", path, body, **options)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str, list[str]]:
        """Status, code and the fields that are named, of an answer that must say what was wrong."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code >= 400, answer.content.decode()
        said = answer.json()
        return answer.status_code, said["code"], [one["field"] for one in said["errors"]]


def program(company: Company, user: User, *scopes: str, pace: int = 1_000_000) -> Program:
    """A program of `user` that may do `scopes`; all that the role allows where none are named."""
    wanted = scopes or tuple(offered(roles_of(user, company)))
    new = issue_token(company, user, name="test", scopes=wanted, days=1, at=timezone.now())
    ApiToken.objects.filter(pk=new.token.pk).update(requests_per_minute=pace)
    return Program(new.secret)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address, as the schema tells of it. `path` stands below /api/v1/."""

    name: str
    method: str
    path: str
    verb: str
    told: dict[str, Any] = field(compare=False, repr=False)

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]


@cache
def published() -> dict[str, Any]:
    """The schema in English."""
    with translation.override("en"):
        told: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return told


@cache
def _components() -> Any:
    return _as_json_schema(published()["components"])


def _operations() -> list[Operation]:
    return [
        Operation(told["operationId"], method.upper(), path.removeprefix("/api/v1/"), told["x-scope"], told)
        for path, methods in published()["paths"].items()
        for method, told in methods.items()
    ]


OPERATIONS = _operations()


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says "nullable" where JSON Schema lists null among the types."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    told = {name: _as_json_schema(one) for name, one in part.items() if name != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if part.get("nullable") is True else told


def operation_at(method: str, path: str) -> Operation | None:
    """The operation that answers there."""
    plain = path.partition("?")[0].rstrip("/") + "/"
    for operation in OPERATIONS:
        pattern = re.sub(r"{\w+}", "[0-9]{1,18}", operation.path)
        if operation.method == method and re.fullmatch(pattern, plain):
            return operation
    return None


def check(method: str, path: str, answer: Any) -> None:
    """The answer is one that the schema promises."""
    operation = operation_at(method, path)
    if operation is None:
        assert answer.status_code in (401, 403, 404, 405, 413, 429), answer.content.decode()
        return
    told = operation.told["responses"]
    status = str(answer.status_code)
    assert status in told, f"{method} {path}: {status} is not in the schema: {answer.content.decode()}"
    content = told[status].get("content", {})
    if "application/json" in content:
        assert answer["Content-Type"] == "application/json"
        schema = {**_as_json_schema(content["application/json"]["schema"]), "components": _components()}
        jsonschema.validate(answer.json(), schema, format_checker=FORMATS)
    elif content:
        assert answer["Content-Type"] in content

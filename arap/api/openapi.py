"""The schema of the API in OpenAPI 3.0, made from the declarations that the API itself works by."""

import re
from typing import Any

from django.utils.translation import gettext as _

from arap.api.endpoint import KEY_HEADER, KEY_LENGTH_MAX
from arap.api.errors import ERROR
from arap.api.operations import Operation
from arap.api.records import Many, Record
from arap.api.shapes import ID_MAX, REQUIRED, Shape
from arap.api.v1 import OPERATIONS

PREFIX = "/api/v1/"
VERSION = "1"


def schema(server: str) -> dict[str, Any]:
    """The whole schema; words in the language in use."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"{PREFIX}{operation.path}", {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.0.3",
        "info": {"title": "arap", "version": VERSION, "description": _("The receivables ledger, for programs.")},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "tags": [{"name": room} for room in dict.fromkeys(operation.room for operation in OPERATIONS)],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _components(),
        },
    }


def _components() -> dict[str, Any]:
    found: dict[str, Record] = {}
    for operation in OPERATIONS:
        for shape in (operation.body, operation.answer, ERROR):
            if shape is not None:
                _gather(shape, found)
    return {name: found[name].component() for name in sorted(found)}


def _gather(shape: Shape, found: dict[str, Record]) -> None:
    if isinstance(shape, Many):
        _gather(shape.each, found)
    elif isinstance(shape, Record):
        known = found.setdefault(shape.name, shape)
        assert known.fields.keys() == shape.fields.keys(), f"two shapes are called {shape.name}"
        for field in shape.fields.values():
            _gather(field, found)


def _operation(operation: Operation) -> dict[str, Any]:
    about = str(operation.about)
    right = _("Needs the scope %(verb)s.") % {"verb": operation.verb}
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.room],
        "summary": str(operation.summary),
        "description": f"{about} {right}".strip(),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        told["requestBody"] = {
            "required": not operation.may_be_empty,
            "content": {"application/json": {"schema": _body(operation)}},
        }
    return told


def _body(operation: Operation) -> dict[str, Any]:
    assert operation.body is not None, "asked only where there is one"
    if operation.method != "PATCH":
        return operation.body.schema()
    # Everything may be left out, and what is left out stays as it is.
    whole = operation.body.component()
    whole.pop("required", None)
    for field in whole["properties"].values():
        field.pop("default", None)
    return whole


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": min(ID_MAX, 10**18 - 1)},
        }
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    for name, shape in (operation.query.fields if operation.query else {}).items():
        one = shape.schema()
        about = one.pop("description", "")
        found.append({"name": name, "in": "query", "required": shape.default is REQUIRED, "schema": one})
        if about:
            found[-1]["description"] = about
    if operation.matches:
        told = _("The ETag of the state that you have seen.")
        found.append(
            {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}, "description": told}
        )
    if operation.writes:
        told = _("A key of your own. The same key again gives the first answer again; with another request it is 409.")
        text = {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX, "pattern": "^[!-~]+$"}
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": operation.method == "POST",
                "schema": text,
                "description": told,
            }
        )
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    good: dict[str, Any] = {"description": _("Done.")}
    if operation.is_paper:
        good["content"] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
    elif operation.answer is not None:
        good["content"] = {"application/json": {"schema": operation.answer.schema()}}
    headers: dict[str, Any] = {}
    if operation.status == 201:
        headers["Location"] = {"schema": {"type": "string"}}
    if operation.writes:
        headers["Idempotent-Replayed"] = {"schema": {"type": "string", "enum": ["true"]}}
    if headers:
        good["headers"] = headers
    statuses = ["400", "401", "403", "404", "409", "422", "429", "503"]
    if operation.writes:
        statuses += ["413", "415"]
    if operation.matches:
        statuses += ["412", "428"]
    error = {"content": {"application/json": {"schema": ERROR.kind()}}}
    told = {status: {"description": _meaning(status), **error} for status in sorted(statuses)}
    return {str(operation.status): good, **told, "default": {"description": _("Anything else."), **error}}


def _meaning(status: str) -> str:
    return {
        "400": _("The request cannot be read."),
        "401": _("No token, or one that does not count any more."),
        "403": _("The token or the role does not allow this."),
        "404": _("There is no such record in this company."),
        "409": _("The state of things is against it, or the key was used for another request."),
        "412": _("It was changed meanwhile."),
        "413": _("The request is too large."),
        "415": _("The request is not JSON."),
        "422": _("The input is not right; each field is named."),
        "428": _("If-Match is missing."),
        "429": _("Too many requests in this minute."),
        "503": _("Somebody else is changing the same; try again."),
    }[status]

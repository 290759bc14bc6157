"""What the schema tells beyond what drf-spectacular finds: what our decorators declare, and what can go wrong."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema as BaseSchema
from drf_spectacular.plumbing import force_instance
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.serializers import ListSerializer

from arap.api import etags, idempotency
from arap.api.fields import CharField, DecimalField
from arap.api.serializers import ErrorSerializer, StrictSerializer

ID = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 10**18 - 1}


class AutoSchema(BaseSchema):
    @property
    def handler(self) -> Any:
        return getattr(self.view, self.method.lower())

    def get_operation(self, *arguments: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*arguments)
        if operation is None:
            return None
        right = _("Needs the scope %(verb)s.") % {"verb": self.handler.required_verb}
        operation["description"] = f"{operation.get('description', '')} {right}".strip()
        operation["x-scope"] = self.handler.required_verb
        good, answer = next(iter(operation["responses"].items()))
        answer["description"] = _("Done.")
        headers: dict[str, Any] = {}
        if good == "201":
            headers["Location"] = {"schema": {"type": "string"}}
        if self._writes:
            headers["Idempotent-Replayed"] = {"schema": {"type": "string", "enum": ["true"]}}
        if headers:
            answer["headers"] = headers
        operation["responses"].update(self._errors())
        return operation

    # Docstrings are for developers; neither operations nor components are told of by them.

    def get_description(self) -> str:  # type: ignore[override]
        return ""

    def get_request_serializer(self) -> Any:
        return getattr(self.handler, "body_serializer", None)

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = [OpenApiParameter("id", ID, OpenApiParameter.PATH)] if "{id}" in self.path else []
        if hasattr(self.handler, "query_serializer"):
            found.append(self.handler.query_serializer)
        if hasattr(self.handler, "is_matched"):
            told = _("The ETag of the state that you have seen.")
            found.append(OpenApiParameter(etags.HEADER, str, OpenApiParameter.HEADER, required=True, description=told))
        if self._writes:
            key = {"type": "string", "minLength": 1, "maxLength": idempotency.KEY_LENGTH_MAX, "pattern": "^[!-~]+$"}
            told = _(
                "A key of your own. The same key again gives the first answer again; with another request it is 409."
            )
            is_post = self.method == "POST"
            found.append(
                OpenApiParameter(idempotency.HEADER, key, OpenApiParameter.HEADER, required=is_post, description=told)
            )
        return found

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        schema.pop("description", None)
        if isinstance(force_instance(serializer), StrictSerializer):  # type: ignore[no-untyped-call]
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, ListSerializer):
            limits = {"minItems": getattr(field, "min_length", None), "maxItems": getattr(field, "max_length", None)}
            schema |= {name: limit for name, limit in limits.items() if limit is not None}
        schema.pop("x-spec-enum-id", None)  # only for those who make components of choices
        return schema

    @property
    def _writes(self) -> bool:
        return hasattr(self.handler, "is_write")

    def _errors(self) -> dict[str, Any]:
        shape = self.resolve_serializer(ErrorSerializer, "response").ref
        told = errors()
        if self._writes:
            told |= write_errors()
        if hasattr(self.handler, "is_matched"):
            told |= match_errors()
        return {
            status: {
                "description": meaning,
                "content": {"application/json": {"schema": shape, "example": example}},
            }
            for status, (meaning, example) in sorted(told.items())
        }


class DecimalExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A number that is sent as text."""

    target_class = DecimalField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.target.pattern}$", "example": "1234.50"}


class CharExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text that is sent: not empty unless it may be."""

    target_class = CharField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return schema if self.target.allow_blank else {**schema, "minLength": 1}


def errors() -> dict[str, tuple[str, dict[str, Any]]]:
    """Status -> what it means, and an answer such as it brings; in the language in use."""
    wrong = _("Write the number as text with a point, such as “1234.50”.")
    return {
        "400": (_("The request cannot be read."), _example("bad_json", _("The request is not JSON in UTF-8."))),
        "401": (
            _("No token, or one that does not count any more."),
            _example("unauthenticated", _("This token is unknown, has expired or was taken back.")),
        ),
        "403": (
            _("The token or the role does not allow this."),
            _example("forbidden", _("This token may not do that, or your role does not allow it.")),
        ),
        "404": (
            _("There is no such record in this company."),
            _example("not_found", _("There is no such record.")),
        ),
        "409": (
            _("The state of things is against it, or the key was used for another request."),
            _example("idempotency_conflict", _("This key was used for another request already.")),
        ),
        "422": (
            _("The input is not right; each field is named."),
            _example("invalid", _("The input is not right."), ("lines.0.unit_price", 3, wrong)),
        ),
        "429": (
            _("Too many requests in this minute."),
            _example(
                "too_many_requests", _("Too many requests: this token may send %(limit)s a minute.") % {"limit": 600}
            ),
        ),
        "503": (
            _("Somebody else is changing the same; try again."),
            _example("busy", _("Somebody else is changing the same. Try again.")),
        ),
        "default": (
            _("Anything else."),
            _example("server_error", _("Something went wrong on our side; it was noted.")),
        ),
    }


def write_errors() -> dict[str, tuple[str, dict[str, Any]]]:
    """Those that only writes bring."""
    return {
        "413": (_("The request is too large."), _example("too_large", _("The request is too large."))),
        "415": (
            _("The request is not JSON."),
            _example("unsupported_media_type", str(UnsupportedMediaType("text/plain").detail)),
        ),
    }


def match_errors() -> dict[str, tuple[str, dict[str, Any]]]:
    """Those of writes that name the state that was seen."""
    changed = _("This was changed meanwhile. Read it again, and change what you find then.")
    missing = _("Say which state you have seen: send If-Match with the ETag of what you have read.")
    return {
        "412": (_("It was changed meanwhile."), _example("changed_meanwhile", changed)),
        "428": (_("If-Match is missing."), _example("if_match_missing", missing)),
    }


def _example(code: str, message: str, *fields: tuple[str, int | None, str]) -> dict[str, Any]:
    errors = [{"field": field, "row": row, "message": told} for field, row, told in fields]
    return {"code": code, "message": message, "errors": errors}

"""What goes wrong, in one shape: {code, message, errors: [{field, row, message}]}, in the caller's language."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import views
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings

from arap.core.errors import DomainError
from arap.ledger.refusals import RETRYABLE, sqlstate

logger = logging.getLogger(__name__)

OUT_OF_RANGE = "22003"
TIMED_OUT = "57014"
BUSY_SECONDS = 2
ERRORS_SHOWN = 200


class ApiError(APIException):
    """An answer other than the one that was asked for. `wait` are the seconds after which it may be another."""

    def __init__(self, status: int, code: str, message: str, *, wait: int | None = None) -> None:
        super().__init__(message, code)
        self.status_code = status
        if wait is not None:
            self.wait = wait


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """The answer that says what went wrong. What is our fault is logged with its traceback and says nothing more."""
    told = error if isinstance(error, APIException) else _as_api_error(error)
    if told.status_code >= 500:
        logger.exception("api: %s", told.get_codes(), exc_info=error)
    response = views.exception_handler(told, context)
    assert response is not None, "it answers every APIException"
    rows = getattr(context["view"], "rows_field", "")
    if isinstance(told, ValidationError):
        response.status_code = 422
        found = [_placed(path, message, rows) for path, message in _problems(told.detail)]
        response.data = {"code": "invalid", "message": _("The input is not right."), "errors": found[:ERRORS_SHOWN]}
        return response
    field = str(error.facts.get("field", "")) if isinstance(error, DomainError) else ""
    errors = [_named(error, field, rows)] if isinstance(error, DomainError) and field else []
    response.data = {"code": told.get_codes(), "message": str(told.detail), "errors": errors}
    return response


def _as_api_error(error: Exception) -> ApiError:
    if isinstance(error, DomainError):
        return ApiError(error.status, error.code, str(error.message))
    if isinstance(error, DatabaseError):
        state = sqlstate(error)
        if state == OUT_OF_RANGE:
            return ApiError(422, "too_large", _("A number is larger than any that is kept here."))
        if state in RETRYABLE or state == TIMED_OUT:
            return ApiError(503, "busy", _("Somebody else is changing the same. Try again."), wait=BUSY_SECONDS)
    if isinstance(error, RequestDataTooBig):
        return ApiError(413, "too_large", _("The request is too large."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return ApiError(400, "bad_request", _("The address or the form cannot be read."))
    return ApiError(500, "server_error", _("Something went wrong on our side; it was noted."))


def _problems(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What serializers found, each with its path: lines.0.unit_price."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _problems(inner, path if is_whole else f"{path}.{name}".lstrip("."))
    else:
        for place, inner in enumerate(detail):
            if isinstance(inner, dict | list):
                yield from _problems(inner, f"{path}.{place}".lstrip("."))
            else:
                yield path, str(inner)


def _placed(path: str, message: str, rows: str) -> dict[str, Any]:
    """A problem in one of many: "invoices.3.currency" is the field "currency" of row 3."""
    first, _dot, rest = path.partition(".")
    if not rows or first != rows or not rest:
        return {"field": path, "row": None, "message": message}
    place, _dot, field = rest.partition(".")
    return {"field": field, "row": int(place), "message": message}


def _named(error: DomainError, field: str, rows: str) -> dict[str, Any]:
    """The field that an action names, and the place of the row where it was given many."""
    row = next((error.facts[name] for name in ("draft", "receipt") if isinstance(error.facts.get(name), int)), None)
    return {"field": field, "row": row if rows else None, "message": str(error.message)}

"""What goes wrong, in one shape: {code, message, errors: [{field, row, message}]}, in the caller's language."""

import logging
from collections.abc import Sequence

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from arap.api.records import Many, Problem, Record
from arap.api.shapes import Text, Whole
from arap.core.errors import DomainError
from arap.ledger.refusals import RETRYABLE, sqlstate

logger = logging.getLogger(__name__)

OUT_OF_RANGE = "22003"
TIMED_OUT = "57014"
BUSY_SECONDS = 2
ROWS_SHOWN = 200

FIELD_ERROR = Record(
    "FieldError",
    {
        "field": Text(
            200, about=gettext_lazy("Its path in the request, such as lines.0.unit_price; empty for the whole.")
        ),
        "row": Whole(
            0, 1_000_000, null=True, about=gettext_lazy("Where a request brings many: the place of the one, from 0.")
        ),
        "message": Text(2000),
    },
)
ERROR = Record(
    "Error",
    {
        "code": Text(60, about=gettext_lazy("For programs: a word that never changes.")),
        "message": Text(2000, about=gettext_lazy("For people, in the language of Accept-Language.")),
        "errors": Many(FIELD_ERROR, ROWS_SHOWN),
    },
)


class ApiError(Exception):
    """An answer other than the one that was asked for. `headers` go with it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        problems: Sequence[Problem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.problems = problems
        self.headers = headers or {}


def invalid(problems: Sequence[Problem]) -> ApiError:
    """422: what was sent is not in the shape that is expected."""
    return ApiError(422, "invalid", _("The input is not right."), problems)


def answer_to(error: Exception, rows: str) -> Response:
    """The answer that says what went wrong. What is our fault is logged with its traceback and says nothing more.

    `rows` is the field in which the request brings many of a kind, or "".
    """
    told = _told(error)
    if told.status >= 500:
        logger.exception("api: %s", told.code, exc_info=error)
    problems = [_placed(problem, rows) for problem in told.problems[:ROWS_SHOWN]]
    body = {
        "code": told.code,
        "message": told.message,
        "errors": [{"field": each.field, "row": each.row, "message": each.message} for each in problems],
    }
    return Response(body, status=told.status, headers=told.headers)


def _told(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, DomainError):
        return ApiError(error.status, error.code, str(error.message), _problems(error))
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    if isinstance(error, DatabaseError):
        return _from_database(error)
    if isinstance(error, RequestDataTooBig):
        return ApiError(413, "too_large", _("The request is too large."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return ApiError(400, "bad_request", _("The address or the form cannot be read."))
    return ApiError(500, "server_error", _("Something went wrong on our side; it was noted."))


def _problems(error: DomainError) -> list[Problem]:
    """The field that an action names, and the place of the row where it was given many."""
    field = str(error.facts.get("field", ""))
    row = next((error.facts[name] for name in ("draft", "receipt") if isinstance(error.facts.get(name), int)), None)
    return [Problem(str(error.message), field, row)] if field else []


def _from_framework(error: exceptions.APIException) -> ApiError:
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        said = str(error.detail)
        return ApiError(401, "unauthenticated", said, headers={"WWW-Authenticate": 'Bearer realm="arap"'})
    known: dict[type[exceptions.APIException], tuple[str, str]] = {
        exceptions.ParseError: ("bad_json", _("The request is not JSON in UTF-8.")),
        exceptions.MethodNotAllowed: ("method_not_allowed", _("This address does not know that method.")),
        exceptions.UnsupportedMediaType: ("unsupported_media_type", _("Send JSON: Content-Type: application/json.")),
    }
    code, message = known.get(type(error), ("refused", str(error.detail)))
    return ApiError(error.status_code, code, message)


def _from_database(error: DatabaseError) -> ApiError:
    """What the database could not do. The caller may try again where somebody else was in the way."""
    state = sqlstate(error)
    if state == OUT_OF_RANGE:
        return ApiError(422, "too_large", _("A number is larger than any that is kept here."))
    if state in RETRYABLE or state == TIMED_OUT:
        again = {"Retry-After": str(BUSY_SECONDS)}
        return ApiError(503, "busy", _("Somebody else is changing the same. Try again."), headers=again)
    return ApiError(500, "server_error", _("Something went wrong on our side; it was noted."))


def _placed(problem: Problem, rows: str) -> Problem:
    """A problem in one of many: "invoices.3.currency" is the field "currency" of row 3."""
    first, _dot, rest = problem.field.partition(".")
    if not rows or first != rows or not rest:
        return problem if rows or problem.row is None else Problem(problem.message, problem.field)
    place, _dot, field = rest.partition(".")
    return Problem(problem.message, field, int(place))

"""One address of the API: reads the request, asks for the right, does the work once, and says it in JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from arap.api.entry import MayDoIt, TokenAuthentication, count_request
from arap.api.errors import ApiError, answer_to, invalid
from arap.api.operations import Answer, Call, Operation
from arap.api.records import Problem, Record
from arap.core.files import pdf_response
from arap.core.idempotency import idempotent
from arap.ledger.actions import book_transaction

KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 100
KEY = re.compile(rf"[!-~]{{1,{KEY_LENGTH_MAX}}}")
BODY_BYTES_MAX = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class StrictJson(BaseParser):
    """JSON in UTF-8 and nothing else."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError from error


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


class AlwaysJson(BaseContentNegotiation):
    """There is one way to answer, so nobody is turned away for asking for another."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        given = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """The operations of one address, by method."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayDoIt,)
    parser_classes = (StrictJson,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJson
    limits: Mapping[str, str] = {}

    @property
    def operation(self) -> Operation | None:
        """What is asked for; None for a method that this address does not know."""
        method = self.request.method or ""
        return self.operations.get("GET" if method == "HEAD" else method)

    def check_throttles(self, request: Any) -> None:
        self.limits = count_request(request.auth)

    def answer(self, request: Any, **ids: str) -> HttpResponseBase:
        """Read, do, answer."""
        operation = self.operation
        if operation is None:
            raise MethodNotAllowed(request.method)
        with timezone.override(ZoneInfo(request.auth.company.time_zone)):
            call = self._read(operation, request, {name: int(text) for name, text in ids.items()})
            done, is_repeated = _do(call, _key(operation, request))
        if done.file:
            return pdf_response(done.file[1], done.file[0])
        response = Response(done.data, status=done.status)
        for name, value in (("Location", done.location), ("ETag", done.etag)):
            if value:
                response.headers[name] = value
        if is_repeated:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    get = post = put = patch = delete = answer

    def _read(self, operation: Operation, request: Any, ids: Mapping[str, int]) -> Call:
        problems: list[Problem] = []
        query = _read_query(operation, request.query_params, problems)
        if_match = request.headers.get("If-Match", "").strip()
        if operation.matches and not if_match:
            told = _("Say which state you have seen: send If-Match with the ETag of what you have read.")
            raise ApiError(428, "if_match_missing", told)
        body, sent = None, None
        if operation.body is not None:
            sent = _sent(request)
            body = operation.body.read(sent, "", problems, partly=operation.method == "PATCH")
        if problems:
            raise invalid(problems)
        return Call(
            operation=operation,
            token=request.auth,
            verbs=request.verbs,
            ids=ids,
            query=query,
            body=body,
            sent=sent,
            today=timezone.localdate(),
            if_match=if_match,
        )

    def handle_exception(self, exc: Exception) -> Response:
        operation = self.operation
        response = answer_to(exc, operation.rows if operation else "")
        response.exception = True
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Content-Language", get_language() or "en")
        for name, value in self.limits.items():
            response.headers.setdefault(name, value)
        return response


def _read_query(operation: Operation, given: Any, problems: list[Problem]) -> Mapping[str, Any]:
    record = operation.query or Record("Nothing", {})
    values = {
        name: record.fields[name].from_text(given[name]) if name in record.fields else given[name] for name in given
    }
    read: Mapping[str, Any] = record.read(values, "", problems)
    return read


def _sent(request: Any) -> Any:
    """The JSON of the request; nothing at all is an empty object."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > BODY_BYTES_MAX:
        told = _("A request has at most %(most)s megabytes.") % {"most": BODY_BYTES_MAX // 1024 // 1024}
        raise ApiError(413, "too_large", told)
    return {} if length == "0" else request.data


def _key(operation: Operation, request: Any) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        if operation.method == "POST":
            told = _("Send a key of your own with every POST (Idempotency-Key), so that it counts once.")
            raise ApiError(400, "idempotency_key_missing", told)
        return None
    if not KEY.fullmatch(key):
        told = _("A key has from 1 to %(most)s plain characters and no blank.") % {"most": KEY_LENGTH_MAX}
        raise ApiError(400, "idempotency_key_wrong", told)
    # Keys belong to the person, so that they survive the change of a token and are nobody else's.
    return f"api:{request.auth.user_id}:{key}"


def _do(call: Call, key: str | None) -> tuple[Answer, bool]:
    """Do a write once for its key, in one transaction; a repetition gets the first answer."""
    operation = call.operation
    if not operation.writes:
        return operation.run(call), False
    asked = {"method": operation.method, "operation": operation.name, "ids": dict(call.ids), "body": call.sent}

    @book_transaction
    def once() -> tuple[Answer, bool]:
        outcome = idempotent(call.company, key, asked, lambda: _kept(operation.run(call)))
        return _as_given(outcome.response), outcome.is_replay

    return once()


def _kept(answer: Answer) -> dict[str, Any]:
    """The answer as it is kept. Its body is kept as text, because the database orders the fields of JSON anew."""
    assert answer.file is None, "a write answers in JSON"
    body = json.dumps(answer.data, cls=JSONEncoder, ensure_ascii=False)
    return {"body": body, "status": answer.status, "location": answer.location, "etag": answer.etag}


def _as_given(kept: dict[str, Any]) -> Answer:
    return Answer(json.loads(kept["body"]), kept["status"], kept["location"], kept["etag"])


def view_of(operations: Mapping[str, Operation]) -> Any:
    """The view of one address. For those who list addresses it declares the verb of its first operation."""
    methods = [method.lower() for method in operations]
    view = Endpoint.as_view(
        operations=operations, http_method_names=[*methods, *(["head"] if "get" in methods else [])]
    )
    view.required_verb = next(iter(operations.values())).verb  # type: ignore[attr-defined]
    return view

"""A write counts once for its key, in one transaction; a repetition gets the first answer."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from arap.api.serializers import StrictSerializer
from arap.core.idempotency import idempotent
from arap.ledger.actions import book_transaction

HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 100
KEY = re.compile(rf"[!-~]{{1,{KEY_LENGTH_MAX}}}")
KEPT_HEADERS = ("Location", "ETag")


def once(body: type[StrictSerializer] | None = None) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Declare a method of a view that writes. With `body` it is given what was sent, read by that serializer.

    Every POST brings a key; PUT, PATCH and DELETE may. `request.act_key` names this act for what must not happen twice
    although the transaction is tried again.
    """

    def declare(handler: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(handler)
        def guarded(view: Any, request: Any, **kwargs: Any) -> Response:
            data = () if body is None else (_read(body, request),)
            key, request.act_key = _key(request), uuid4().hex
            asked = {
                "method": request.method,
                "view": type(view).__name__,
                "ids": kwargs,
                "body": None if body is None else request.data,
            }

            @book_transaction
            def act() -> Response:
                outcome = idempotent(
                    request.auth.company, key, asked, lambda: _kept(handler(view, request, *data, **kwargs))
                )
                return _as_given(outcome.response, is_replay=outcome.is_replay)

            return act()

        guarded.is_write, guarded.body_serializer = True, body  # type: ignore[attr-defined]
        return guarded

    return declare


def _read(body: type[StrictSerializer], request: Request) -> Any:
    serializer = body(data=request.data, partial=request.method == "PATCH")
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def _key(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is None:
        if request.method == "POST":
            told = _("Send a key of your own with every POST (Idempotency-Key), so that it counts once.")
            raise ParseError(told, "idempotency_key_missing")
        return None
    if not KEY.fullmatch(key):
        told = _("A key has from 1 to %(most)s plain characters and no blank.") % {"most": KEY_LENGTH_MAX}
        raise ParseError(told, "idempotency_key_wrong")
    # Keys belong to the person, so that they survive the change of a token and are nobody else's.
    return f"api:{request.user.pk}:{key}"


def _kept(response: Response) -> dict[str, Any]:
    """The answer as it is kept. Its body is kept as text, because the database orders the fields of JSON anew."""
    body = json.dumps(response.data, cls=JSONEncoder, ensure_ascii=False)
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return {"body": body, "status": response.status_code, "headers": headers}


def _as_given(kept: dict[str, Any], *, is_replay: bool) -> Response:
    headers = {**kept["headers"], "Idempotent-Replayed": "true"} if is_replay else kept["headers"]
    return Response(json.loads(kept["body"]), kept["status"], headers=headers)

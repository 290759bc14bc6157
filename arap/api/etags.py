"""Which state of a thing somebody has seen (RFC 9110, 8.8.3 and 13.1.1)."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.exceptions import ApiError

HEADER = "If-Match"


def etag_of(data: Any) -> str:
    """The strong ETag of what is shown: another as soon as anything in it differs."""
    text = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def matched(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Declare that who calls the method of a view names the state that was seen: 428 without If-Match."""

    @wraps(handler)
    def guarded(view: Any, request: Request, **kwargs: Any) -> Response:
        if not request.headers.get(HEADER, "").strip():
            told = _("Say which state you have seen: send If-Match with the ETag of what you have read.")
            raise ApiError(428, "if_match_missing", told)
        return handler(view, request, **kwargs)

    guarded.is_matched = True  # type: ignore[attr-defined]
    return guarded


def check_match(request: Request, etag: str) -> None:
    """Raise ApiError 412 unless the caller has seen the state `etag` names. `*` is any state."""
    seen = [each.strip() for each in request.headers[HEADER].split(",")]
    if "*" not in seen and etag not in seen:
        told = _("This was changed meanwhile. Read it again, and change what you find then.")
        raise ApiError(412, "changed_meanwhile", told)

"""One line of the log for each request, and the number by which a person can ask about it."""

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from arap.core import logs

logger = logging.getLogger("arap.requests")

# What a proxy may call a request: short, and nothing that could be taken for more than a name.
NAME_OF_PROXY = re.compile(r"[A-Za-z0-9._-]{8,64}")
ADDRESS = re.compile(r"[0-9A-Fa-f:.]{3,45}")


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, outermost but for the probes: gives the request its `reference` and logs it once, when answered.

    The reference is always ours, so that nobody can make two requests look like one. What a proxy calls it is kept
    beside it. A client's address is the one that the proxy saw, where there is one.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request.reference = secrets.token_hex(8)  # type: ignore[attr-defined]
        facts = {"request": request.reference}  # type: ignore[attr-defined]
        if settings.BEHIND_PROXY:
            upstream = request.headers.get("X-Request-ID", "")
            if NAME_OF_PROXY.fullmatch(upstream):
                facts["upstream"] = upstream
            _believe_proxy(request)
        token = logs.begin(**facts)
        asked = Asked()
        try:
            with connection.execute_wrapper(asked):
                response = get_response(request)
            response.headers["X-Request-ID"] = facts["request"]
            _note(request, response, started, asked)
        finally:
            logs.end(token)
        return response

    return answer


class Asked:
    """How many statements the database was asked for, and how long it took over them, in seconds."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0  # not money

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started


def _note(request: HttpRequest, response: HttpResponse, started: float, asked: Asked) -> None:
    line = {
        "method": request.method if request.method in METHODS else "other",
        "path": logs.safe_path(request.path),
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000),
        "queries": asked.queries,
        "queries_ms": round(asked.seconds * 1000),
    }
    logger.info("request", extra=line)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _believe_proxy(request: HttpRequest) -> None:
    """The last address of X-Forwarded-For is the one our own proxy wrote; those before it are the client's claims."""
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if ADDRESS.fullmatch(last):
        request.META["REMOTE_ADDR"] = last


def client_address(request: HttpRequest) -> str | None:
    """The address of the client; behind a proxy the one that log_requests put there, never a header's own claim.

    None where it is none, as behind a socket.
    """
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def place_of(request: HttpRequest) -> dict[str, str]:
    """Where somebody sits, and the program they use, as `session_store.py` keeps them."""
    return {"address": client_address(request) or "", "agent": request.headers.get("User-Agent", "")}

"""Each request: one line, one reference, and nothing that a client can forge."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from arap.core import logs
from arap.core.access import log_requests
from arap.core.models import Company, User

LOGGER = "arap.requests"


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """The lines that were written, each with what was bound to it then."""
    kept: list[logging.LogRecord] = []
    handler = logging.Handler()

    def keep(record: logging.LogRecord) -> None:
        record.bound = logs.bound()
        kept.append(record)

    handler.emit = keep  # type: ignore[method-assign]
    logger = logging.getLogger(LOGGER)
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield kept
    logger.removeHandler(handler)
    logger.setLevel(level)


def asked(**headers: str) -> tuple[HttpRequest, HttpResponse, dict[str, Any]]:
    """The request as a view sees it, the answer, and what was bound meanwhile."""
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(logs.bound(), address=request.META["REMOTE_ADDR"])
        return HttpResponse()

    request = RequestFactory(headers=headers).get("/")
    return request, log_requests(view)(request), seen


def test_one_line_with_who_and_what(
    as_clerk: Client, clerk: User, company: Company, lines: list[logging.LogRecord]
) -> None:
    answer = as_clerk.get("/customers/?q=secret-word")
    (line,) = lines
    assert (line.__dict__["method"], line.__dict__["path"], line.__dict__["status"]) == ("GET", "/customers/", 200)
    assert line.__dict__["ms"] >= 0
    who = {"request": answer["X-Request-ID"], "user": clerk.pk, "company": company.code}
    assert line.__dict__["bound"] == who
    assert "secret-word" not in logs.JsonLines().format(line)


def test_the_reference_is_ours_and_another_each_time() -> None:
    first, second = (asked(X_Request_ID="chosen-by-somebody")[1]["X-Request-ID"] for _ in range(2))
    assert len({first, second, "chosen-by-somebody"}) == 3


@pytest.mark.parametrize("name, kept", [("edge-0123456789", True), ("a\r\nb-0123456", False), ("x" * 65, False)])
def test_a_proxy_may_name_a_request_where_there_is_one(settings: Any, name: str, kept: bool) -> None:
    settings.BEHIND_PROXY = True
    assert ("upstream" in asked(X_Request_ID=name)[2]) is kept
    settings.BEHIND_PROXY = False
    assert "upstream" not in asked(X_Request_ID=name)[2]


@pytest.mark.parametrize(
    "header, behind_proxy, address",
    [
        ("6.6.6.6, 203.0.113.9", True, "203.0.113.9"),
        ("2001:db8::1", True, "2001:db8::1"),
        ("<script>", True, "127.0.0.1"),
        ("203.0.113.9", False, "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(settings: Any, header: str, behind_proxy: bool, address: str) -> None:
    settings.BEHIND_PROXY = behind_proxy
    assert asked(X_Forwarded_For=header)[2]["address"] == address


def test_what_fails_on_our_side_shows_the_reference_of_its_line(
    client: Client, lines: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr("arap.core.views.sign_in.SignInForm", None)
    client.raise_request_exception = False
    answer = client.get("/sign-in/")
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    (line,) = lines
    assert line.__dict__["status"] == 500


def test_probes_write_no_line(client: Client, lines: list[logging.LogRecord]) -> None:
    client.get("/healthz")
    assert lines == []

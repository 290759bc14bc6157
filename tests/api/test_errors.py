"""Whatever is wrong is said in one shape and in the caller's language, and nothing is a crash."""

import json
from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company
from customers.models import Customer
from tests.api.program import Program

pytestmark = pytest.mark.django_db

GOOD = {"code": "N-1", "name": "New", "currency": "CNY"}


def test_what_is_wrong_is_said_field_by_field(api: Program) -> None:
    body = {"code": "", "name": 5, "currency": "cny", "language": "fr", "payer_accounts": ["", 1], "colour": "red"}
    status, code, fields = api.refused("POST", "customers/", body)
    assert (status, code) == (422, "invalid")
    wanted = {"code", "name", "currency", "language", "payer_accounts.0", "payer_accounts.1", "colour"}
    assert set(fields) == wanted


def test_in_the_callers_language(api: Program) -> None:
    api.language = "zh-hans"
    answer = api.call("POST", "customers/", {"code": "N-1"})
    assert answer["Content-Language"] == "zh-hans"
    assert answer.json()["message"] == "输入有误。"
    assert api.call("GET", "customers/999999/").json()["message"] == "没有这条记录。"


BROKEN = [
    (b"", 422, "invalid"),
    (b"{", 400, "bad_json"),
    (b"[]", 422, "invalid"),
    (b'"x"', 422, "invalid"),
    (b"null", 422, "invalid"),
    (b"NaN", 400, "bad_json"),
    (b'{"code": Infinity}', 400, "bad_json"),
    (b"\xff\xfe", 400, "bad_json"),
    (b"[" * 100_000, 400, "bad_json"),
    (b'{"code": ' + b"9" * 10_000 + b"}", 400, "bad_json"),
    (json.dumps({**GOOD, "name": "\x00"}).encode(), 422, "invalid"),
    (b'{"code": "N-1", "currency": "CNY", "name": "\\ud800"}', 422, "invalid"),
    (json.dumps({**GOOD, "name": "x" * 201}).encode(), 422, "invalid"),
    (json.dumps({**GOOD, "\x00" * 100: 1}).encode(), 422, "invalid"),
]


@pytest.mark.parametrize(("data", "status", "code"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body(api: Program, data: bytes, status: int, code: str) -> None:
    headers = {"Authorization": f"Bearer {api.secret}", "Idempotency-Key": "k"}
    answer = api.client.generic("POST", "/api/v1/customers/", data, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert not Customer.objects.filter(code="N-1").exists()


def test_what_is_no_json_is_refused(api: Program) -> None:
    headers = {"Authorization": f"Bearer {api.secret}", "Idempotency-Key": "k"}
    for kind in ("text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = api.client.generic("POST", "/api/v1/customers/", b"a=1", content_type=kind, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), kind


def test_a_request_has_a_largest_size(api: Program, settings: Any) -> None:
    status, code, _fields = api.refused("POST", "customers/", {**GOOD, "name": "x" * 11_000_000})
    assert (status, code) == (413, "too_large")


def test_an_address_that_is_none(api: Program) -> None:
    for path in ("/api/v1/nothing/", "/api/v2/customers/", "/api/v1/customers/abc/", "/api/v1/customers/%00/"):
        for method in ("get", "post"):
            answer = getattr(Client(), method)(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")


def test_the_last_slash_may_be_left_out(api: Program) -> None:
    assert api.get("customers") == api.get("customers/")


def test_a_method_that_an_address_does_not_know(api: Program) -> None:
    answer = api.call("DELETE", "customers/")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST", "HEAD"}
    assert api.call("OPTIONS", "customers/").status_code == 405
    assert api.client.head("/api/v1/token/", headers={"Authorization": f"Bearer {api.secret}"}).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1e2", "cursor=made-up", "is_active=maybe", "colour=red", "q=%00"],
)
def test_a_query_that_means_nothing_is_refused(api: Program, query: str) -> None:
    status, code, fields = api.refused("GET", f"customers/?{query}")
    assert (status, code, fields) == (422, "invalid", [query.partition("=")[0]])


def test_too_many_parameters(api: Program) -> None:
    status, code, _fields = api.refused("GET", "customers/?" + "&".join(f"a{n}=1" for n in range(20_001)))
    assert (status, code) == (400, "bad_request")


def test_what_is_our_fault_says_no_more_than_that(api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from arap.api.v1.views import customers

    def broken(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(customers, "search", broken)
    answer = api.client.get("/api/v1/customers/?q=x", headers={"Authorization": f"Bearer {api.secret}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert b"secret of the house" not in answer.content
    assert len(answer["X-Request-ID"]) == 16


def test_numbers_beyond_what_is_kept(api: Program, company: Company) -> None:
    api.post("customers/", GOOD)
    line = {"unit_price": "9" * 13, "quantity": "9" * 11}
    body = {"customer": "N-1", "currency": "CNY", "issued_on": "2026-01-10", "lines": [line]}
    assert api.refused("POST", "invoices/", body) == (422, "invalid_draft", ["unit_price"])


LINE = {"unit_price": "1"}
INVOICE = {"customer": "N-1", "currency": "CNY", "issued_on": "2026-01-10", "lines": [LINE]}
GENEROUS = [
    ("invoices/", {**INVOICE, "rate": ""}, "rate"),
    ("invoices/", {**INVOICE, "rate": "1e3"}, "rate"),
    ("invoices/", {**INVOICE, "rate": 7}, "rate"),
    ("invoices/", {**INVOICE, "post": "true"}, "post"),
    ("invoices/", {**INVOICE, "post": 1}, "post"),
    ("invoices/", {**INVOICE, "customer": "  "}, "customer"),
    ("invoices/", {**INVOICE, "reference": 5}, "reference"),
    ("invoices/", {**INVOICE, "currency": "CNY "}, "currency"),
    ("invoices/", {**INVOICE, "issued_on": "20260110"}, "issued_on"),
    ("invoices/", {**INVOICE, "issued_on": "0001-01-01"}, "issued_on"),
    ("invoices/", {**INVOICE, "lines": [None]}, "lines.0"),
    ("invoices/", {**INVOICE, "lines": {"0": LINE}}, "lines"),
    ("invoices/", {**INVOICE, "lines": [{**LINE, "colour": "red"}]}, "lines.0.colour"),
    ("credit-notes/", {"invoice_id": "1", "on": "2026-01-10"}, "invoice_id"),
    ("credit-notes/", {"invoice_id": True, "on": "2026-01-10"}, "invoice_id"),
    ("credit-notes/", {"invoice_id": 1, "on": "2026-01-10", "parts": [None]}, "parts.0"),
]


@pytest.mark.parametrize(("path", "body", "field"), GENEROUS, ids=[f"{n}-{one[2]}" for n, one in enumerate(GENEROUS)])
def test_nothing_is_guessed(api: Program, path: str, body: dict[str, Any], field: str) -> None:
    status, code, fields = api.refused("POST", path, body)
    assert (status, code, set(fields)) == (422, "invalid", {field})


def test_a_method_is_judged_before_the_query(api: Program) -> None:
    assert api.call("TRACE", "customers/?colour=red").status_code == 405

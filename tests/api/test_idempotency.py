"""A request counts once for its key, however often and however fast it comes."""

from typing import Any

import pytest
from django.db import connection

from arap.core.models import Company, IdempotencyKey, User
from arap.ledger.models import Document
from customers.models import Customer
from invoices.models import Invoice
from tests.api.program import Program, program
from tests.ledger.clients import at_once

NEW = {"code": "N-1", "name": "New", "currency": "CNY"}
INVOICE = {
    "customer": "N-1",
    "currency": "CNY",
    "issued_on": "2026-01-10",
    "lines": [{"unit_price": "100.00"}],
    "post": True,
}


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_first_answer_comes_again(self, api: Program) -> None:
        first = api.call("POST", "customers/", NEW, key="k1")
        again = api.call("POST", "customers/", NEW, key="k1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert (first["Location"], first["ETag"]) == (again["Location"], again["ETag"])
        assert "Idempotent-Replayed" not in first
        assert again["Idempotent-Replayed"] == "true"
        assert Customer.objects.count() == 1

    def test_it_comes_again_however_the_json_was_written(self, api: Program) -> None:
        api.post("customers/", NEW, key="k1")
        turned = dict(reversed(NEW.items()))
        assert api.call("POST", "customers/", turned, key="k1")["Idempotent-Replayed"] == "true"

    def test_another_request_under_the_key_is_refused(self, api: Program) -> None:
        api.post("customers/", NEW, key="k1")
        assert api.refused("POST", "customers/", {**NEW, "code": "N-2"}, key="k1")[:2] == (409, "idempotency_conflict")
        assert api.refused("POST", "invoices/", INVOICE, key="k1")[:2] == (409, "idempotency_conflict")

    def test_what_failed_leaves_the_key_free(self, api: Program) -> None:
        assert api.refused("POST", "invoices/", INVOICE, key="k1")[0] == 422
        assert not IdempotencyKey.objects.filter(key__endswith="k1").exists()
        api.post("customers/", NEW)
        api.post("invoices/", INVOICE, key="k1")

    def test_a_post_without_a_key_is_refused(self, api: Program) -> None:
        headers = {"Authorization": f"Bearer {api.secret}"}
        answer = api.client.post("/api/v1/customers/", NEW, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
        for key in ("", " ", "x" * 101, "é", "a b"):
            answer = api.client.post(
                "/api/v1/customers/", NEW, content_type="application/json", headers={**headers, "Idempotency-Key": key}
            )
            assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_wrong"), key
        assert not Customer.objects.exists()

    def test_a_key_survives_the_change_of_a_token(self, api: Program, company: Company, clerk: User) -> None:
        api.post("customers/", NEW, key="k1")
        assert program(company, clerk).call("POST", "customers/", NEW, key="k1")["Idempotent-Replayed"] == "true"

    def test_keys_are_nobody_elses(self, api: Program, controls: Program, outsider: User, other_company: Any) -> None:
        api.post("customers/", NEW, key="k1")
        assert controls.refused("POST", "customers/", NEW, key="k1")[:2] == (409, "customer_exists")
        program(other_company, outsider).post("customers/", NEW, key="k1")


def test_eight_at_once_make_one_document(committed_db: Any, api: Program) -> None:
    api.post("customers/", NEW)
    programs = [Program(api.secret) for _ in range(8)]
    crowd = at_once([lambda one=one: one.call("POST", "invoices/", INVOICE, key="once") for one in programs])  # type: ignore[misc]
    assert crowd.errors == []
    assert [answer.status_code for answer in crowd.answers] == [201] * 8
    assert len({answer.content for answer in crowd.answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in crowd.answers) == 7
    assert (Invoice.objects.count(), Document.objects.count()) == (1, 1)


def test_eight_at_once_with_keys_of_their_own_make_eight(committed_db: Any, api: Program) -> None:
    api.post("customers/", NEW)
    programs = [Program(api.secret) for _ in range(8)]
    crowd = at_once([lambda one=one: one.call("POST", "invoices/", INVOICE) for one in programs])  # type: ignore[misc]
    assert [answer.status_code for answer in crowd.answers] == [201] * 8
    numbers = sorted(answer.json()["number"] for answer in crowd.answers)
    assert numbers == [f"INV-2026-{number:06}" for number in range(1, 9)]


def test_one_state_is_changed_once(committed_db: Any, api: Program) -> None:
    """Eight have read the same customer; one of them may change it, seven are told that somebody was faster."""
    made = api.call("POST", "customers/", NEW)
    path, seen = f"customers/{made.json()['id']}/", {"If-Match": made["ETag"]}

    def act(number: int) -> Any:
        return lambda: Program(api.secret).call("PATCH", path, {"segment": f"S{number}"}, headers=seen)

    crowd = at_once([act(number) for number in range(8)])
    assert crowd.errors == []
    assert sorted(answer.status_code for answer in crowd.answers) == [200] + [412] * 7
    connection.close()

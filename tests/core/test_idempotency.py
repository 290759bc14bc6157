"""One effect and one answer per key, also when both requests come at the same instant."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from arap.core.errors import Refused
from arap.core.idempotency import Outcome, idempotent, request_sha256
from arap.core.models import Company, IdempotencyKey, TaxCode


def make_tax_code(company: Company, code: str = "A") -> Callable[[], dict[str, Any]]:
    def run() -> dict[str, Any]:
        made = TaxCode.objects.create(company=company, code=code, name=code, rate=Decimal("13.00"))
        return {"id": made.pk, "rate": made.rate, "on": date(2026, 1, 1)}

    return run


def test_the_same_request_gets_the_same_answer(company: Company) -> None:
    first = idempotent(company, "k1", {"a": 1, "b": 2}, make_tax_code(company))
    again = idempotent(company, "k1", {"b": 2, "a": 1}, make_tax_code(company))
    assert (first.is_replay, again.is_replay) == (False, True)
    assert first.response == again.response
    assert first.response["rate"] == "13.00"
    assert TaxCode.objects.filter(company=company).count() == 1


def test_another_request_under_the_key_is_refused(company: Company) -> None:
    idempotent(company, "k1", {"a": 1}, make_tax_code(company))
    with pytest.raises(Refused) as refusal:
        idempotent(company, "k1", {"a": 2}, make_tax_code(company, "B"))
    assert refusal.value.code == "idempotency_conflict"
    assert TaxCode.objects.filter(company=company).count() == 1


def test_a_key_counts_within_its_company(company: Company, other_company: Company) -> None:
    idempotent(company, "k1", {}, make_tax_code(company))
    assert not idempotent(other_company, "k1", {}, make_tax_code(other_company)).is_replay


def test_without_a_key_it_runs_each_time(company: Company) -> None:
    idempotent(company, None, {}, make_tax_code(company, "A"))
    idempotent(company, None, {}, make_tax_code(company, "B"))
    assert TaxCode.objects.filter(company=company).count() == 2


def test_a_failure_stores_nothing_and_the_key_is_free(company: Company) -> None:
    def fail() -> None:
        TaxCode.objects.create(company=company, code="half", name="half", rate=0)
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        idempotent(company, "k1", {}, fail)
    assert not TaxCode.objects.filter(company=company).exists()
    assert not idempotent(company, "k1", {}, make_tax_code(company)).is_replay


def test_the_digest_tells_types_apart() -> None:
    assert request_sha256({"a": 1}) != request_sha256({"a": "1"})
    assert request_sha256({"a": Decimal("1.0")}) == request_sha256({"a": "1.0"})


def started(results: list[Outcome], call: Callable[[], Outcome]) -> threading.Thread:
    def work() -> None:
        try:
            results.append(call())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def two_at_once(company: Company, *, first_fails: bool) -> tuple[list[Outcome], list[Outcome]]:
    """The second request arrives while the first is in the middle of its work."""
    inside, go_on = threading.Event(), threading.Event()
    firsts: list[Outcome] = []
    seconds: list[Outcome] = []

    def slow() -> dict[str, Any]:
        made = make_tax_code(company)()
        inside.set()
        assert go_on.wait(10)
        if first_fails:
            raise Refused("no", "No.")
        return made

    def first_call() -> Outcome:
        try:
            return idempotent(company, "k1", {}, slow)
        except Refused:
            return Outcome(None, is_replay=False)

    first = started(firsts, first_call)
    assert inside.wait(10)
    second = started(seconds, lambda: idempotent(company, "k1", {}, make_tax_code(company)))
    second.join(timeout=0.5)
    assert second.is_alive(), "the second must wait for the first to commit or roll back"
    go_on.set()
    first.join(10)
    second.join(10)
    return firsts, seconds


def test_two_at_once_have_one_effect(committed_db: Any, company: Company) -> None:
    firsts, seconds = two_at_once(company, first_fails=False)
    assert firsts[0].response == seconds[0].response
    assert (firsts[0].is_replay, seconds[0].is_replay) == (False, True)
    assert TaxCode.objects.count() == 1


def test_when_the_first_rolls_back_the_second_takes_over(committed_db: Any, company: Company) -> None:
    _firsts, seconds = two_at_once(company, first_fails=True)
    assert not seconds[0].is_replay
    assert TaxCode.objects.count() == 1
    assert IdempotencyKey.objects.get().response == seconds[0].response

"""record_receipt and unapply as other programs call them: JSON on standard output, and exit codes."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arap.core.models import Company
from arap.ledger.models import Document, Item
from customers.models import Customer
from receipts.models import Receipt
from tests.databases import Database, manage

Owe = Callable[..., Item]
Group = dict[str, Customer]


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def record(*more: str, amount: str = "100.00", customer: str = "P", key: str = "k1") -> dict[str, Any]:
    return run(
        "record_receipt", "--company=acme", f"--customer={customer}", "--date=2026-02-01", f"--amount={amount}",
        "--currency=CNY", f"--idempotency-key={key}", *more,
    )  # fmt: skip


def returncode(act: Callable[[], object]) -> int:
    with pytest.raises(CommandError) as caught:
        act()
    return caught.value.returncode


def test_recorded_and_applied_to_named_documents(owe: Owe) -> None:
    one, two = owe("60.00").document.number, owe("70.00").document.number
    assert record("--apply", f"{one}=60.00", f"{two}=30.00") == {
        "receipt": "R-2026-000001",
        "state": "confirmed",
        "currency": "CNY",
        "entries": [
            {"document": one, "amount": "60.00", "effective_on": "2026-02-01"},
            {"document": two, "amount": "30.00", "effective_on": "2026-02-01"},
        ],
        "remaining": "10.00",
        "reasons": [],
    }


def test_apply_may_be_repeated(owe: Owe) -> None:
    one, two = owe("60.00").document.number, owe("70.00").document.number
    assert len(record("--apply", f"{one}=60.00", "--apply", f"{two}=40")["entries"]) == 2


def test_auto_says_why(owe: Owe) -> None:
    owe("60.00"), owe("40.00")
    answer = record("--auto")
    assert answer["remaining"] == "0.00"
    assert [(reason["kind"], reason["sentence"]) for reason in answer["reasons"]] == [
        ("exact_sum", "2 items sum to exactly this amount.")
    ]


def test_auto_reads_the_reference(owe: Owe) -> None:
    owe("60.00")
    number = owe("60.00", "2026-01-20").document.number
    answer = record("--auto", "--reference", f"货款 {number[-4:]}", amount="60.00")
    assert answer["entries"][0]["document"] == number
    assert number in answer["reasons"][0]["sentence"]


def test_the_same_key_answers_the_same_and_posts_once(owe: Owe) -> None:
    owe("60.00")
    first = record("--auto")
    assert json.dumps(record("--auto")) == json.dumps(first)
    assert returncode(lambda: record("--auto", amount="99.00")) == 1
    assert Receipt.objects.count() == 1


def test_unapply_one_document_then_the_rest(owe: Owe) -> None:
    one, two = owe("60.00").document.number, owe("40.00").document.number
    number = record("--auto")["receipt"]

    def undo(key: str, *more: str) -> dict[str, Any]:
        common = ("--company=acme", f"--receipt={number}", "--date=2026-02-10", f"--idempotency-key={key}")
        return run("unapply", *common, *more)

    answer = undo("u1", "--item", one)
    assert answer["entries"] == [{"document": one, "amount": "-60.00", "effective_on": "2026-02-10"}]
    assert (answer["receipt"], answer["remaining"]) == (number, "60.00")
    assert undo("u1", "--item", one) == answer
    assert [entry["document"] for entry in undo("u2")["entries"]] == [two]
    assert returncode(lambda: undo("u3")) == 1


def test_refusals_exit_1_and_wrong_usage_exits_2(company: Company, group: Group, owe: Owe) -> None:
    number = owe("60.00").document.number
    assert returncode(lambda: record("--apply", f"{number}=60.01")) == 1
    assert returncode(lambda: record(amount="-1")) == 1
    assert returncode(lambda: record(amount="1.001")) == 1
    assert returncode(lambda: record(customer="nobody")) == 2
    assert (
        returncode(
            lambda: run("unapply", "--company=acme", "--receipt=R-0", "--date=2026-02-01", "--idempotency-key=u")
        )
        == 2
    )
    unknown = ("unapply", "--company=nowhere", "--receipt=R-0", "--date=2026-02-01", "--idempotency-key=u")
    assert returncode(lambda: run(*unknown)) == 2
    assert not Document.objects.filter(kind="receipt").exists()


def test_as_a_process(committed_db: Database, company: Company, group: Group, owe: Owe) -> None:
    """Standard output holds the JSON alone; sentences go to standard error."""
    number = owe("60.00").document.number
    common = ("--company=acme", "--customer=P", "--date=2026-02-01", "--currency=CNY", "--idempotency-key=p")
    done = manage(
        "record_receipt", *common, "--amount=60", f"--apply={number}=60", environment=committed_db.environment()
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["remaining"] == "0.00"
    refused = manage(
        "record_receipt",
        *common[:-1],
        "--idempotency-key=q",
        "--amount=1",
        f"--apply={number}=1",
        environment=committed_db.environment(),
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert number in refused.stderr
    wrong = manage("record_receipt", *common, "--amount=ten", environment=committed_db.environment())
    assert (wrong.returncode, wrong.stdout) == (2, "")

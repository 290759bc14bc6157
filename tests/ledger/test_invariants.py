"""Every invariant of the book can fail: each finds what a superuser did to it, and check_ledger says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from arap.core.models import Company
from arap.ledger.checks import check, invariants
from tests.ledger.proofs import findings
from tests.ledger.tampering import book_of_a_superuser, tampering

LEDGER = {invariant.name: invariant for invariant in invariants() if invariant.name.startswith("ledger/")}
# What is done to the book, and the invariant that must see it (others may as well).
TAMPERINGS = {
    "ledger/0010": [
        "update ledger_item set open_amount = open_amount - 1 where id = 1",
        "update ledger_item set open_base_amount = open_base_amount - 1 where id = 1",
        "update ledger_item set last_effective_on = last_effective_on + 1 where id = 1",
        "update ledger_item set first_effective_on = first_effective_on - 1 where id = 1",
        "update ledger_item set last_position = last_position + 1 where id = 1",
        "delete from ledger_entry where id = 1",
    ],
    "ledger/0020": ["update ledger_entry set amount = amount * 9 where reverses_id is null"],
    "ledger/0030": [
        "update ledger_journalline set customer_id = customer_id + 1 where id = 1",
        "update ledger_journalline set posted_on = posted_on + 1 where id = 1",
        "update ledger_journalline set currency = 'EUR' where id = 1",
        "update ledger_entry set base_amount = base_amount + 1 where id = 1",
        "delete from ledger_journalline where application_id is not null",
    ],
    "ledger/0040": [
        "update ledger_journalline set base_amount = base_amount + 1 where id = 2",
        "delete from ledger_journalline where document_id = 1",
    ],
    "ledger/0050": [
        "update ledger_document set total = total + 1 where id = 1",
        "update ledger_item set amount = amount + 1 where id = 1",
        "update ledger_document set item_count = 2 where id = 1",
    ],
    "ledger/0060": [
        "update ledger_entry set amount = amount + 1 where id = 1",
        "delete from ledger_entry where id = 1",
    ],
    "ledger/0070": ["update ledger_entry set amount = amount + 1 where document_id is not null"],
    "ledger/0080": [
        "delete from ledger_document where series_no = 1",
        "update ledger_document set series_no = series_no + 5 where series_no = 3",
    ],
    "ledger/0090": [
        "delete from ledger_posting where position = 3",
        "update ledger_posting set recorded_at = recorded_at - interval '1 day' where position = 3",
    ],
    "ledger/0100": [
        "update ledger_entry set effective_on = effective_on - 1 where reverses_id is not null",
        "update ledger_entry set base_amount = base_amount + 1 where reverses_id is not null",
    ],
    "ledger/0120": [
        "update ledger_journalline set base_amount = base_amount + 1 where item_id is not null and amount = 0",
        "delete from ledger_journalline where item_id is not null and amount = 0",
        "update ledger_document set rate = 7.3 where kind = 'fx'",
    ],
    "ledger/0130": [
        "delete from ledger_document where kind = 'fx' and reverses_id is not null",
        "update ledger_document set posted_on = posted_on + 1 where kind = 'fx' and reverses_id is not null",
    ],
    "ledger/0110": ["update ledger_item set customer_id = {stranger} where id = 1"],
}
CASES = [(name, statement) for name, statements in TAMPERINGS.items() for statement in statements]


@pytest.fixture(scope="module")
def tampered(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    with book_of_a_superuser(template, django_db_blocker, after_each_month=lambda company: None) as company:
        yield company


def test_each_invariant_of_the_book_is_broken_here() -> None:
    assert {name.split("-")[0] for name in LEDGER} == set(TAMPERINGS)


def test_untouched_all_hold(tampered: Company) -> None:
    assert findings(tampered) == []


@pytest.mark.parametrize("name, statement", CASES, ids=[f"{name} {statement[:50]}" for name, statement in CASES])
def test_it_is_found(tampered: Company, name: str, statement: str) -> None:
    (invariant,) = [found for known, found in LEDGER.items() if known.startswith(name)]
    stranger = "(select id from customers_customer where company_id <> 1)"
    with tampering("select 1", statement.format(stranger=stranger)):
        finding = check(tampered, invariant)
        assert not finding.holds
        assert finding.rows


def test_the_command_says_so(tampered: Company, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_ledger", "--company", "acme")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(invariants())
    assert all(line.startswith("ok ") for line in lines)
    with tampering("update ledger_item set open_amount = open_amount - 1 where id = 1"):
        with pytest.raises(SystemExit) as ended:
            call_command("check_ledger")
        assert ended.value.code == 1
        assert "BROKEN  acme  ledger/0010" in capsys.readouterr().out

"""Contracts: which one counts on a day, the usual wording, and what is refused."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from arap.core.errors import Invalid, Refused
from arap.core.files import NewFile
from arap.core.models import AuditEntry, Company, User
from customers.actions import (
    NewCustomer,
    add_contract,
    attach_to_contract,
    change_contract,
    create_customers,
    detach_from_contract,
    ensure_terms,
    merge_customer,
)
from customers.models import Contract, Customer, PaymentTerms
from customers.queries import contracts, contracts_of
from customers.rules import contract_for, in_force, printed_clause, usual_clause

DAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Paper:
    """As much of a contract as the rules ask for."""

    number: str
    valid_from: date
    valid_to: date | None
    currency: str


def agreed(number: str, first: str, last: str | None, currency: str = "") -> Paper:
    return Paper(number, date.fromisoformat(first), date.fromisoformat(last) if last else None, currency)


TABLE = """
    2026-06-30  2026-06-30  -    in    one day alone, and both its ends count
    2026-01-01  2026-06-30  -    in    its last day counts
    2026-01-01  2026-06-29  -    out   ended the day before
    2026-06-30  -           -    in    its first day counts
    2026-07-01  -           -    out   begins the day after
    2020-01-01  -           CNY  in    its currency
    2020-01-01  -           USD  out   another currency
"""


@pytest.mark.parametrize(
    ("first", "last", "currency", "outcome", "why"),
    [pytest.param(*line.split(maxsplit=4), id=line.split(maxsplit=4)[4]) for line in TABLE.strip().splitlines()],
)
def test_in_force(first: str, last: str, currency: str, outcome: str, why: str) -> None:
    contract = agreed("A", first, None if last == "-" else last, "" if currency == "-" else currency)
    assert bool(in_force([contract], on=DAY, currency="CNY")) == (outcome == "in"), why


def test_a_typed_number_counts_before_all_and_two_in_force_are_none() -> None:
    old, new, other = (
        agreed("A-1", "2020-01-01", "2021-01-01"),
        agreed("A-2", "2026-01-01", None),
        agreed("A-3", "2026-01-01", None),
    )
    assert contract_for([old, new], number="", on=DAY, currency="CNY") is new
    assert contract_for([old, new], number=" a-1 ", on=DAY, currency="CNY") is old, "whoever typed it knows"
    assert contract_for([old, new], number="B", on=DAY, currency="CNY") is None, "not another one than was typed"
    assert contract_for([old, new, other], number="", on=DAY, currency="CNY") is None
    nothing: list[Paper] = []
    assert contract_for(nothing, number="", on=DAY, currency="CNY") is None


def test_the_usual_clause_and_what_a_paper_prints_of_it() -> None:
    english, chinese = usual_clause(Decimal("12.5000"))
    assert "12.5 % a year" in english
    assert "年利率 12.5%" in chinese
    assert printed_clause(english, chinese, "both") == [chinese, english]
    assert printed_clause(english, chinese, "en") == [english]
    assert printed_clause(english, "", "zh-hans") == [english], "one serves where the other lacks"
    assert printed_clause("", "", "both") == []


@pytest.fixture
def customer(company: Company) -> Customer:
    rows = [NewCustomer(code=code, name=code, currency="CNY") for code in ("A", "B")]
    return Customer.objects.get(pk=create_customers(company, rows, by=None)["A"])


@pytest.fixture
def contract(customer: Customer, clerk: User) -> Contract:
    return add_contract(customer, number="A-1", valid_from=date(2026, 1, 1), late_rate=Decimal(12), by=clerk)


pytestmark = pytest.mark.django_db


def test_a_rate_alone_brings_the_usual_wording(contract: Contract, clerk: User) -> None:
    assert (contract.late_clause, contract.late_clause_local) == usual_clause(Decimal(12))
    entry = AuditEntry.objects.get(verb="contract.add")
    assert (entry.actor, (entry.after or {})["number"], (entry.after or {})["customer"]) == (clerk, "A-1", "A")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "a-1"}, "number"),
        ({"number": "x" * 61}, "number"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
        ({"late_rate": Decimal(0)}, "late_rate"),
        ({"late_rate": Decimal("100.1")}, "late_rate"),
        ({"currency": "XX"}, "currency"),
    ],
)
def test_what_cannot_be_stored_is_refused(contract: Contract, fields: dict[str, Any], field: str) -> None:
    given = {"number": "A-2", "valid_from": date(2026, 1, 1), **fields}
    with pytest.raises(Invalid) as caught:
        add_contract(contract.customer, by=None, **given)
    assert caught.value.facts["field"] == field


def test_terms_of_another_company_are_refused(contract: Contract, other_company: Company) -> None:
    ids = ensure_terms(other_company, ["n/30"], by=None)
    with pytest.raises(Invalid) as caught:
        change_contract(contract, version=1, by=None, terms=PaymentTerms.objects.get(pk=ids["n/30"]))
    assert caught.value.code == "other_company"


def test_nothing_for_an_inactive_or_a_merged_customer(customer: Customer, controller: User) -> None:
    other = Customer.objects.get(code="B")
    merge_customer(other, customer, by=controller)
    Customer.objects.filter(pk=customer.pk).update(is_active=False)
    for each in (other, customer):
        with pytest.raises(Refused):
            add_contract(each, number="N", valid_from=DAY, by=None)


def test_the_older_version_is_refused_and_no_change_is_no_change(contract: Contract, clerk: User) -> None:
    same = change_contract(contract, version=1, by=clerk, number="A-1")
    assert same.version == 1
    changed = change_contract(contract, version=1, by=clerk, number="A-9")
    assert (changed.number, changed.version) == ("A-9", 2)
    with pytest.raises(Refused) as caught:
        change_contract(contract, version=1, by=clerk, number="A-8")
    assert caught.value.code == "stale_contract"
    entry = AuditEntry.objects.get(verb="contract.change")
    assert (entry.before, entry.after) == ({"number": "A-1"}, {"number": "A-9"})


def test_contracts_of_a_duplicate_are_those_of_whom_it_stands_for(
    company: Company, contract: Contract, controller: User
) -> None:
    other = Customer.objects.get(code="B")
    theirs = add_contract(other, number="B-1", valid_from=DAY, by=None)
    merge_customer(other, contract.customer, by=controller)
    assert contracts_of(company, [contract.customer_id]) == {contract.customer_id: [theirs, contract]}
    change_contract(theirs, version=1, by=None, is_active=False)
    assert contracts_of(company, [contract.customer_id]) == {contract.customer_id: [contract]}


def test_the_lists(company: Company, contract: Contract) -> None:
    customer = contract.customer
    ends = {
        "soon": date(2026, 7, 31),
        "day60": date(2026, 8, 29),
        "day61": date(2026, 8, 30),
        "over": date(2026, 6, 29),
    }
    for number, last in ends.items():
        add_contract(customer, number=number, valid_from=date(2026, 1, 1), valid_to=last, by=None)
    add_contract(customer, number="later", valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 2), by=None)

    def numbers(view: str) -> list[str]:
        return [each.number for each in contracts(company, view=view, today=DAY)]

    assert numbers("ending") == ["soon", "day60"]
    assert sorted(numbers("in_force")) == ["A-1", "day60", "day61", "soon"]
    assert sorted(numbers("without")) == ["day60", "day61", "soon"]
    assert len(numbers("all")) == 6


def test_files_are_kept_and_taken_off_once(contract: Contract, clerk: User) -> None:
    kept = attach_to_contract(
        contract, NewFile(name="c.pdf", media_type="application/pdf", content=b"%PDF-1"), by=clerk
    )
    for _twice in range(2):
        detach_from_contract(contract, kept.pk, by=clerk)
    kept.refresh_from_db()
    assert kept.removed_at is not None
    assert AuditEntry.objects.filter(verb="contract.unfile").count() == 1


def test_the_database_keeps_contracts_and_files(contract: Contract, other_company: Company, clerk: User) -> None:
    kept = attach_to_contract(
        contract, NewFile(name="c.pdf", media_type="application/pdf", content=b"%PDF-1"), by=clerk
    )
    for doomed in (kept, contract):
        with pytest.raises(DatabaseError), transaction.atomic():
            doomed.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(company=other_company)


def test_refusals_are_said_in_chinese(contract: Contract) -> None:
    with translation.override("zh-hans"), pytest.raises(Invalid) as caught:
        add_contract(contract.customer, number="A-1", valid_from=DAY, by=None)
    with translation.override("zh-hans"):
        assert "合同" in str(caught.value.message)

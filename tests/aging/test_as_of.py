"""Reports as of any date, as known at any position, beside an oracle that adds up every fact (tests/aging/world.py)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from aging.queries import AgingRow, aging, proofs, ties
from arap.ledger.queries import control_totals, customer_ledger, open_items
from customers.models import Customer
from tests.aging.world import Fact, World, facts, moments

ZERO = Decimal(0)
Rows = dict[tuple[object, str], list[Decimal]]


@pytest.fixture(scope="module")
def known(world: World) -> list[Fact]:
    return facts(world.company)


@pytest.fixture(scope="module")
def when(world: World) -> Sequence[tuple[date, int]]:
    return moments(world, 40)


def aged(
    known: list[Fact], as_of: date, position: int, *, edges: Sequence[int], basis: str, key: Callable[[Fact], object]
) -> Rows:
    """Debits by days, the rest unapplied, in currency and then in base."""
    rows: Rows = {}
    starts = [1, *(edge + 1 for edge in edges)] if basis == "due" else [edge + 1 for edge in edges]
    width = len(starts) + 2
    for fact in known:
        amounts = fact.open(as_of, position)
        if amounts[0]:
            days = (as_of - (fact.due_on if basis == "due" else fact.document_on)).days
            column = sum(days >= start for start in starts) if fact.amount > 0 else width - 1
            row = rows.setdefault((key(fact), fact.currency), [ZERO] * width * 2)
            row[column] += amounts[0]
            row[column + width] += amounts[1]
    return rows


def shown(rows: Sequence[AgingRow]) -> Rows:
    assert all(sum(row.buckets, row.unapplied) == row.total for row in rows)
    assert all(sum(row.base_buckets, row.base_unapplied) == row.base_total for row in rows)
    return {
        (row.key, row.currency): [*row.buckets, row.unapplied, *row.base_buckets, row.base_unapplied] for row in rows
    }


def test_the_world_is_worth_the_trouble(world: World, known: list[Fact]) -> None:
    """Part paid, settled, undone and back-dated items in numbers, or the tests below prove little."""
    part_paid = [fact for fact in known if fact.entries and fact.open(date.max, 10**9)[0]]
    settled = [fact for fact in known if fact.entries and not fact.open(date.max, 10**9)[0]]
    undone = [fact for fact in known if any(entry[0] * fact.amount > 0 for entry in fact.entries)]
    recorded_late = [
        fact
        for fact in known
        if any(one[2] > other[2] and one[3] < other[3] for one in fact.entries for other in fact.entries)
    ]
    counts = [len(group) for group in (known, part_paid, settled, undone, recorded_late)]
    assert all(count >= least for count, least in zip(counts, (400, 50, 50, 15, 5), strict=True)), counts


@pytest.mark.parametrize(
    "basis, edges", [("due", (30, 60, 90)), ("document", (30, 60, 90)), ("due", (7,)), ("due", (1, 365))]
)
def test_aging_per_customer(
    world: World, known: list[Fact], when: Sequence[tuple[date, int]], basis: str, edges: tuple[int, ...]
) -> None:
    for as_of, position in when:
        report = aging(world.company, as_of=as_of, position=position, basis=basis, edges=edges, base=True)
        expected = aged(known, as_of, position, edges=edges, basis=basis, key=lambda fact: fact.customer_id)
        assert shown(report.rows) == expected, (as_of, position)
        assert [row[:2] for row in report.rows] == sorted(
            (row[:2] for row in report.rows), key=lambda pair: (pair[0] is None, pair[0], pair[1])
        )
        assert ties(world.company, report)
        assert all(proof.difference == 0 for proof in proofs(world.company, report))


@pytest.mark.parametrize("by", ["currency", "owner", "segment", "parent"])
def test_aging_by_other_keys(world: World, known: list[Fact], when: Sequence[tuple[date, int]], by: str) -> None:
    people = {customer.pk: customer for customer in Customer.objects.filter(company=world.company)}
    keys: dict[str, Callable[[Customer], object]] = {
        "currency": lambda customer: None,
        "owner": lambda customer: customer.owner_id,
        "segment": lambda customer: customer.segment,
        "parent": lambda customer: customer.root_id,
    }
    for as_of, position in when[::3]:
        report = aging(world.company, as_of=as_of, position=position, by=by, base=True)
        expected = aged(
            known, as_of, position, edges=(30, 60, 90), basis="due",
            key=lambda fact: keys[by](people[fact.customer_id]) if fact.customer_id else None,
        )  # fmt: skip
        assert shown(report.rows) == expected, (as_of, position)
        assert ties(world.company, report)


def test_filters_and_totals(world: World, known: list[Fact], when: Sequence[tuple[date, int]]) -> None:
    for nth, (as_of, position) in enumerate(when):
        who, currency = world.people[nth % len(world.people)], ("CNY", "USD", "JPY", "KWD")[nth % 4]
        of_one = aging(world.company, as_of=as_of, position=position, customer_id=who, currency=currency, base=True)
        everything = aged(known, as_of, position, edges=(30, 60, 90), basis="due", key=lambda fact: fact.customer_id)
        wanted = {key: row for key, row in everything.items() if key == (who, currency)}
        assert shown(of_one.rows) == wanted
        assert list(shown(of_one.totals).values()) == list(wanted.values())


def test_open_items_and_control_accounts(world: World, known: list[Fact], when: Sequence[tuple[date, int]]) -> None:
    for nth, (as_of, position) in enumerate(when):
        expected = {fact.id: fact.open(as_of, position) for fact in known}
        expected = {pk: amounts for pk, amounts in expected.items() if amounts[0]}
        items = open_items(world.company, as_of=as_of, position=position)
        assert {item.item_id: (item.open_amount, item.open_base_amount) for item in items} == expected
        base = sum(total.base_amount for total in control_totals(world.company, as_of=as_of, position=position))
        assert base == sum(amounts[1] for amounts in expected.values())
        who = world.people[nth % len(world.people)]
        theirs = {fact.id for fact in known if fact.customer_id == who} & expected.keys()
        of_one = open_items(world.company, as_of=as_of, position=position, customer_id=who)
        assert {item.item_id for item in of_one} == theirs
        nobodys = open_items(world.company, as_of=as_of, position=position, unidentified=True)
        assert {item.item_id for item in nobodys} == {f.id for f in known if f.customer_id is None} & expected.keys()


def test_a_customers_ledger_ends_at_what_is_open(
    world: World, known: list[Fact], when: Sequence[tuple[date, int]]
) -> None:
    for nth, (as_of, position) in enumerate(when):
        who = world.people[nth % len(world.people)]
        lines = customer_ledger(world.company, who, first_on=date(1, 1, 1), as_of=as_of, position=position)
        balances: dict[str, Decimal] = {}
        for line in lines:
            balances[line.currency] = balances.get(line.currency, ZERO) + line.amount
            assert line.balance == balances[line.currency]
        expected: dict[str, Decimal] = {}
        for fact in known:
            if fact.customer_id == who:
                expected[fact.currency] = expected.get(fact.currency, ZERO) + fact.open(as_of, position)[0]
        assert {k: v for k, v in balances.items() if v} == {k: v for k, v in expected.items() if v}
        first_on = min(as_of, date(2030, 1, 1)) - timedelta(days=60)
        later = customer_ledger(world.company, who, first_on=first_on, as_of=as_of, position=position)
        assert later == [line for line in lines if line.on >= first_on]

"""The trade of a sample, without a book: it counts right, repeats, and pays nothing twice."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from arap.desk.sample.papers import Applied, Event, Money, Paper, Part
from arap.desk.sample.story import Story
from arap.desk.sample.trade import Trade, _in_rhythm
from arap.desk.sample.world import make_traders

UNTIL = date(2026, 11, 20)


def trade(items: int, *, customers: int = 40, seed: int = 1, with_story: bool = False) -> list[Event]:
    rnd = Random(seed)
    traders = make_traders(customers, rnd)
    first = date(2023, 11, 1)
    days = [first + timedelta(days=at) for at in range((UNTIL - first).days)]
    working = [day for day in days if day.isoweekday() < 6]
    story = Story(traders[0], UNTIL) if with_story else None
    return list(Trade(traders, business_days=[*working, UNTIL], items=items, rnd=rnd, story=story).events())


def items_of(events: list[Event]) -> int:
    return sum(
        len(event.parts) if isinstance(event, Paper) else 1 for event in events if not isinstance(event, Applied)
    )


@pytest.mark.parametrize("items", [1, 2, 10, 77, 1500])
def test_exactly_the_items_asked_for(items: int) -> None:
    assert items_of(trade(items)) == items


@pytest.mark.parametrize("customers", [1, 2, 21, 300])
def test_any_number_of_customers(customers: int) -> None:
    assert items_of(trade(400, customers=customers)) == 400


def test_the_same_seed_gives_the_same_trade_and_another_seed_another() -> None:
    def told(seed: int) -> list[str]:
        return [repr(event) for event in trade(600, seed=seed)]

    assert told(1) == told(1)
    assert told(1) != told(2)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return trade(6000, with_story=True)


def test_days_only_go_forward_and_nothing_is_applied_before_it_is_there(events: list[Event]) -> None:
    there: dict[int, date] = {}
    last = date.min
    for event in events:
        day = event.issued_on if isinstance(event, Paper) else event.on
        if isinstance(event, Paper):
            there |= {id(part): day for part in event.parts}
        elif isinstance(event, Money):
            there[id(event)] = day
        else:
            assert there[id(event.credit)] <= day
            assert there[id(event.debit)] <= day
        assert last <= day <= UNTIL
        last = day


def test_nothing_is_applied_beyond_its_amount(events: list[Event]) -> None:
    used: dict[int, Decimal] = {}
    amounts: dict[int, Decimal] = {}
    for event in events:
        if isinstance(event, Applied):
            assert event.amount > 0
            for side in (event.credit, event.debit):
                used[id(side)] = used.get(id(side), Decimal(0)) + event.amount
                amounts[id(side)] = side.amount
    assert all(used[key] <= amounts[key] for key in used)
    assert any(used[key] < amounts[key] for key in used)


def test_a_receipt_pays_one_currency_and_one_group(events: list[Event]) -> None:
    owner = {id(part): event for event in events if isinstance(event, Paper) for part in event.parts}
    for event in events:
        if isinstance(event, Applied) and isinstance(event.credit, Money) and event.credit.trader is not None:
            payer, owing = event.credit.trader, owner[id(event.debit)].trader
            assert payer.name.currency == owing.name.currency == event.credit.currency
            assert owing is payer or owing.parent == payer.at


def test_life_is_in_it(events: list[Event]) -> None:
    papers = [event for event in events if isinstance(event, Paper)]
    money = [event for event in events if isinstance(event, Money)]
    applied = Counter(id(event.credit) for event in events if isinstance(event, Applied))
    assert {paper.trader.name.currency for paper in papers} == {"CNY", "USD", "EUR", "JPY", "KWD"}
    assert any(len(paper.parts) > 1 for paper in papers)
    assert any(paper.kind == "credit_note" for paper in papers)
    assert any(paper.trader.parent is not None for paper in papers)
    assert any(applied[id(each)] > 1 for each in money)
    assert any(applied[id(each)] == 0 for each in money)
    late = [part for paper in papers for part in paper.parts if part.open and part.due_on < UNTIL]
    assert late


def test_the_story_adds_up_as_the_screens_say(events: list[Event]) -> None:
    """Design, screens 4 and 5: 783,600.50 owed, 171,600.50 of it overdue, and 486,080.00 received this morning."""
    left: dict[int, tuple[Part, Decimal]] = {}
    for event in events:
        if isinstance(event, Paper) and event.trader.at == 0:
            sign = -1 if event.kind == "credit_note" else 1
            left |= {id(part): (part, sign * part.amount) for part in event.parts}
        elif isinstance(event, Applied) and id(event.debit) in left:
            part, amount = left[id(event.debit)]
            left[id(part)] = (part, amount - event.amount)
            if id(event.credit) in left:
                credit, amount = left[id(event.credit)]
                left[id(credit)] = (credit, amount + event.amount)
    assert sum(amount for _part, amount in left.values()) == Decimal("783600.50")
    overdue = [amount for part, amount in left.values() if part.due_on < UNTIL and amount > 0]
    assert sum(overdue) == Decimal("171600.50")
    assert sum(1 for _part, amount in left.values() if amount) == 10
    waiting = [
        event for event in events if isinstance(event, Money) and event.trader is not None and not event.trader.at
    ]
    assert (waiting[-1].amount, waiting[-1].on) == (Decimal("486080.00"), UNTIL)


@pytest.mark.parametrize(
    ("day", "rhythm", "paid_on"),
    [
        (date(2024, 1, 31), "any", date(2024, 1, 31)),
        (date(2024, 1, 31), "friday", date(2024, 2, 2)),
        (date(2024, 2, 2), "friday", date(2024, 2, 2)),
        (date(2024, 1, 10), "tenth", date(2024, 1, 10)),
        (date(2024, 1, 11), "tenth", date(2024, 2, 10)),
        (date(2024, 12, 26), "twentyfifth", date(2025, 1, 25)),
        (date(2024, 1, 31), "twentyfifth", date(2024, 2, 25)),
    ],
)
def test_the_day_on_which_somebody_pays(day: date, rhythm: str, paid_on: date) -> None:
    assert _in_rhythm(day, rhythm) == paid_on

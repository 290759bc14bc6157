"""Random lives of two books, step by step beside an independent model.

After every step: every invariant holds; what is open on days and at positions equals the model, in currency and base;
aging too; and answers given earlier, for "as known at" that instant, are given again. An act is refused when, and only
when, the model says so, for a reason the model knows.

HYPOTHESIS_PROFILE=nightly makes it twenty times as long, and shrinks what it finds (or found the day before).
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from aging.queries import aging
from arap.core.actions import NewRate, close_period, create_company, open_periods, reopen_period, set_rates
from arap.core.dates import ONE_DAY, end_of_month
from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.core.queries import period_on
from arap.ledger.actions import (
    Closing,
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    apply,
    post_documents,
    revalue,
    reverse_document,
    unapply,
)
from arap.ledger.chart import ensure_chart
from arap.ledger.models import Entry, JournalLine
from arap.ledger.queries import open_items, position_at
from arap.ledger.rules import unrealised_difference
from tests.ledger.book import customers
from tests.ledger.model import UNITS, ZERO, Books, Met, Move, Owed, Paper, spread
from tests.ledger.proofs import assert_ties, findings

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
LENGTH = settings(
    max_examples=250 if NIGHTLY else 25,
    stateful_step_count=50 if NIGHTLY else 25,
    deadline=None,
    phases=[phase for phase in Phase if NIGHTLY or phase is not Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
DAYS = [date(2026, month, day) for month in range(1, 6) for day in (1, 14, 15, 28)]
NUMBERS = count(1)

day = st.sampled_from(DAYS)
index = st.integers(0, 10**6)
amount = st.integers(1, 400)
later = st.sampled_from([0, 0, 0, 1, 13, 31, 60, -1])  # days after the first on which an act is possible
percent = st.sampled_from([1, 33, 50, 99, 100, 100, 100, 101])
rate = st.sampled_from(["0.0469", "1", "7.1", "7.0512", "23.0137"])


@dataclass
class Life:
    """A company, the model of its book, and what was answered on the way."""

    company: Company
    by: User
    books: Books
    people: list[tuple[int | None, int | None]]  # customer and root; None for nobody
    answers: list[tuple[date, int, datetime, dict[int, tuple[Decimal, Decimal]]]]
    revalued: dict[date, dict[int, Decimal]]  # by month end: what the adjustment accounts hold of each item


def found(base_currency: str) -> Life:
    number = next(NUMBERS)
    company = create_company(code=f"life{number}", name="Life", base_currency=base_currency, by=None)
    open_periods(company, 2026, by=None)
    ensure_chart(company)
    parent, child, lone = customers(company, "PARENT", "CHILD<PARENT", "LONE")
    people = [(parent, parent), (child, parent), (lone, lone), (None, None)]
    by = User.objects.create(username=f"life{number}")
    return Life(company, by, Books(base_currency), people, [], {})


Draft = tuple[NewDocument, list[Decimal]]


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.lives = [found("CNY"), found("JPY")]
        self.steps = 0

    def turn(self, n: int, wanted: Callable[[Books], object]) -> Life:
        """The life whose turn it is, or the other one when that has nothing to do it with."""
        life = self.lives[n % 2]
        return life if wanted(life.books) else self.lives[1 - n % 2]

    def attempt(self, life: Life, act: Callable[[], Any], refused: set[str]) -> Any:
        """Do the act; it is refused exactly when the model knows reasons, and for one of them."""
        try:
            done = act()
        except Refused as refusal:
            if refusal.code not in refused:
                raise AssertionError(f"refused for {refusal.code}, expected {refused or 'success'}") from refusal
            return None
        assert not refused, f"done, but should be refused for one of {refused}"
        return done

    # posting

    @initialize(
        currencies=st.lists(st.sampled_from(list(UNITS)), min_size=2, max_size=2),
        days=st.lists(day, min_size=8, max_size=8),
        parts=st.lists(amount, min_size=8, max_size=8),
    )
    def open_the_books(self, currencies: list[str], days: list[date], parts: list[int]) -> None:
        """Something to begin with: in each book, credits and debits of few currencies, mostly of one group."""
        for life in self.lives:
            drafts = [
                self.draft(
                    life, "receipt" if nth % 2 else "invoice", nth % 3, on, "7.1" if nth % 3 else "7.05",
                    currencies[nth // 2 % 2], [part, part] if nth % 2 else [part], part,
                )
                for nth, (on, part) in enumerate(zip(days, parts, strict=True))
            ]  # fmt: skip
            self.write(life, drafts)
            self.look(life)

    @rule(
        n=index, kind=st.sampled_from(["invoice", "receipt", "receipt", "credit_note"]), who=index, on=day, rate=rate,
        currency=st.sampled_from(list(UNITS)), parts=st.lists(amount, min_size=1, max_size=3), term=index,
    )  # fmt: skip
    def post(
        self, n: int, kind: str, who: int, on: date, rate: str, currency: str, parts: list[int], term: int
    ) -> None:
        life = self.lives[n % 2]
        self.write(life, [self.draft(life, kind, who, on, rate, currency, parts, term)])
        self.look(life)

    def draft(
        self, life: Life, kind: str, who: int, on: date, rate: str, currency: str, parts: list[int], term: int
    ) -> Draft:
        """A document with an item for each of `parts` (in the smallest unit), and the bases it should have."""
        customer, _ = life.people[who % (4 if kind == "receipt" else 3)]
        sign = 1 if kind == "invoice" else -1
        amounts = [sign * Decimal(part).scaleb(-UNITS[currency]) for part in parts]
        dues = [on + timedelta(days=(term + 30 * nth) % 70) for nth, _ in enumerate(parts)]
        account = "unidentified" if customer is None else ["receivable", "advances"][who // 4 % 2 if sign < 0 else 0]
        items = [NewItem(account=account, amount=a, due_on=due) for a, due in zip(amounts, dues, strict=True)]
        contra = "bank" if kind == "receipt" else "revenue"
        document = NewDocument(
            kind=kind, customer_id=customer, currency=currency, rate=Decimal(rate), document_on=on, posted_on=on,
            items=items, lines=[NewLine(account=contra, amount=-sum(amounts, ZERO))],
        )  # fmt: skip
        bases = spread(Fraction(sum(amounts)) * Fraction(rate), amounts, sum(amounts, ZERO), life.books.unit)
        return document, bases

    def write(self, life: Life, drafts: list[Draft], refused: Iterable[str] = (), moves: Iterable[Move] = ()) -> None:
        """Post the drafts, and note in the model what they open, and what they close (`moves`)."""
        books, documents = life.books, [document for document, _ in drafts]
        refusals = set(refused).union(*(books.closed(document.posted_on) for document in documents))
        posted = self.attempt(life, lambda: post_documents(life.company, documents, by=life.by, verb="test"), refusals)
        for done, (document, bases) in zip(posted or (), drafts, strict=bool(posted)):
            for pk, item, base in zip(done.item_ids, document.items, bases, strict=True):
                customer = None if item.account == "unidentified" else item.customer_id or document.customer_id
                books.items[pk] = Owed(
                    pk, done.document_id, customer, dict(life.people)[customer], item.account, document.currency,
                    item.amount, base, document.posted_on, item.due_on, done.position,
                )  # fmt: skip
            books.moves += [Move(m.item, m.amount, m.base, m.on, done.position) for m in moves]
            books.papers.append(
                Paper(done.document_id, list(done.item_ids), document.posted_on, bool(document.closings))
            )

    # applying and undoing

    def something_open(self) -> bool:
        return any(owed.amount < 0 for life in self.lives for owed in life.books.items.values())

    def pick(self, life: Life, sign: int, nth: int) -> int | None:
        """An item of that sign, most often one that is open."""
        items = [pk for pk, owed in life.books.items.items() if owed.amount * sign > 0]
        opened = [pk for pk in items if life.books.open(pk)[0]]
        chosen = opened if opened and nth % 8 else items
        return chosen[nth % len(chosen)] if chosen else None

    @precondition(lambda self: self.something_open())
    @rule(n=index, credit=index, debits=st.lists(st.tuples(index, percent), min_size=1, max_size=3), wait=later)
    def apply(self, n: int, credit: int, debits: list[tuple[int, int]], wait: int) -> None:
        """Apply a credit to debits that it fits, on the first day that it can be or a while later."""
        life = self.turn(n, lambda books: any(books.fitting(pk) for pk in books.items))
        books = life.books
        credits = [pk for pk in books.items if books.fitting(pk)]
        if credits:
            chosen = credits[credit % len(credits)]
            fitting = books.fitting(chosen)
            pairs = {(chosen, fitting[nth % len(fitting)]): part for nth, part in debits}
            first = max(books.items[pk].posted_on for sides in pairs for pk in sides)
            self.meet(life, pairs, first + timedelta(days=wait))

    @precondition(lambda self: self.something_open())
    @rule(n=index, sides=st.lists(st.tuples(index, index, percent), min_size=1, max_size=3), on=day)
    def apply_at_random(self, n: int, sides: list[tuple[int, int, int]], on: date) -> None:
        """Most often refused, for every reason there is."""
        life = self.lives[n % 2]
        credits, debits = ([pk for pk, owed in life.books.items.items() if owed.amount * sign > 0] for sign in (-1, 1))
        pairs = {(credits[one % len(credits)], debits[other % len(debits)]): part for one, other, part in sides}
        self.meet(life, pairs, on)

    def meet(self, life: Life, shares: dict[tuple[int, int], int], on: date) -> None:
        """Apply to each pair that percentage of what it can take; over a hundred is too much."""
        books, pairs = life.books, []
        for (credit, debit), part in shares.items():
            unit = Decimal(1).scaleb(-UNITS[books.items[credit].currency])
            limit = min(abs(books.open(credit)[0]), abs(books.open(debit)[0]))
            value = max((limit * part / 100).quantize(unit), unit) if part <= 100 else limit + unit
            pairs.append((credit, debit, value))
        refused, met = books.pair_up(pairs, on)
        chosen = [Pair(*pair) for pair in pairs]
        done = self.attempt(
            life, lambda: apply(life.company, chosen, effective_on=on, by=life.by, policy="test"), refused
        )
        if done is not None:
            for each in met:
                each.application = done.application_id
                books.moves += books.moved(each, done.position)
            books.met += met
            written = {
                (entry.item_id, entry.counter_item_id): (entry.amount, entry.base_amount) for entry in done.entries
            }
            expected = {(m.credit, m.debit): (m.amount, -m.credit_base) for m in met}
            expected |= {(m.debit, m.credit): (-m.amount, -m.debit_base) for m in met}
            assert written == expected
        self.look(life)

    @precondition(lambda self: any(life.books.met for life in self.lives))
    @rule(n=index, which=index, only_one=st.booleans(), wait=later)
    def unapply(self, n: int, which: int, only_one: bool, wait: int) -> None:
        life = self.turn(n, lambda books: books.met)
        books = life.books
        one = books.met[which % len(books.met)]
        chosen = [one] if only_one else [met for met in books.met if met.application == one.application]
        on = one.on + timedelta(days=wait)
        entries = Entry.objects.filter(application_id=one.application, reverses=None)
        if only_one:
            entries = entries.filter(item_id=one.credit, counter_item_id=one.debit)
        ids = list(entries.values_list("pk", flat=True))
        done = self.attempt(
            life,
            lambda: unapply(life.company, ids, effective_on=on, by=life.by, reason="test"),
            books.undo_refused(chosen, on),
        )
        if done is not None:
            books.undo(chosen, on, done[0].position)
        self.look(life)

    # replacing and reversing

    @rule(n=index, which=index, sign=st.sampled_from([1, -1]), percent=percent, to=index, wait=later)
    def replace(self, n: int, which: int, sign: int, percent: int, to: int, wait: int) -> None:
        life = self.lives[n % 2]
        books = life.books
        pk = self.pick(life, sign, which)
        if pk is None:
            return
        owed = books.items[pk]
        unit = Decimal(1).scaleb(-UNITS[owed.currency])
        value = (books.open(pk)[0] * min(percent, 100) / 100).quantize(unit) or owed.amount.copy_sign(sign)
        value += unit * sign if percent > 100 else ZERO
        on = owed.posted_on + timedelta(days=wait)
        refused, move = books.closings(pk, value, on)
        customer = life.people[to % 3][0]
        halves = [(value / 2).quantize(unit), value - (value / 2).quantize(unit)]
        amounts = [half for half in halves if half] if to % 2 else [value]
        items = [
            NewItem(
                account="receivable",
                amount=part,
                due_on=on + timedelta(days=30),
                customer_id=customer,
                origin_item_id=pk,
            )
            for part in amounts
        ]
        document = NewDocument(
            kind="transfer", customer_id=customer, currency=owed.currency, rate=Decimal(1), document_on=on,
            posted_on=on, items=items, closings=[Closing(item_id=pk, amount=value)],
        )  # fmt: skip
        bases = spread(Fraction(-move.base), amounts, value, books.unit)
        self.write(life, [(document, bases)], refused, [move])
        self.look(life)

    @precondition(lambda self: any(life.books.papers for life in self.lives))
    @rule(n=index, which=index, wait=later)
    def bounce(self, n: int, which: int, wait: int) -> None:
        life = self.turn(n, lambda books: books.papers)
        books = life.books
        paper = books.papers[which % len(books.papers)]
        live = books.live(paper.items)
        on = max([paper.posted_on, *(met.on for met in live)]) + timedelta(days=wait)
        mirror = self.attempt(
            life,
            lambda: reverse_document(life.company, paper.id, posted_on=on, by=life.by, reason="bounced", verb="test"),
            books.reversal_refused(paper, on),
        )
        if mirror is None:
            self.look(life)
            return
        books.undo(live, on, mirror.position)
        for pk, opposite in zip(paper.items, mirror.item_ids, strict=True):
            owed = books.items[pk]
            books.items[opposite] = Owed(
                opposite, mirror.document_id, owed.customer, owed.root, owed.account, owed.currency, -owed.amount,
                -owed.base, on, on, mirror.position,
            )  # fmt: skip
            credit, debit = (pk, opposite) if owed.amount < 0 else (opposite, pk)
            credit_base = -abs(owed.base)
            application = Entry.objects.get(item_id=opposite, application__isnull=False).application_id or 0
            books.met.append(Met(application, credit, debit, abs(owed.amount), credit_base, -credit_base, on))
            books.moves += books.moved(books.met[-1], mirror.position)
        paper.reversed = True
        books.papers.append(Paper(mirror.document_id, list(mirror.item_ids), on))
        self.look(life)

    @rule(n=index, month=st.integers(1, 2))
    def close_or_reopen(self, n: int, month: int) -> None:
        life = self.lives[n % 2]
        period = period_on(life.company, date(2026, month, 1))
        if month in life.books.closed_months:
            reopen_period(life.company, period, by=life.by, reason="test")
            life.books.closed_months.remove(month)
        else:
            close_period(life.company, period, by=life.by)
            life.books.closed_months.add(month)

    # revaluing

    @rule(n=index, month=st.integers(1, 5), rates=st.lists(rate, min_size=len(UNITS), max_size=len(UNITS)))
    def revalue(self, n: int, month: int, rates: list[str]) -> None:
        """Rates of a month end, new or corrected, and what they make of the items that are to be settled in money."""
        life = self.lives[n % 2]
        books, month_end = life.books, end_of_month(date(2026, month, 1))
        closing = {currency: Decimal(each) for currency, each in zip(UNITS, rates, strict=True)}
        foreign = [each for each in UNITS if each != books.base_currency]
        new = [NewRate(currency=each, valid_from=month_end, rate=closing[each]) for each in foreign]
        set_rates(life.company, new, source="test", by=None)
        expected = {}
        for pk, (open_amount, base) in books.all_open(month_end, position_at(life.company, known_at=None)).items():
            owed = books.items[pk]
            if owed.account != "advances" and owed.currency in foreign:
                expected[pk] = unrealised_difference(open_amount, base, closing[owed.currency], books.unit)
        expected = {pk: difference for pk, difference in expected.items() if difference}
        due = expected != life.revalued.get(month_end, {})
        refused = set().union(*(books.closed(on) for on in (month_end, month_end + ONE_DAY))) if due else set()
        act = partial(revalue, life.company, month_end=month_end, by=life.by)
        posted = self.attempt(life, act, refused)
        if posted is not None:
            assert bool(posted) == due
            life.revalued[month_end] = expected
        self.look(life)
        assert held(life, month_end) == life.revalued.get(month_end, {})
        assert held(life, month_end + ONE_DAY) == {}

    # looking

    def look(self, life: Life) -> None:
        """After each step: the invariants, some days and positions, and an answer of the past."""
        self.steps += 1
        chance = Random(self.steps)
        assert findings(life.company) == []
        last = position_at(life.company, known_at=None)
        for as_of in chance.sample(DAYS, 2):
            self.compare(life, as_of, last)
        self.compare(life, chance.choice(DAYS), chance.randint(0, last))
        self.compare_aging(life, chance.choice(DAYS) + timedelta(days=chance.randint(0, 90)), chance.randint(0, last))
        if life.answers:
            self.ask_again(life, chance.randrange(len(life.answers)))
        as_of = chance.choice(DAYS)
        life.answers.append((as_of, last, clock(), answer(life, as_of, last)))

    def compare(self, life: Life, as_of: date, position: int) -> None:
        assert answer(life, as_of, position) == life.books.all_open(as_of, position), (as_of, position)

    def compare_aging(self, life: Life, as_of: date, position: int) -> None:
        report = aging(life.company, as_of=as_of, position=position, base=True)
        shown = {
            (row.key, row.currency): [*row.buckets, row.unapplied, *row.base_buckets, row.base_unapplied]
            for row in report.rows
        }
        assert shown == life.books.aging(as_of, position), (as_of, position)
        assert_ties(life.company, as_of=as_of, position=position)

    def ask_again(self, life: Life, nth: int) -> None:
        as_of, position, instant, answered = life.answers[nth]
        assert position_at(life.company, known_at=instant) == position
        assert answer(life, as_of, position) == answered

    def teardown(self) -> None:
        for life in self.lives:
            assert findings(life.company) == []
            last = position_at(life.company, known_at=None)
            for as_of in life.books.days():
                self.compare(life, as_of - timedelta(days=1), last)
                self.compare(life, as_of, last)
                self.compare(life, as_of, last // 2)
            for nth in range(0, len(life.answers), 3):
                self.ask_again(life, nth)


def answer(life: Life, as_of: date, position: int) -> dict[int, tuple[Decimal, Decimal]]:
    found = open_items(life.company, as_of=as_of, position=position)
    return {item.item_id: (item.open_amount, item.open_base_amount) for item in found}


def held(life: Life, as_of: date) -> dict[int, Decimal]:
    """What the adjustment accounts hold of each item on that day, all of the past together."""
    lines = JournalLine.objects.filter(
        company=life.company, account__role__endswith="_adjustment", posted_on__lte=as_of
    ).order_by()
    sums = dict(lines.values_list("item_id").annotate(Sum("base_amount")))
    return {pk: total for pk, total in sums.items() if total}


def clock() -> datetime:
    """The database's own, by which postings are recorded."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
        return instant


@pytest.mark.slow
@pytest.mark.timeout(14_400 if NIGHTLY else 900)
def test_random_lives(committed_db: Any) -> None:
    run_state_machine_as_test(Machine, settings=LENGTH)

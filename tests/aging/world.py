"""A random book of three years, written through the public actions, and the same facts read back one by one.

The oracle knows nothing of pruning, spans or derived columns: it reads every item and every entry, and adds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection

from arap.core.actions import open_periods
from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.actions import Closing, NewDocument, NewItem, NewLine, post_documents
from arap.ledger.queries import position_at
from customers.models import Customer
from tests.ledger.book import Bookkeeper, customers

FIRST = date(2024, 1, 1)
DAYS = 900
CURRENCIES = {"CNY": ("1", 2), "USD": ("7.1", 2), "JPY": ("0.0469", 0), "KWD": ("23.01", 3)}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fact:
    """An item with all its entries: (amount, base, effective on, position)."""

    entries: list[tuple[Decimal, Decimal, date, int]]
    id: int
    customer_id: int | None
    currency: str
    amount: Decimal
    base: Decimal
    posted_on: date
    due_on: date
    document_on: date
    position: int

    def open(self, as_of: date, position: int) -> tuple[Decimal, Decimal]:
        if self.posted_on > as_of or self.position > position:
            return ZERO, ZERO
        seen = [entry for entry in self.entries if entry[2] <= as_of and entry[3] <= position]
        return self.amount + sum((e[0] for e in seen), ZERO), self.base + sum((e[1] for e in seen), ZERO)


@dataclass(slots=True)
class World:
    company: Company
    keeper: Bookkeeper
    random: Random
    people: list[int]
    applications: list[tuple[int, date]]

    def day(self) -> date:
        return FIRST + timedelta(days=self.random.randrange(DAYS))

    def post(self) -> None:
        """A batch of papers of any kind, some of them long forgotten ones."""
        documents = [self.paper(self.day()) for _ in range(self.random.randint(4, 12))]
        post_documents(self.company, documents, by=self.keeper.by, verb="test")

    def paper(self, on: date) -> NewDocument:
        chance = self.random
        kind = chance.choice(["invoice", "invoice", "invoice", "receipt", "receipt", "credit_note"])
        currency = chance.choice(["CNY", "CNY", "USD", "JPY", "KWD"])
        rate, unit = CURRENCIES[currency]
        sign = 1 if kind == "invoice" else -1
        customer = None if kind == "receipt" and chance.random() < 0.1 else chance.choice(self.people)
        account = (
            "unidentified" if customer is None else "receivable" if sign > 0 or chance.random() < 0.8 else "advances"
        )
        amounts = [
            sign * Decimal(chance.randint(1, 90_000)).scaleb(-unit) for _ in range(chance.choice([1, 1, 1, 2, 3]))
        ]
        return NewDocument(
            kind=kind, customer_id=customer, currency=currency, rate=Decimal(rate), posted_on=on,
            document_on=on - timedelta(days=chance.choice([0, 0, 0, 3, 40])),
            items=[
                NewItem(account=account, amount=amount, due_on=on + timedelta(days=30 * nth + chance.randint(0, 60)))
                for nth, amount in enumerate(amounts)
            ],
            lines=[NewLine(account="bank", amount=-sum(amounts, ZERO))],
        )  # fmt: skip

    def apply(self) -> None:
        """A random pair that fits, in full or in part, soon or after years."""
        opened = [(fact, fact.open(date.max, 10**9)[0]) for fact in facts(self.company)]
        credits = [(fact, left) for fact, left in opened if left < 0]
        if not credits:
            return
        credit, left = self.random.choice(credits)
        fitting = [
            (debit, amount)
            for debit, amount in opened
            if amount > 0 and debit.currency == credit.currency and debit.customer_id == credit.customer_id
        ]
        if not fitting:
            return
        debit, amount = self.random.choice(fitting)
        unit = Decimal(1).scaleb(-CURRENCIES[credit.currency][1])
        value = min(-left, amount)
        if self.random.random() < 0.3:
            value = max((value / 3).quantize(unit), unit)
        first = max(credit.posted_on, debit.posted_on)
        on = first + timedelta(days=self.random.choice([0, 0, 1, 5, 7, 8, 15, 16, 40, 64, 100, 300, 600]))
        self.attempt(
            lambda: self.applications.append(
                (self.keeper.apply(credit.id, debit.id, str(value), on).application_id, on)
            )
        )

    def unapply(self) -> None:
        if self.applications:
            application, on = self.random.choice(self.applications)
            self.attempt(lambda: self.keeper.unapply(application, on + timedelta(days=self.random.choice([0, 3, 50]))))

    def transfer(self) -> None:
        fact = self.random.choice(facts(self.company))
        left = fact.open(date.max, 10**9)[0]
        if left and fact.customer_id:
            item = NewItem(
                account="receivable", amount=left, due_on=fact.due_on + timedelta(days=60),
                customer_id=self.random.choice(self.people), origin_item_id=fact.id,
            )  # fmt: skip
            document = NewDocument(
                kind="transfer", customer_id=item.customer_id, currency=fact.currency, rate=Decimal(1), items=[item],
                document_on=fact.posted_on, posted_on=fact.posted_on + timedelta(days=self.random.choice([0, 20, 200])),
                closings=[Closing(item_id=fact.id, amount=left)],
            )  # fmt: skip
            self.attempt(lambda: post_documents(self.company, [document], by=self.keeper.by, verb="test"))

    def attempt(self, act: Callable[[], Any]) -> None:
        """Chance also proposes what the book refuses: a day that was full, something undone already."""
        try:
            act()
        except Refused:
            return


def build(company: Company, by: User, seed: int, *, acts: int) -> World:
    """A world of `acts` acts; customers with parents, owners and segments."""
    people = customers(company, "A", "B<A", "C<A", "D", "E<D", "F", "G")
    for nth, pk in enumerate(people):
        Customer.objects.filter(pk=pk).update(
            owner=by if nth % 3 == 0 else None, segment=["retail", "trade", ""][nth % 3]
        )
    for year in (1930, 2028):
        open_periods(company, year, by=None)
    world = World(company, Bookkeeper(company=company, by=by), Random(seed), people, [])
    forgotten(world)
    for _ in range(acts):
        chance = world.random.random()
        act = world.post if chance < 0.25 else world.apply if chance < 0.85 else world.unapply
        (world.transfer if chance > 0.95 else act)()
    return world


def forgotten(world: World) -> None:
    """Settled after each length of time at which the search for settled items changes step; and after a lifetime."""
    for days in (0, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 899):
        settled(world, FIRST, FIRST + timedelta(days=days))
    settled(world, date(1930, 1, 1), FIRST)


def settled(world: World, posted_on: date, on: date) -> None:
    who = world.people[5]
    debit = world.keeper.invoice(who, "10.00", posted_on).item_ids[0]
    credit = world.keeper.receipt(who, "10.00", on).item_ids[0]
    world.keeper.apply(credit, debit, "10.00", on)


def facts(company: Company) -> list[Fact]:
    """Every item with every entry."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, customer_id, currency, amount, base_amount, posted_on, aged_from_on, document_on, position"
            " from ledger_item where company_id = %s order by id",
            [company.pk],
        )
        found = {row[0]: Fact([], *row) for row in cursor.fetchall()}
        cursor.execute(
            "select item_id, amount, base_amount, effective_on, position from ledger_entry"
            " where company_id = %s order by id",
            [company.pk],
        )
        for item, *entry in cursor.fetchall():
            found[item].entries.append(tuple(entry))
    return list(found.values())


def moments(world: World, wanted: int) -> Sequence[tuple[date, int]]:
    """Days and positions to ask about: as known now on half of them, at an earlier position on the others."""
    last = position_at(world.company, known_at=None)
    chance = Random(wanted)
    days = [FIRST + timedelta(days=chance.randrange(-5, DAYS + 400)) for _ in range(wanted)]
    days += [FIRST, date(1930, 1, 1), date(1980, 6, 1), date(2020, 1, 1), date(9999, 12, 31)]
    return [(day, last if nth % 2 else chance.randint(0, last)) for nth, day in enumerate(days)]

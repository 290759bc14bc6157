"""The book as a plain list of facts, in whole numbers and fractions: what the real one is compared with.

Nothing here is shared with the application. An item is what was posted; a move is what later changed it, on a day and
at a position. What is open on a day as known at a position is a sum over a list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

UNITS = {"CNY": 2, "USD": 2, "JPY": 0, "KWD": 3}
ZERO = Decimal(0)


def half_up(value: Fraction, unit: int) -> Decimal:
    """`value` to `unit` decimals, halves away from zero."""
    scaled = abs(value) * 10**unit
    whole = int(scaled + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-unit)


def spread(whole: Fraction, parts: Sequence[Decimal], total: Decimal, unit: int) -> list[Decimal]:
    """`whole` over `parts` of `total`: each part is the difference of two rounded running sums."""
    bases, upto, given = [], ZERO, ZERO
    for part in parts:
        upto += part
        reached = half_up(whole * Fraction(upto) / Fraction(total), unit)
        bases.append(reached - given)
        given = reached
    return bases


@dataclass(frozen=True, slots=True)
class Owed:
    """An item as it was posted."""

    id: int
    document: int
    customer: int | None
    root: int | None
    account: str
    currency: str
    amount: Decimal
    base: Decimal
    posted_on: date
    due_on: date
    position: int


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one item."""

    item: int
    amount: Decimal
    base: Decimal
    on: date
    position: int


@dataclass(slots=True)
class Met:
    """A credit and a debit that met in an application; `undone` once they parted."""

    application: int
    credit: int
    debit: int
    amount: Decimal
    credit_base: Decimal
    debit_base: Decimal
    on: date
    undone: bool = False


@dataclass(slots=True)
class Paper:
    """A document: its items, whether it replaced others, whether it was reversed."""

    id: int
    items: list[int]
    posted_on: date
    replaces: bool = False
    reversed: bool = False


@dataclass(slots=True)
class Books:
    """One company's book."""

    base_currency: str
    items: dict[int, Owed] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    met: list[Met] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    closed_months: set[int] = field(default_factory=set)

    @property
    def unit(self) -> int:
        return UNITS[self.base_currency]

    def open(self, item: int, as_of: date = date.max, position: int = 10**9) -> tuple[Decimal, Decimal]:
        """What is open of an item on a day as known at a position: amount and base."""
        owed = self.items[item]
        if owed.posted_on > as_of or owed.position > position:
            return ZERO, ZERO
        seen = [m for m in self.moves if m.item == item and m.on <= as_of and m.position <= position]
        return owed.amount + sum(m.amount for m in seen), owed.base + sum(m.base for m in seen)

    def all_open(self, as_of: date, position: int) -> dict[int, tuple[Decimal, Decimal]]:
        found = {item: self.open(item, as_of, position) for item in self.items}
        return {item: amounts for item, amounts in found.items() if amounts[0]}

    def fitting(self, credit: int) -> list[int]:
        """The open debits that an open credit can be applied to; none when it is not one."""
        one = self.items[credit]
        if one.amount > 0 or not self.open(credit)[0]:
            return []
        of_group = [other for other in self.items.values() if other.root == one.root and other.currency == one.currency]
        return [other.id for other in of_group if other.amount > 0 and one.root is not None and self.open(other.id)[0]]

    def aging(self, as_of: date, position: int) -> dict[tuple[int | None, str], list[Decimal]]:
        """By customer and currency: not due, 1-30, 31-60, 61-90, 91+, and what is not applied; amounts, then bases."""
        rows: dict[tuple[int | None, str], list[Decimal]] = {}
        for item, amounts in self.all_open(as_of, position).items():
            owed = self.items[item]
            late = (as_of - owed.due_on).days
            column = 5 if owed.amount < 0 else sum(late >= edge for edge in (1, 31, 61, 91))
            row = rows.setdefault((owed.customer, owed.currency), [ZERO] * 12)
            row[column] += amounts[0]
            row[column + 6] += amounts[1]
        return rows

    def days(self) -> list[date]:
        return sorted({owed.posted_on for owed in self.items.values()} | {move.on for move in self.moves})

    def beyond(self, moves: Iterable[Move]) -> set[str]:
        """Whether these moves, made now, would leave an item beyond its amount today or on any day."""
        wanted = list(moves)
        found = set()
        after = replace(self, moves=[*self.moves, *wanted])
        for item in {move.item for move in wanted}:
            amount = self.items[item].amount
            low, high = min(amount, ZERO), max(amount, ZERO)
            if not low <= after.open(item)[0] <= high:
                found.add("over_applied")
            if any(not low <= after.open(item, move.on)[0] <= high for move in after.moves if move.item == item):
                found.add("over_applied_on")
        return found

    def closed(self, on: date) -> set[str]:
        return {"period_closed"} if on.year != 2026 or on.month in self.closed_months else set()

    def pair_up(self, pairs: Sequence[tuple[int, int, Decimal]], on: date) -> tuple[set[str], list[Met]]:
        """Why these pairs would be refused (nothing when they are right), and what would meet."""
        refused = self.closed(on)
        taken: dict[int, list[tuple[int, Decimal]]] = {}
        for number, (credit, debit, amount) in enumerate(pairs):
            one, other = self.items[credit], self.items[debit]
            if one.currency != other.currency:
                refused.add("other_currency")
            if one.customer != other.customer and (one.root is None or one.root != other.root):
                refused.add("other_customer")
            if on < max(one.posted_on, other.posted_on):
                refused.add("before_posting")
            for item in (credit, debit):
                taken.setdefault(item, []).append((number, amount))
        if any(sum(amount for _, amount in parts) > abs(self.open(item)[0]) for item, parts in taken.items()):
            return refused | {"over_applied"}, []
        bases: dict[tuple[int, int], Decimal] = {}
        for item, parts in taken.items():
            left, left_base = self.open(item)
            shares = spread(Fraction(left_base), [amount for _, amount in parts], abs(left), self.unit)
            bases |= {(item, number): share for (number, _), share in zip(parts, shares, strict=True)}
        met = [
            Met(0, credit, debit, amount, bases[credit, number], bases[debit, number], on)
            for number, (credit, debit, amount) in enumerate(pairs)
        ]
        return refused | self.beyond(move for each in met for move in self.moved(each, 0)), met

    @staticmethod
    def moved(met: Met, position: int, on: date | None = None, sign: int = 1) -> list[Move]:
        """The two moves of a meeting, or (sign -1) of its undoing."""
        day = on or met.on
        return [
            Move(met.credit, sign * met.amount, -sign * met.credit_base, day, position),
            Move(met.debit, -sign * met.amount, -sign * met.debit_base, day, position),
        ]

    def live(self, items: Iterable[int]) -> list[Met]:
        wanted = set(items)
        return [met for met in self.met if not met.undone and wanted & {met.credit, met.debit}]

    def undo_refused(self, chosen: Sequence[Met], on: date) -> set[str]:
        refused = self.closed(on)
        if any(on < met.on for met in chosen):
            refused.add("not_a_mirror")
        if any(on < self.items[item].posted_on for met in chosen for item in (met.credit, met.debit)):
            refused.add("before_posting")
        if any(met.undone for met in chosen):
            refused.add("already_undone")
        return refused

    def undo(self, chosen: Sequence[Met], on: date, position: int) -> None:
        for met in chosen:
            self.moves += self.moved(met, position, on, -1)
            met.undone = True

    def closings(self, item: int, amount: Decimal, on: date) -> tuple[set[str], Move]:
        """Why a replacement of `amount` (with the item's sign) would be refused, and the move it makes."""
        owed = self.items[item]
        left, left_base = self.open(item)
        refused = self.closed(on) | ({"before_posting"} if on < owed.posted_on else set())
        if abs(amount) > abs(left):
            return refused | {"over_applied"}, Move(item, -amount, ZERO, on, 0)
        (base,) = spread(Fraction(left_base), [amount], left, self.unit)
        move = Move(item, -amount, -base, on, 0)
        return refused | self.beyond([move]), move

    def reversal_refused(self, paper: Paper, on: date) -> set[str]:
        """Why the paper cannot be reversed: the first reason that the book finds is one of these."""
        live = self.live(paper.items)
        refused = self.undo_refused(live, on)
        if paper.reversed:
            refused.add("already_reversed")
        if paper.replaces:
            refused.add("replacement")
        if on < paper.posted_on:
            refused.add("before_posting")
        undone = replace(self, moves=[*self.moves, *(move for met in live for move in self.moved(met, 0, on, -1))])
        if any(undone.open(item)[0] != self.items[item].amount for item in paper.items):
            refused.add("replaced")
        full = [Move(item, -self.items[item].amount, -self.items[item].base, on, 0) for item in paper.items]
        return refused | undone.beyond(full)

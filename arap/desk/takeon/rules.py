"""How a history's settlements fall on its invoices. Pure, no Django.

Day by day, receipts before credit notes: an invoice settled on a day is no longer open at the end of it.

- An invoice settled: a receipt of that day over what is then open of it.
- A credit note settled: applied that day to the customer's oldest open invoices of its currency (by day of issue, then
  due date); what finds no invoice is refunded.

Nothing may leave an item below zero on any later day, so each takes what is least open from its day on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

ZERO = Decimal(0)


@dataclass(slots=True)
class OpenItem:
    """A debit or a credit of one customer and currency. Amounts are positive; a movement reduces it.

    A movement below zero is an undoing.
    """

    item_id: int
    amount: Decimal
    posted_on: date
    document_on: date
    due_on: date
    movements: list[tuple[date, Decimal]] = field(default_factory=list)
    moved: Decimal = ZERO
    was_undone: bool = False

    def move(self, on: date, amount: Decimal) -> None:
        self.movements.append((on, amount))
        self.moved += amount
        self.was_undone = self.was_undone or amount < 0

    def free_from(self, on: date) -> Decimal:
        """The least that is open at the end of any day from `on` on; nothing before it is posted."""
        if on < self.posted_on:
            return ZERO
        least = running = self.amount - sum((amount for day, amount in self.movements if day <= on), ZERO)
        later = sorted(movement for movement in self.movements if movement[0] > on)
        for _day, amounts in groupby(later, key=itemgetter(0)):
            running -= sum((amount for _, amount in amounts), ZERO)
            least = min(least, running)
        return max(least, ZERO)

    def is_spent(self) -> bool:
        """Whether nothing can be taken from it on any day: what only ever falls and is at zero."""
        return self.moved >= self.amount and not self.was_undone


@dataclass(frozen=True, slots=True)
class Settlement:
    """A row of the file that says: `item` was settled on a day."""

    row: int
    on: date
    item: OpenItem
    is_credit: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money over `amount` on a day, applied to one item."""

    row: int
    on: date
    item_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Use:
    """`amount` of a credit applied to a debit on a day."""

    row: int
    on: date
    credit_item_id: int
    debit_item_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Refund:
    """`amount` of a credit paid back on a day."""

    row: int
    on: date
    credit_item_id: int
    amount: Decimal


def settle(settlements: Iterable[Settlement], debits: Sequence[OpenItem]) -> Iterator[Receipt | Use | Refund]:
    """What the settlements of one customer and currency do to the customer's invoices, in order of days."""
    oldest_first = sorted(debits, key=lambda item: (item.document_on, item.due_on, item.item_id))
    for settlement in sorted(settlements, key=lambda each: (each.on, each.is_credit, each.row)):
        free = settlement.item.free_from(settlement.on)
        if not free:
            continue
        if settlement.is_credit:
            oldest_first = [item for item in oldest_first if not item.is_spent()]
            yield from _use(settlement, free, oldest_first)
        else:
            settlement.item.move(settlement.on, free)
            yield Receipt(settlement.row, settlement.on, settlement.item.item_id, free)


def _use(settlement: Settlement, left: Decimal, oldest_first: list[OpenItem]) -> Iterator[Use | Refund]:
    credit, on = settlement.item, settlement.on
    credit.move(on, left)
    for debit in oldest_first:
        if not left or debit.document_on > on:
            break
        amount = min(left, debit.free_from(on))
        if amount:
            debit.move(on, amount)
            left -= amount
            yield Use(settlement.row, on, credit.item_id, debit.item_id, amount)
    if left:
        yield Refund(settlement.row, on, credit.item_id, left)

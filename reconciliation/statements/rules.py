"""What a statement of account says, put together from rows of the book. Pure.

Amounts are signed in their currency: what the customer owes is positive. The bases: an open-item statement lists what
is open at a day, an activity statement what moved in a period and what was left open at its end.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from aging.rules import buckets_at, days_overdue

ZERO = Decimal(0)
OPEN, ACTIVITY = "open", "activity"
KINDS = (OPEN, ACTIVITY)
# Kinds of movements beside those of documents, worded among the acts of the book: another member of the group paid what
# the customer owes, or a credit of the customer's was used for another member.
PAID_BY, PAID_FOR = "paid_by", "paid_for"
MOVEMENT_SECTION, OPEN_SECTION = "movement", "open"
# How long a customer has to say that the books differ, counted from the day the statement is made.
REPLY_DAYS = 10
MONTH_BACK = timedelta(days=1)  # from the first of a month to the last of the one before
NUMBERS_SHOWN = 1
CHECK_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One movement as the book has it: a document posted or replaced, or a payment between members of a group.

    The latter has PAID_BY or PAID_FOR as `kind` and the customer's own document, never the other member's.
    """

    customer_id: int
    currency: str
    on: date
    document_id: int | None
    kind: str
    number: str
    reference: str
    applied_to: Sequence[str]
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One open item as the book has it. `part` is its number in a document with several items, else 0."""

    customer_id: int
    currency: str
    on: date
    document_id: int
    kind: str
    number: str
    part: int
    reference: str
    due_on: date
    aged_from_on: date
    original_amount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a statement. `due_on`, `days` (overdue; zero or less: not due) and `original_amount` are an open
    debit's; `balance` runs within its section."""

    section: str
    on: date
    document_id: int | None
    kind: str
    number: str
    part: int = 0
    reference: str = ""
    applied_to: str = ""
    due_on: date | None = None
    days: int | None = None
    original_amount: Decimal | None = None
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a statement says in one currency: opening + charges + credits = closing = buckets + unapplied."""

    currency: str
    opening: Decimal
    charges: Decimal
    credits: Decimal
    closing: Decimal
    buckets: tuple[Decimal, ...]
    unapplied: Decimal
    movements: tuple[Line, ...]
    items: tuple[Line, ...]

    @property
    def overdue(self) -> Decimal:
        """All debits past their due date."""
        return sum(self.buckets[1:], ZERO)

    @property
    def due_now(self) -> Decimal:
        """What is to be paid at once: the overdue debits, but never more than the whole balance."""
        return max(min(self.overdue, self.closing), ZERO)


def blocks(kind: str, moved: Iterable[Moved], items: Iterable[Open], *, as_of: date) -> tuple[Block, ...]:
    """The statement of one customer, a block for each currency in alphabetical order; none if there is nothing to say.

    The opening balance is what the closing one was before the movements. Both lists come in the order to print.
    """
    moved, items = list(moved), list(items)
    currencies = sorted({row.currency for row in moved} | {row.currency for row in items})
    return tuple(
        _block(
            kind, currency, [row for row in moved if row.currency == currency],
            [row for row in items if row.currency == currency], as_of,
        )
        for currency in currencies
    )  # fmt: skip


def _block(kind: str, currency: str, moved: list[Moved], items: list[Open], as_of: date) -> Block:
    closing = sum((row.amount for row in items), ZERO)
    opening = closing - sum((row.amount for row in moved), ZERO) if kind == ACTIVITY else ZERO
    amounts = [row.amount for row in (moved if kind == ACTIVITY else items)]
    balance, movements = opening, []
    for row in moved:
        balance += row.amount
        movements.append(
            Line(
                section=MOVEMENT_SECTION, on=row.on, document_id=row.document_id, kind=row.kind, number=row.number,
                reference=row.reference, applied_to=applied_words(row.applied_to), amount=row.amount, balance=balance,
            )
        )  # fmt: skip
    return Block(
        currency=currency,
        opening=opening,
        charges=sum((amount for amount in amounts if amount > 0), ZERO),
        credits=sum((amount for amount in amounts if amount < 0), ZERO),
        closing=closing,
        buckets=_buckets(items, as_of),
        unapplied=sum((row.amount for row in items if row.original_amount < 0), ZERO),
        movements=tuple(movements),
        items=tuple(_item_lines(items, as_of)),
    )


def _item_lines(items: list[Open], as_of: date) -> Iterable[Line]:
    balance = ZERO
    for row in items:
        balance += row.amount
        is_debit = row.original_amount > 0
        yield Line(
            section=OPEN_SECTION,
            on=row.on,
            document_id=row.document_id,
            kind=row.kind,
            number=row.number,
            part=row.part,
            reference=row.reference,
            due_on=row.due_on if is_debit else None,
            days=days_overdue(row.aged_from_on, as_of) if is_debit else None,
            original_amount=row.original_amount,
            amount=row.amount,
            balance=balance,
        )


def _buckets(items: list[Open], as_of: date) -> tuple[Decimal, ...]:
    found = []
    for bucket in buckets_at(as_of, basis="due"):
        inside = (
            row.amount
            for row in items
            if row.original_amount > 0 and bucket.first_on <= row.aged_from_on <= bucket.last_on
        )
        found.append(sum(inside, ZERO))
    return tuple(found)


def applied_words(numbers: Sequence[str]) -> str:
    """What a credit was applied to, short: "INV-1 +3"."""
    more = len(numbers) - NUMBERS_SHOWN
    return ", ".join(numbers[:NUMBERS_SHOWN]) + (f" +{more}" if more > 0 else "")


def reply_by(made_on: date) -> date:
    """The day by which a customer is asked to answer."""
    return made_on + timedelta(days=REPLY_DAYS)


def check_of(*facts: object, said: Sequence[Block]) -> str:
    """The first digits of a SHA-256 over everything a statement says; "7f3a91d0c219".

    Whoever has the paper and the record can compare the two; it is no signature.
    """
    rows = [
        [
            block.currency, str(block.opening), str(block.charges), str(block.credits), str(block.closing),
            [str(amount) for amount in block.buckets], str(block.unapplied),
            [
                [line.section, line.on.isoformat(), line.kind, line.number, line.part, str(line.amount),
                 str(line.balance)]
                for line in (*block.movements, *block.items)
            ],
        ]
        for block in said
    ]  # fmt: skip
    canonical = json.dumps([[str(fact) for fact in facts], rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:CHECK_DIGITS]

"""Rules of reminders, pure: which step is due, who is asked for what, and the words of a template.

**Steps** count days from the due date: negative or zero before it, one is the day after. An item has reached the last
step whose days have come; before its due date only steps before due count. Numbers rise with days.

**A cycle** of a customer begins on the day its first item becomes overdue and ends on the first evening on which none
is. Within a cycle a step is said at most once and steps only rise: the highest step that any item asked for has reached
is due if it is higher than every step said before. Lower steps that were missed are not made up for. Steps before due
belong to no cycle; each is said once per item and due date.

**Old debts.** Who was never reminded of anything overdue begins with the policy's opening step at most, however old
the debt is: after an import, or when nobody looked for weeks, the first words are friendly. From there the steps of
that cycle follow one another at the policy's own distances, 14 days from the one at 1 day to the one at 15; they never
run ahead of the age. A policy without an opening step begins at the debt's age.

**One message a day.** Where a step after due is due, it is said, and what falls due soon waits for the next day.

**What is asked for**, per currency: all overdue items that are not held (and, for a step before due, those that fall
due soon), when what they add up to, less all credits not applied in that currency, is above zero and not below the
policy's minimum. A currency that is covered by credits, or is below its minimum, is left out of the message.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from arap.core.dates import WEEKENDS_OFF, Calendar

ZERO = Decimal(0)
FAR_DAYS = 1_000_000
BEFORE_DUE = 0  # the last day that is not late

# Day zero is the due date. Number 0 stands before it, so that "reminder 1" is the first after it.
DEFAULT_STEPS = ((0, -3), (1, 1), (2, 15), (3, 30), (4, 60))
DEFAULT_OPENING = 1


class Step(NamedTuple):
    """The step called `number` is due `days` after the due date (negative: before)."""

    number: int
    days: int


class Span(NamedTuple):
    """An item that is `first` to `last` days over has reached step `number`."""

    number: int
    first: int
    last: int


def spans(steps: Iterable[Step]) -> list[Span]:
    """How long each step is the last one reached. A step before due is over with the due date."""
    ordered = sorted(steps, key=lambda step: step.days)
    found = []
    for at, step in enumerate(ordered):
        last = ordered[at + 1].days - 1 if at + 1 < len(ordered) else FAR_DAYS
        found.append(Span(step.number, step.days, min(last, BEFORE_DUE) if step.days <= BEFORE_DUE else last))
    return found


def reached(steps: Iterable[Step], days: int) -> int | None:
    """The number of the step that an item `days` over has reached; None before the first and between the two kinds."""
    return next((span.number for span in spans(steps) if span.first <= days <= span.last), None)


class Opening(NamedTuple):
    """The reminder that began a cycle more gently than the debt's age: the days of its step, and its day."""

    days: int
    on: date


def ceiling(
    steps: Iterable[Step], opening_step: int | None, *, opening: Opening | None, was_reminded: bool, as_of: date
) -> int | None:
    """The highest step after due that may be said on `as_of`; None when the age alone decides.

    `opening` is how the running cycle began, None unless that was gentle; `was_reminded`: earlier, of anything overdue.
    A policy whose first step after due lies above `opening_step` begins with that one.
    """
    late = sorted(step for step in steps if step.days > BEFORE_DUE)
    if opening_step is None or not late:
        return None
    if opening is not None:
        passed = (as_of - opening.on).days
        return max((step.number for step in late if step.days - opening.days <= passed), default=late[0].number)
    if was_reminded:
        return None
    return max((step.number for step in late if step.number <= opening_step), default=late[0].number)


class Reason(StrEnum):
    """Why somebody who would be reminded is not, strongest first."""

    NO_POLICY = "no_policy"
    HOLD = "hold"
    CREDIT = "credit"
    MINIMUM = "minimum"
    NO_ADDRESS = "no_address"
    DAY_OFF = "day_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a customer owes in one currency on a day, held items left out of all but the last two.

    `credit` is zero or negative. `step` is the highest step after due that an item has reached, `soon_step` the highest
    before due that an item has reached for which it was not said yet; the last two count held items as well.
    """

    currency: str
    overdue: Decimal = ZERO
    soon: Decimal = ZERO
    credit: Decimal = ZERO
    step: int | None = None
    soon_step: int | None = None
    step_with_held: int | None = None
    soon_step_with_held: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """A customer on a day: `said` is the highest step said in the running cycle, `ceiling` the highest allowed."""

    balances: Sequence[Balance]
    said: int | None = None
    ceiling: int | None = None
    minimums: Mapping[str, Decimal] = field(default_factory=dict)
    has_policy: bool = True
    is_overdue: bool = False
    is_held: bool = False
    has_address: bool = True
    is_day_off: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """Say step `number` and ask for what is owed in `balances`; `age_step`: the step of the age where it is higher."""

    number: int
    is_before_due: bool
    balances: tuple[Balance, ...]
    age_step: int | None = None


def decide(debtor: Debtor) -> Reminder | Reason | None:
    """What to say to a customer, why nothing is said although something is due, or None when nothing is due."""
    if not debtor.has_policy:
        return Reason.NO_POLICY if debtor.is_overdue else None
    if not any(_is_due(balance, debtor, with_held=True) for balance in debtor.balances):
        return None
    if debtor.is_held:
        return Reason.HOLD
    wanting = [balance for balance in debtor.balances if _is_due(balance, debtor)]
    if not wanting:
        return Reason.HOLD  # only items that are held have come so far
    reminder = _after_due(debtor) or _before_due(debtor)
    if reminder is None:
        is_covered = all(balance.overdue + balance.soon + balance.credit <= 0 for balance in wanting)
        return Reason.CREDIT if is_covered else Reason.MINIMUM
    if not debtor.has_address:
        return Reason.NO_ADDRESS
    return Reason.DAY_OFF if debtor.is_day_off else reminder


def _after_due(debtor: Debtor) -> Reminder | None:
    asked = tuple(b for b in debtor.balances if b.overdue and _is_asked(b.overdue + b.credit, b, debtor))
    by_age = max((b.step for b in asked if b.step is not None), default=None)
    step = _allowed(by_age, debtor)
    if step is None or not _is_higher(step, debtor.said):
        return None
    return Reminder(step, False, asked, by_age if by_age != step else None)


def _before_due(debtor: Debtor) -> Reminder | None:
    asked = tuple(
        b for b in debtor.balances if (b.overdue or b.soon) and _is_asked(b.overdue + b.soon + b.credit, b, debtor)
    )
    steps = [b.soon_step for b in asked if b.soon_step is not None]
    return Reminder(max(steps), True, asked) if steps else None


def _is_asked(net: Decimal, balance: Balance, debtor: Debtor) -> bool:
    return net > 0 and net >= debtor.minimums.get(balance.currency, ZERO)


def _is_due(balance: Balance, debtor: Debtor, *, with_held: bool = False) -> bool:
    step = balance.step_with_held if with_held else balance.step
    soon = balance.soon_step_with_held if with_held else balance.soon_step
    return _is_higher(_allowed(step, debtor), debtor.said) or soon is not None


def _allowed(step: int | None, debtor: Debtor) -> int | None:
    return step if step is None or debtor.ceiling is None else min(step, debtor.ceiling)


def _is_higher(step: int | None, said: int | None) -> bool:
    return step is not None and (said is None or step > said)


def is_day_off(on: date, *, waits: bool, calendar: Calendar = WEEKENDS_OFF) -> bool:
    """Whether reminders wait on that day. They are decided anew on each day, so a wait needs no other rule."""
    return waits and not calendar.is_business_day(on)


# The words that a template may hold. What each stands for is said in letters.py and beside the field.
PLACEHOLDERS = (
    "customer", "contact", "company", "as_of", "total", "overdue", "count", "oldest_number", "oldest_days",
    "earliest_due", "items", "phone", "email",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"(?<!\{)\{([A-Za-z_]+)\}(?!\})")
_CODE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {word} of `values` in place of its name, once: a value is never looked into.

    Everything else stays as it is written, template code above all: `{{ settings.SECRET_KEY }}` and `{% load x %}` are
    words like others.
    """
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    """The {words} in `text` that stand for nothing, each once, in order."""
    return list(dict.fromkeys(name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS))


def has_code(text: str) -> bool:
    """Whether `text` holds what looks like template code. It would reach the customer as it stands."""
    return _CODE.search(text) is not None

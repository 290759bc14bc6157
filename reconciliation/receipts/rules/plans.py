"""Instalment plans (分期、展期): when how much of what is owed falls due, by agreement. Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from arap.core.dates import add_months
from arap.core.money import ZERO, AmountError, parse_amount, split

Instalment = tuple[date, Decimal]
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s+(\S+)")
HUNDRED = Decimal(100)
INSTALMENTS_MAX = 60


class PlanError(ValueError):
    """What was asked for is no plan; `code` says why: count, line, percent, sum, dates."""

    def __init__(self, code: str, line: str = "") -> None:
        super().__init__(code)
        self.code, self.line = code, line


def equal(total: Decimal, count: int, first_on: date, months: int, currency: str) -> list[Instalment]:
    """`count` equal instalments every so many months; the last takes what rounding left.

    Worked: 100.00 in three, monthly from 31 January 2026: 33.33 on 31 January, 33.33 on 28 February, 33.34 on 31 March.
    """
    if not 1 <= count <= INSTALMENTS_MAX or not 1 <= months <= 12:
        raise PlanError("count")
    amounts = split(total, [Decimal(1)] * count, currency)
    days = [add_months(first_on, nth * months, day=first_on.day) for nth in range(count)]
    return checked(list(zip(days, amounts, strict=True)), total)


def typed(text: str, total: Decimal, currency: str) -> list[Instalment]:
    """Instalments of lines "2026-12-31 500.00" or, all of them, "2026-12-31 30%"; percentages sum to 100.

    Worked: 1,000.01 in lines of 50%, 30% and 20% are 500.01, 300.00 and, what is left, 200.00.
    """
    rows = [line.strip() for line in text.strip().splitlines() if line.strip()]
    found = [LINE.fullmatch(row) for row in rows]
    days, words = [], []
    for row, match in zip(rows, found, strict=True):
        try:
            days.append(date.fromisoformat(match[1] if match else ""))
        except ValueError:
            raise PlanError("line", row) from None
        assert match is not None, "it had a date"
        words.append(match[2])
    if not 1 <= len(rows) <= INSTALMENTS_MAX:
        raise PlanError("count")
    try:
        if all(word.endswith("%") for word in words):
            weights = [Decimal(word[:-1]) if re.fullmatch(r"\d+(\.\d+)?%", word) else ZERO for word in words]
            if sum(weights, ZERO) != HUNDRED or min(weights) <= ZERO:
                raise PlanError("percent")
            amounts = split(total, weights, currency)
        else:
            amounts = [parse_amount(word.replace(",", ""), currency) for word in words]
    except AmountError:
        raise PlanError("line", rows[0]) from None
    return checked(list(zip(days, amounts, strict=True)), total)


def checked(instalments: Sequence[Instalment], total: Decimal) -> list[Instalment]:
    """The instalments, if they fall due one after the other and sum to `total`. Raises PlanError (sum, dates)."""
    days = [on for on, _amount in instalments]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise PlanError("dates")
    if sum((amount for _on, amount in instalments), ZERO) != total or any(amount <= 0 for _on, amount in instalments):
        raise PlanError("sum")
    return list(instalments)


def pieces(owed: Sequence[tuple[int, Decimal]], instalments: Sequence[Instalment]) -> list[tuple[int, date, Decimal]]:
    """Which part (item id, due date, amount) of what is owed falls due when: the oldest debt is paid first.

    Worked: 60 and 40 in instalments of 50 and 50: 50 of the first, then 10 of it and 40 of the second.
    """
    found: list[tuple[int, date, Decimal]] = []
    queue = list(owed)
    for on, amount in instalments:
        left = amount
        while left > ZERO:
            item_id, open_amount = queue[0]
            part = min(left, open_amount)
            found.append((item_id, on, part))
            left -= part
            queue[:1] = [(item_id, open_amount - part)] if part < open_amount else []
    return found


def is_broken(opened: Sequence[tuple[date, Decimal]], grace_days: int, as_of: date) -> bool:
    """Whether an instalment (due date, what is open of it) is unpaid after its days of grace, at the end of `as_of`.

    Worked: due on 31 March with five days of grace: kept on 5 April, broken on 6 April.
    """
    return any(amount and on + timedelta(days=grace_days) < as_of for on, amount in opened)

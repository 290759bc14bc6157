"""Three years of trade, day by day: who is invoiced, who pays what, and what is left over. Pure, made of a seed.

Every day the payments that are due come first, then invoices fill up the day's share of the items wanted, so that the
last day ends at exactly that number. An item is what the book opens: an instalment, a receipt, a credit note.
"""

import heapq
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, count
from random import Random

from arap.core.money import ZERO, quantize
from arap.desk.sample.papers import Applied, Event, Money, Paper, Part, Writer
from arap.desk.sample.story import Story
from arap.desk.sample.world import Trader
from customers.rules import Terms, parse_terms

FRIDAY = 5
RECENT_DAYS = 25
PAID_TOGETHER_MAX = 10

# Shares of what happens.
CREDITED = 0.03  # not money: of invoices
CREDIT_WAITS = 0.3  # not money: of credit notes are left on account
SHORT = 0.006  # not money: of payments lack a bank's charge
OVER = 0.008  # not money: of payments are more than owed
ON_ACCOUNT = 0.05  # not money: of recent payments are not applied yet
UNKNOWN = 0.03  # not money: of recent payments have no known payer
APPLIED_LATER = 0.07  # not money: of payments are applied some days later
GROWTH_A_YEAR = 0.25  # not money: of the volume
BY_MONTH = (0.9, 0.7, 1.1, 1.0, 1.0, 1.1, 1.0, 1.0, 1.1, 0.9, 1.1, 1.2)  # not money: seasons


class Trade:
    """The trade of `traders` up to `until`: `items` items in about three years."""

    def __init__(
        self, traders: Sequence[Trader], *, business_days: Sequence[date], items: int, rnd: Random, story: Story | None
    ) -> None:
        self.traders = traders
        self.days = business_days
        self.until = business_days[-1]
        self.items = items
        self.rnd = rnd
        self.story = story
        self.made = 0
        self.writer = Writer(rnd)
        self._weights = list(accumulate(trader.weight for trader in traders))
        self._order = count()
        self._due: list[tuple[date, int, Paper, Part]] = []
        self._to_credit: list[tuple[date, int, Paper]] = []
        self._to_apply: list[tuple[date, int, Applied]] = []
        self._credits: dict[int, list[Part]] = defaultdict(list)
        self._terms: dict[str, Terms] = {}

    def events(self) -> Iterator[Event]:
        """Everything that happens, in order of days; what a day applies comes after what the day brings."""
        for day, target in self._targets():
            yield from self._payments(day, target)
            yield from self._credit_notes(day, target)
            if self.story is not None:
                for event in self.story.on(day):
                    self.made += not isinstance(event, Applied)
                    yield event
            while self.made < target:
                yield self._invoice(day, room=target - self.made)
            while self._to_apply and self._to_apply[0][0] <= day:
                yield heapq.heappop(self._to_apply)[2]

    def _targets(self) -> Iterator[tuple[date, int]]:
        """Each calendar day with the number of items that there are to be by its end."""
        volume = [
            BY_MONTH[day.month - 1] * (1 + GROWTH_A_YEAR) ** ((day - self.days[0]).days / 365) for day in self.days
        ]
        total, reached = math.fsum(volume), 0
        shares = dict(zip(self.days, accumulate(volume), strict=True))
        for offset in range((self.until - self.days[0]).days + 1):
            day = self.days[0] + timedelta(days=offset)
            if day in shares:
                reached = round(self.items * shares[day] / total)
            yield day, self.items if day == self.until else reached

    def _invoice(self, day: date, *, room: int) -> Paper:
        trader = self._buyer(day)
        rule = trader.name.terms
        terms = self._parsed(rule)
        if len(terms.shares) > room:
            rule, terms = "n/30", self._parsed("n/30")
        paper = self.writer.invoice(trader, day, rule, terms)
        self.made += len(paper.parts)
        for part in paper.parts:
            if self.rnd.random() >= trader.habit.never_share:
                self._plan_payment(paper, part, part.due_on)
        if self.rnd.random() < CREDITED and not self._is_told(trader):
            on = day + timedelta(days=self.rnd.randint(3, 35))
            heapq.heappush(self._to_credit, (on, next(self._order), paper))
        return paper

    def _buyer(self, day: date) -> Trader:
        while True:
            trader = self.rnd.choices(self.traders, cum_weights=self._weights)[0]
            if not self._is_told(trader) or self.story is None or day < self.story.begins_on or len(self.traders) == 1:
                return trader

    def _is_told(self, trader: Trader) -> bool:
        return self.story is not None and trader is self.story.hero

    def _parsed(self, rule: str) -> Terms:
        if rule not in self._terms:
            self._terms[rule] = parse_terms(rule)
        return self._terms[rule]

    def _plan_payment(self, paper: Paper, part: Part, around: date) -> None:
        habit = paper.trader.habit
        late = round(self.rnd.gauss(habit.late_days, habit.spread_days))
        day = max(around + timedelta(days=late), paper.issued_on + timedelta(days=1))
        at = bisect_left(self.days, _in_rhythm(day, paper.trader.rhythm))
        if at < len(self.days):
            heapq.heappush(self._due, (self.days[at], next(self._order), paper, part))

    def _payments(self, day: date, target: int) -> Iterator[Event]:
        """One receipt for what each payer owes today; whoever finds no room pays tomorrow."""
        together: dict[tuple[int, int], list[tuple[Paper, Part]]] = defaultdict(list)
        while self._due and self._due[0][0] <= day:
            _day, _order, paper, part = heapq.heappop(self._due)
            payer = self._payer(paper.trader)
            batch = 0
            while len(together[payer.at, batch]) >= PAID_TOGETHER_MAX:
                batch += 1
            together[payer.at, batch].append((paper, part))
        for (at, _batch), owed in together.items():
            if self.made < target:
                yield from self._pay(day, self.traders[at], owed)
            else:
                for paper, part in owed:
                    heapq.heappush(self._due, (day + timedelta(days=1), next(self._order), paper, part))

    def _payer(self, trader: Trader) -> Trader:
        if trader.parent is not None and self.traders[trader.parent].pays_for_group:
            return self.traders[trader.parent]
        return trader

    def _pay(self, day: date, payer: Trader, owed: list[tuple[Paper, Part]]) -> Iterator[Event]:
        currency = payer.name.currency
        is_recent = (self.until - day).days < RECENT_DAYS
        paid = [(paper, part, self._amount_paid(day, paper, part)) for paper, part in owed if part.open]
        paid = [(paper, part, amount - self._credit_used(day, part, amount, payer)) for paper, part, amount in paid]
        total = sum((amount for _paper, _part, amount in paid), ZERO)
        if not total:
            return
        is_unknown = is_recent and self.rnd.random() < UNKNOWN
        pays_over = self.rnd.random() < OVER and not self._is_told(payer)
        extra = quantize(total / 50, currency) if pays_over else ZERO
        money = Money(
            trader=None if is_unknown else payer,
            currency=currency,
            amount=total + extra,
            on=day,
            payer_name=payer.name.name_local or payer.name.name,
            remittance="" if is_unknown else " ".join(dict.fromkeys(paper.reference for paper, _part, _amount in paid)),
        )
        self.made += 1
        yield money
        if is_unknown or (is_recent and self.rnd.random() < ON_ACCOUNT):
            return
        later = self.rnd.randint(1, 6) if self.rnd.random() < APPLIED_LATER else 0
        policy = "auto.reference" if len(paid) == 1 else "auto.exact"
        for _paper, part, amount in paid:
            if amount:
                part.open -= amount
                self._apply(Applied(day + timedelta(days=later), money, part, amount, policy))

    def _apply(self, applied: Applied) -> None:
        if applied.on <= self.until:
            heapq.heappush(self._to_apply, (applied.on, next(self._order), applied))

    def _amount_paid(self, day: date, paper: Paper, part: Part) -> Decimal:
        """All that is open, or a part of it with the rest to come, or all but a bank's charge."""
        currency, chance = paper.trader.name.currency, self.rnd.random()
        if chance < paper.trader.habit.part_share:
            amount = quantize(part.open * self.rnd.randint(30, 80) / 100, currency)
            if 0 < amount < part.open:
                self._plan_payment(paper, part, day + timedelta(days=self.rnd.randint(15, 45)))
                return amount
        charge = quantize(part.open / 500, currency)
        if chance > 1 - SHORT and not self._is_told(paper.trader):
            return part.open - charge
        return part.open

    def _credit_used(self, day: date, part: Part, amount: Decimal, payer: Trader) -> Decimal:
        """What a credit note left on account takes off this payment: one note at most, and only a whole one."""
        notes = self._credits.get(payer.at)
        if not notes or notes[0].open > amount or part.open < amount:
            return ZERO
        note = notes.pop(0)
        used, note.open = note.open, ZERO
        part.open -= used
        self._apply(Applied(day, note, part, used, "auto.oldest"))
        return used

    def _credit_notes(self, day: date, target: int) -> Iterator[Event]:
        while self._to_credit and self._to_credit[0][0] <= day and self.made < target:
            _day, _order, original = heapq.heappop(self._to_credit)
            note = self.writer.credit_note(original, day)
            credit = note.parts[0]
            self.made += 1
            yield note
            debit = next((part for part in original.parts if part.open >= credit.open), None)
            if debit is None or self.rnd.random() < CREDIT_WAITS:
                self._credits[original.trader.at].append(credit)
                continue
            debit.open -= credit.open
            self._apply(Applied(day, credit, debit, credit.open, "manual"))
            credit.open = ZERO


def _in_rhythm(day: date, rhythm: str) -> date:
    """The first day from `day` on when somebody of that rhythm pays."""
    if rhythm == "friday":
        return day + timedelta(days=(FRIDAY - day.isoweekday()) % 7)
    if rhythm in ("tenth", "twentyfifth"):
        on = day.replace(day=10 if rhythm == "tenth" else 25)
        return on if on >= day else (on + timedelta(days=20 if rhythm == "twentyfifth" else 25)).replace(day=on.day)
    return day

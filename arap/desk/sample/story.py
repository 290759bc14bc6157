"""The story that the screens tell (design 4 and 12): Ningbo Haichen Mould on the book date.

Ten open items and a receipt that came this morning. Its amount is that of the three youngest large invoices less the
2 % discount that is still open to them, so that what to do with it can be seen.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from arap.desk.sample.papers import Applied, Event, Money, flat
from arap.desk.sample.world import Habit, Trader

# days before the book date, amount, paid (days before, amount)
INVOICES = (
    (85, "62400.00", (50, "48199.50")),
    (79, "34000.00", None),
    (53, "96000.00", (22, "24000.00")),
    (46, "51400.00", None),
    (9, "212000.00", None),
    (8, "168000.00", None),
    (7, "116000.00", None),
    (3, "84600.00", None),
    (1, "34800.00", None),
)
CREDIT_NOTE = (21, "3400.00")
RECEIPT = "486080.00"
NET_DAYS = 30
# Always on time and in full, so that nothing older is left.
PROMPT = Habit("prompt", late_days=-1, spread_days=2, part_share=0, never_share=0)
QUIET_DAYS = 150
ITEMS = len(INVOICES) + 4


class Story:
    """What happens to `hero` in the last days before `until`; the ordinary trade ends for it before that."""

    def __init__(self, hero: Trader, until: date) -> None:
        self.hero = hero
        self.begins_on = until - timedelta(days=QUIET_DAYS)
        hero.habit, hero.rhythm = PROMPT, "any"
        self._by_day: dict[date, list[Event]] = {}
        for days, amount, paid in INVOICES:
            self._invoice(until - timedelta(days=days), Decimal(amount), until, paid)
        days, amount = CREDIT_NOTE
        day = until - timedelta(days=days)
        self._add(day, flat(hero, "credit_note", day, day, Decimal(amount), "退货 2 件"))
        self._add(until, Money(hero, "CNY", Decimal(RECEIPT), until, hero.name.name_local, "货款 2% 折扣"))

    def _invoice(self, day: date, amount: Decimal, until: date, paid: tuple[int, str] | None) -> None:
        paper = flat(self.hero, "invoice", day, day + timedelta(days=NET_DAYS), amount, "模具镶件")
        self._add(day, paper)
        if paid:
            on, part = until - timedelta(days=paid[0]), Decimal(paid[1])
            money = Money(self.hero, "CNY", part, on, self.hero.name.name_local)
            self._add(on, money)
            self._add(on, Applied(on, money, paper.parts[0], part, "manual"))

    def _add(self, day: date, event: Event) -> None:
        self._by_day.setdefault(day, []).append(event)

    def on(self, day: date) -> Iterator[Event]:
        """The day's events, in their order."""
        yield from self._by_day.get(day, ())

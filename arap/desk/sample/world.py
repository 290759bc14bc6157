"""The customers of the sample as they behave: how much they buy, when they pay, and how well. Pure, made of a seed."""

from dataclasses import dataclass
from random import Random

from arap.desk.sample.names import TOLD, Name, made_up

# Shares and factors below describe behaviour; amounts themselves are Decimal.
GROUP_SHARE = 0.08  # not money: of customers that head a group


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody pays: days after the due date (mean, spread), and shares of what is late, partial or never paid."""

    name: str
    late_days: float
    spread_days: float
    part_share: float
    never_share: float


HABITS = (
    Habit("prompt", -1, 2, 0.01, 0.0005),  # not money: shares
    Habit("late", 9, 7, 0.05, 0.002),  # not money: shares
    Habit("slow", 32, 18, 0.12, 0.006),  # not money: shares
    Habit("bad", 75, 35, 0.25, 0.05),  # not money: shares
)
HABIT_WEIGHTS = (34, 42, 19, 5)
RHYTHMS = ("any", "friday", "tenth", "twentyfifth")
RHYTHM_WEIGHTS = (40, 25, 15, 20)
# A segment is one text for all readers, so each has both names in it.
EXPORT = "Export 出口"
SEGMENTS = ("Key accounts 重点客户", "Trade 贸易商", EXPORT, "Public sector 公共部门")


@dataclass(slots=True)
class Trader:
    """One customer. `at` is its place in the list; `parent` is the place of its group's head."""

    at: int
    name: Name
    weight: float
    price_level: float
    habit: Habit
    rhythm: str
    segment: str
    parent: int | None = None
    pays_for_group: bool = False


def make_traders(count: int, rnd: Random) -> list[Trader]:
    """`count` customers: those told by hand first, as far as they go."""
    traders: list[Trader] = []
    head: Trader | None = None
    children_left = 0
    for at in range(count):
        trader = _trader(at, TOLD[at] if at < len(TOLD) else made_up(at - len(TOLD), rnd), rnd)
        if head is not None and children_left and trader.name.currency == head.name.currency and at >= len(TOLD):
            trader.parent = head.at
            children_left -= 1
        elif at >= len(TOLD) and rnd.random() < GROUP_SHARE:
            head, children_left = trader, rnd.randint(1, 3)
            trader.pays_for_group = rnd.random() < 0.6  # not money: a probability
        traders.append(trader)
    return traders


def _trader(at: int, name: Name, rnd: Random) -> Trader:
    is_abroad = name.currency != "CNY"
    return Trader(
        at=at,
        name=name,
        weight=rnd.lognormvariate(0, 1.1) + (2 if at < len(TOLD) else 0),  # not money: how often it buys
        price_level=rnd.lognormvariate(0, 0.6),  # not money: a factor
        habit=rnd.choices(HABITS, HABIT_WEIGHTS)[0],
        rhythm=rnd.choices(RHYTHMS, RHYTHM_WEIGHTS)[0],
        segment=EXPORT if is_abroad else rnd.choices(SEGMENTS, (2, 6, 0, 1))[0],
    )

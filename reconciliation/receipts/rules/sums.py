"""Which few open items add up to exactly this amount? Pure search over whole minor units, bounded
and deterministic.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Combination = tuple[int, ...]
Finder = Callable[[Sequence[int], int], Iterator[Combination]]

OTHERS_MAX = 9
"""Other combinations are counted up to here: "nine others" already says that the sum proves
little.
"""

CANDIDATES_MAX = {1: 1_000_000, 2: 20_000, 3: 1_500, 4: 500, 5: 150}
"""Items looked at for a combination of that many: each keeps one search below about half a second
in Python.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Positions of the items that add up, in ascending order, and how many other combinations of
    that size do too.
    """

    positions: Combination
    others: int


def exact_sum(amounts: Sequence[int], target: int, *, items_max: int = 5) -> Found | None:
    """The smallest group of at most `items_max` amounts that sums to exactly `target`, or None.

    Amounts are whole minor units in order of preference (oldest first); they may be negative
    (credit notes), but not zero. Of equally small groups the one with the earliest items wins
    (compared item by item). Groups of three and more are looked for among the first CANDIDATES_MAX
    usable items only: beyond that nearly every sum can be made, and proves nothing.
    """
    usable = _usable(amounts, target)
    values = [amounts[position] for position in usable]
    for size in range(1, items_max + 1):
        found = _first(_FINDERS[size], values[: CANDIDATES_MAX[size]], target)
        if found:
            return Found(tuple(usable[position] for position in found.positions), found.others)
    return None


def _usable(amounts: Sequence[int], target: int) -> list[int]:
    """Positions that can take part at all: among debits alone, nothing larger than the target
    can.
    """
    if any(amount < 0 for amount in amounts):
        return list(range(len(amounts)))
    return [position for position, amount in enumerate(amounts) if amount <= target]


def _first(finder: Finder, values: Sequence[int], target: int) -> Found | None:
    best: Combination | None = None
    others = 0
    for combination in finder(values, target):
        if best is None:
            best = combination
        else:
            others += 1
            if others == OTHERS_MAX:
                break
    return Found(best, others) if best is not None else None


def _places(values: Sequence[int]) -> dict[int, list[int]]:
    places: dict[int, list[int]] = defaultdict(list)
    for position, value in enumerate(values):
        places[value].append(position)
    return places


def _after(positions: Sequence[int], position: int) -> Sequence[int]:
    return positions[bisect_right(positions, position) :]


def _ones(values: Sequence[int], target: int) -> Iterator[Combination]:
    for position, value in enumerate(values):
        if value == target:
            yield (position,)


def _twos(values: Sequence[int], target: int) -> Iterator[Combination]:
    places = _places(values)
    for i, value in enumerate(values):
        for j in _after(places.get(target - value, ()), i):
            yield (i, j)


def _threes(values: Sequence[int], target: int) -> Iterator[Combination]:
    places = _places(values)
    for i, first in enumerate(values):
        rest = target - first
        for j in range(i + 1, len(values)):
            if (missing := rest - values[j]) in places:
                for k in _after(places[missing], j):
                    yield (i, j, k)


def _pairs(values: Sequence[int]) -> dict[int, list[Combination]]:
    """All pairs by their sum, each list in order of the pair's first position."""
    pairs: dict[int, list[Combination]] = defaultdict(list)
    for i, first in enumerate(values):
        for j in range(i + 1, len(values)):
            pairs[first + values[j]].append((i, j))
    return pairs


def _pairs_after(pairs: Sequence[Combination], position: int) -> Sequence[Combination]:
    return pairs[bisect_right(pairs, position, key=lambda pair: pair[0]) :]


def _fours(values: Sequence[int], target: int) -> Iterator[Combination]:
    """Meet in the middle: a pair, and a later pair that supplies what it lacks."""
    pairs = _pairs(values)
    for i, first in enumerate(values):
        rest = target - first
        for j in range(i + 1, len(values)):
            if (missing := rest - values[j]) in pairs:
                for pair in _pairs_after(pairs[missing], j):
                    yield (i, j, *pair)


def _fives(values: Sequence[int], target: int) -> Iterator[Combination]:
    """Meet in the middle: three items, and a later pair that supplies what they lack."""
    pairs = _pairs(values)
    for i, first in enumerate(values):
        for j in range(i + 1, len(values)):
            rest = target - first - values[j]
            for k in range(j + 1, len(values)):
                if (missing := rest - values[k]) in pairs:
                    for pair in _pairs_after(pairs[missing], k):
                        yield (i, j, k, *pair)


_FINDERS: dict[int, Finder] = {1: _ones, 2: _twos, 3: _threes, 4: _fours, 5: _fives}

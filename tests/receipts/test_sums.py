"""The search for few items that add up exactly, against trying every combination."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.rules.sums import OTHERS_MAX, Found, exact_sum

CASES = """
# amounts | target | positions others | why
5 3 2 | 5 | 0 0 | one item beats two
3 2 5 | 5 | 2 0 | also when it is younger
3 3 3 | 6 | 0,1 2 | the oldest pair, two others
1 2 4 8 16 | 31 | 0,1,2,3,4 0 | five
1 2 4 8 16 32 | 63 | - | six are too many
10 -3 7 4 | 3 | - | not without netting twice
10 -3 20 | 7 | 0,1 0 | less a credit note
 | 5 | - | nothing open
100 100 | 50 | - | parts are not sums
"""

rows = [[part.strip() for part in row.split("|")] for row in CASES.strip().splitlines() if not row.startswith("#")]


@pytest.mark.parametrize("amounts, target, expected, why", rows, ids=[row[3] for row in rows])
def test_exact_sum(amounts: str, target: str, expected: str, why: str) -> None:
    found = exact_sum([int(amount) for amount in amounts.split()], int(target))
    if expected == "-":
        assert found is None
        return
    positions, others = expected.split()
    assert found == Found(tuple(int(at) for at in positions.split(",")), int(others))


def by_trying(amounts: list[int], target: int) -> Found | None:
    for size in range(1, 6):
        fitting = [
            positions
            for positions in combinations(range(len(amounts)), size)
            if sum(amounts[at] for at in positions) == target
        ]
        if fitting:
            return Found(fitting[0], min(len(fitting) - 1, OTHERS_MAX))
    return None


@given(
    st.lists(st.integers(-30, 60).filter(bool), max_size=11),
    st.integers(1, 150),
)
def test_the_search_finds_what_trying_everything_finds(amounts: list[int], target: int) -> None:
    assert exact_sum(amounts, target) == by_trying(amounts, target)


def test_counting_the_others_stops_early() -> None:
    found = exact_sum([100] * 2_000, 500)
    assert found == Found((0, 1, 2, 3, 4), OTHERS_MAX)

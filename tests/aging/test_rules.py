"""Where a date falls in the buckets of an aging report.

Source: "days past due" of IFRS 9 B5.5.35 and its Illustrative Example 12 (current, 1-30, 31-60, 61-90, more than 90);
the due date itself is not late.
"""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aging.rules import Bucket, buckets_at, days_overdue, parse_edges

DUE = """
# due_on      as_of       bucket    why
2026-01-31    2026-01-31  not due   the due date itself is not late
2026-01-31    2026-02-01  1-30      day one is the day after
2026-01-31    2026-03-02  1-30      day 30
2026-01-31    2026-03-03  31-60     day 31
2026-01-31    2026-04-01  31-60     day 60
2026-01-31    2026-04-02  61-90     day 61
2026-01-31    2026-05-01  61-90     day 90
2026-01-31    2026-05-02  91+       day 91
2024-02-28    2024-02-29  1-30      the leap day is a day
0001-01-01    2026-05-02  91+       however old
2026-03-31    2026-01-31  not due   due next quarter
9999-12-31    2026-01-31  not due   never due
"""
DOCUMENT = """
# document_on as_of       bucket    why
2026-01-31    2026-01-31  0-30      issued today
2026-01-31    2026-03-02  0-30      30 days old
2026-01-31    2026-03-03  31-60     31 days old
2026-01-31    2026-05-02  91+       91 days old
2026-06-01    2026-01-31  0-30      a paper dated after the report is young
"""


def rows(text: str, basis: str) -> list[tuple[str, date, date, str, str]]:
    found = []
    for line in text.splitlines()[2:]:
        dated_on, as_of, rest = line.split(maxsplit=2)
        bucket, why = (part.strip() for part in rest.split("  ", 1))
        found.append((basis, date.fromisoformat(dated_on), date.fromisoformat(as_of), bucket, why))
    return found


CASES = [*rows(DUE, "due"), *rows(DOCUMENT, "document")]


def holding(buckets: list[Bucket], day: date) -> list[str]:
    return [bucket.label for bucket in buckets if bucket.first_on <= day <= bucket.last_on]


@pytest.mark.parametrize("basis, dated_on, as_of, bucket, why", CASES, ids=[f"{case[0]}: {case[4]}" for case in CASES])
def test_bucket(basis: str, dated_on: date, as_of: date, bucket: str, why: str) -> None:
    assert holding(buckets_at(as_of, basis=basis), dated_on) == [bucket]


def test_labels() -> None:
    as_of = date(2026, 1, 31)
    assert [b.label for b in buckets_at(as_of, basis="due")] == ["not due", "1-30", "31-60", "61-90", "91+"]
    assert [b.label for b in buckets_at(as_of, basis="document")] == ["0-30", "31-60", "61-90", "91+"]
    assert [b.label for b in buckets_at(as_of, basis="due", edges=[7])] == ["not due", "1-7", "8+"]


EDGES = st.lists(st.integers(1, 36500), min_size=1, max_size=10, unique=True).map(sorted)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
REPORT_DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@given(as_of=REPORT_DATES, dated_on=DATES, edges=EDGES, basis=st.sampled_from(["due", "document"]))
def test_every_date_has_exactly_one_bucket(as_of: date, dated_on: date, edges: list[int], basis: str) -> None:
    buckets = buckets_at(as_of, basis=basis, edges=edges)
    (label,) = holding(buckets, dated_on)
    (bucket,) = [each for each in buckets if each.label == label]
    days = days_overdue(dated_on, as_of)
    if basis == "document":
        days = max(days, 0)
    assert bucket.from_days is None or bucket.from_days <= days
    assert bucket.to_days is None or days <= bucket.to_days


@given(as_of=REPORT_DATES, edges=EDGES)
def test_buckets_follow_each_other_without_a_gap(as_of: date, edges: list[int]) -> None:
    buckets = buckets_at(as_of, basis="due", edges=edges)
    for younger, older in pairwise(buckets):
        assert older.last_on + timedelta(days=1) == younger.first_on


@pytest.mark.parametrize("text, edges", [("30,60,90", (30, 60, 90)), ("7", (7,)), (" 10 , 20 ", (10, 20))])
def test_edges_are_read(text: str, edges: tuple[int, ...]) -> None:
    assert parse_edges(text) == edges


@pytest.mark.parametrize(
    "text", ["", "30,", "0,30", "-30", "60,30", "30,30", "thirty", "1.5", "36501", "1,2,3,4,5,6,7,8,9,10,11"]
)
def test_edges_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        parse_edges(text)

"""A report that somebody asked for is kept, and says to the cent what adding up says, whatever is booked since."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from aging import standings, tasks
from aging.actions import ASKED_KEPT, begin_keeping, refresh_standings
from aging.keeping import is_large, kept_by
from aging.models import Standing
from aging.pages import cut
from aging.queries import aging
from aging.standing_groups import group_page
from aging.standings import standing_at
from arap.core.models import Company, Job, User
from arap.ledger.checks import check, invariants
from arap.ledger.queries import position_at
from tests.aging.world import FIRST, World, build
from tests.databases import Database

OURS = [each for each in invariants() if each.name.startswith("aging/")]
AS_OF = FIRST + timedelta(days=400)
ASKED: list[dict[str, Any]] = [
    {"basis": "due", "edges": (30, 60, 90)},
    {"basis": "document", "edges": (30, 60, 90)},
    {"basis": "due", "edges": (7, 14)},
]


@pytest.fixture
def growing(committed_db: Database, company: Company, controller: User) -> World:
    """A random book that goes on."""
    return build(company, controller, seed=11, acts=40)


def keep(company: Company, by: User, as_of: date = AS_OF, position: int | None = None, **asked: Any) -> Job:
    """What the worker does for who asks."""
    asked = {"basis": "due", "edges": (30, 60, 90), **asked}
    job = begin_keeping(company, as_of=as_of, position=position, by=by, **asked)
    tasks.keep_report(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    return job


def assert_the_same(company: Company, as_of: date, position: int, basis: str, edges: Sequence[int]) -> None:
    standing = standing_at(company, as_of=as_of, position=position, basis=basis, edges=edges, grouped=True)
    assert standing is not None
    for by in ("customer", "parent", "owner"):
        made = aging(company, as_of=as_of, position=position, basis=basis, edges=edges, by=by, base=True)
        rows = cut(made.rows, bucket=None, after=(), limit=1)[0]
        if by == "customer":
            assert standings.ranked(standing, bucket=None, after=(), limit=500) == (rows, False)
            assert standings.totals(standing) == list(made.totals)
        else:
            assert group_page(standing, by=by, bucket=None, after=(), limit=500) == (rows, len(rows), False)


def test_kept_reports_of_any_day_basis_and_buckets_stay_true(growing: World, controller: User) -> None:
    company = growing.company
    for asked in ASKED:
        keep(company, controller, **asked)
    for _round in range(6):
        growing.random.choice([growing.post, growing.apply, growing.unapply, growing.transfer])()
        for asked in ASKED:
            assert_the_same(company, AS_OF, position_at(company, known_at=None), **asked)
    assert Standing.objects.filter(is_asked=True).count() == len(ASKED), "each was made once"
    assert not any(check(company, each).rows for each in OURS)


def test_what_is_dated_after_the_day_leaves_it_alone(growing: World, controller: User) -> None:
    company = growing.company
    keep(company, controller, as_of=FIRST - timedelta(days=1))
    growing.post()
    growing.apply()
    position = position_at(company, known_at=None)
    standing = standing_at(company, as_of=FIRST - timedelta(days=1), position=position)
    assert standing is not None
    assert standing.touched == ()


def test_as_known_at_an_earlier_position(growing: World, controller: User) -> None:
    company = growing.company
    then = position_at(company, known_at=None)
    growing.post()
    job = keep(company, controller, position=then)
    assert job.result == {"position": then}
    assert_the_same(company, AS_OF, then, "due", (30, 60, 90))
    assert_the_same(company, AS_OF, position_at(company, known_at=None), "due", (30, 60, 90))


def test_what_is_kept_already_is_left_alone_and_old_ones_go(growing: World, controller: User) -> None:
    company = growing.company
    refresh_standings(company, as_of=AS_OF)
    keep(company, controller)
    assert not Standing.objects.filter(is_asked=True).exists(), "the day itself is kept for the pages"
    for back in range(1, ASKED_KEPT + 3):
        keep(company, controller, as_of=AS_OF - timedelta(days=back))
    asked = Standing.objects.filter(is_asked=True)
    assert asked.count() == ASKED_KEPT
    assert min(asked.values_list("as_of", flat=True)) == AS_OF - timedelta(days=ASKED_KEPT + 2)
    refresh_standings(company, as_of=AS_OF + timedelta(days=1))
    assert asked.count() == ASKED_KEPT, "the next day keeps them"


def test_two_who_ask_wait_for_one_job(growing: World, controller: User, monkeypatch: pytest.MonkeyPatch) -> None:
    company = growing.company
    asked: dict[str, Any] = {"as_of": AS_OF, "basis": "due", "edges": (30, 60, 90)}
    first = begin_keeping(company, **asked, position=None, by=controller)
    assert begin_keeping(company, **asked, position=None, by=controller) == first
    other = begin_keeping(company, **asked, position=5, by=controller)
    assert other != first
    assert kept_by(company, **asked, position=None) == first
    assert kept_by(company, **asked, position=5) == other
    assert not is_large(company)
    monkeypatch.setattr("aging.keeping.ITEMS_AT_ONCE", 3)
    assert is_large(company)

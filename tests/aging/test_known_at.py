"""What was learned later changes "as of last month's end", and never "as of last month's end, known at that instant".

The facts: before the instant ALPHA owes 100.00 and 50.00 since May, and a receipt of 30.00 was applied in May. Recorded
after it, all effective in May, whose period is open: a late receipt of 70.00, applied, and the undoing of the 30.00.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from aging.actions import run_aging_snapshot
from aging.models import SnapshotRow
from aging.queries import aging, proofs
from arap.core.models import Company, User
from arap.ledger.queries import control_totals, customer_ledger, open_items, position_at
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.proofs import prove

MAY = date(2026, 5, 31)
JUNE = date(2026, 6, 30)


@dataclass(frozen=True, slots=True)
class Story:
    company: Company
    alpha: int
    instant: datetime
    before: dict[str, Any]


def reports(company: Company, alpha: int, as_of: date, known_at: datetime | None) -> dict[str, Any]:
    """Everything that is printed of a date and keeps its position."""
    position = position_at(company, known_at=known_at)
    due, document = (
        aging(company, as_of=as_of, position=position, basis=basis, base=True) for basis in ("due", "document")
    )
    return {
        "position": position,
        "aging by due date": due,
        "aging by document date": document,
        "aging by parent": aging(company, as_of=as_of, position=position, by="parent"),
        "proof": proofs(company, due),
        "open items": open_items(company, as_of=as_of, position=position),
        "control accounts": control_totals(company, as_of=as_of, position=position),
        "ledger": customer_ledger(company, alpha, first_on=date(2026, 1, 1), as_of=as_of, position=position),
    }


@pytest.fixture
def story(committed_db: Any, company: Company, clerk: User) -> Story:
    keeper = Bookkeeper(company=company, by=clerk)
    (alpha,) = customers(company, "ALPHA")
    first, second = (keeper.invoice(alpha, amount, date(2026, 5, 1)).item_ids[0] for amount in ("100.00", "50.00"))
    early = keeper.receipt(alpha, "30.00", date(2026, 5, 10)).item_ids[0]
    applied = keeper.apply(early, first, "30.00", date(2026, 5, 10))
    instant = datetime.now(UTC)
    before = reports(company, alpha, MAY, instant)
    run_aging_snapshot(company, as_of=MAY)
    late = keeper.receipt(alpha, "70.00", date(2026, 5, 20)).item_ids[0]
    keeper.apply(late, second, "50.00", date(2026, 5, 20))
    keeper.unapply(applied.application_id, date(2026, 5, 25))
    return Story(company, alpha, instant, before)


def figures(story: Story, as_of: date, known_at: datetime | None) -> tuple[Decimal, Decimal, Decimal]:
    """Debits, credits not applied, and what the control accounts say."""
    position = position_at(story.company, known_at=known_at)
    (total,) = aging(story.company, as_of=as_of, position=position).totals
    control = sum(row.amount for row in control_totals(story.company, as_of=as_of, position=position))
    return sum(total.buckets, Decimal(0)), total.unapplied, Decimal(control)


def test_as_we_know_it_today(story: Story) -> None:
    assert figures(story, MAY, None) == (Decimal("100.00"), Decimal("-50.00"), Decimal("50.00"))
    assert figures(story, date(2026, 5, 22), None) == (Decimal("70.00"), Decimal("-20.00"), Decimal("50.00"))
    assert figures(story, date(2026, 5, 15), None) == (Decimal("120.00"), Decimal("0.00"), Decimal("120.00"))


@pytest.mark.parametrize("as_of", [MAY, JUNE, date(2026, 5, 22)])
def test_as_we_knew_it_then(story: Story, as_of: date) -> None:
    assert figures(story, as_of, story.instant) == (Decimal("120.00"), Decimal("0.00"), Decimal("120.00"))


def test_every_report_says_again_what_it_said(story: Story) -> None:
    after, then = (reports(story.company, story.alpha, MAY, known_at) for known_at in (None, story.instant))
    assert then == story.before
    changed = {name for name in after if after[name] != then[name]}
    assert changed == set(after)
    prove(story.company)


def test_the_snapshot_of_that_night_is_what_it_was(story: Story) -> None:
    run = run_aging_snapshot(story.company, as_of=MAY)
    assert run.position == story.before["position"]
    kept = [
        (row.customer_id, row.currency, tuple(row.buckets), row.unapplied, row.total)
        for row in SnapshotRow.objects.filter(run=run).order_by("customer_id", "currency")
    ]
    again = aging(story.company, as_of=MAY, position=run.position)
    assert kept == [row[:5] for row in again.rows] == [row[:5] for row in story.before["aging by due date"].rows]


def test_a_posting_after_the_instant_is_not_known_before_the_next(story: Story) -> None:
    positions = [position_at(story.company, known_at=known_at) for known_at in (story.instant, datetime.now(UTC), None)]
    assert positions == [4, 7, 7]
    assert position_at(story.company, known_at=datetime(2020, 1, 1, tzinfo=UTC)) == 0


@pytest.fixture
def printed(story: Story, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def run(*options: str) -> Any:
        capsys.readouterr()
        call_command("aging", "--company", "acme", "--as-of", "2026-05-31", "--format", "json", *options)
        return json.loads(capsys.readouterr().out)

    return run


def test_the_command(story: Story, printed: Callable[..., Any]) -> None:
    then = printed("--known-at", story.instant.isoformat())
    assert then["totals"] == [
        {
            "currency": "CNY",
            "total": "120.00",
            "buckets": ["0.00", "120.00", "0.00", "0.00", "0.00"],
            "unapplied": "0.00",
        }
    ]
    assert then["known_at"] == story.instant.isoformat()
    now = printed()
    assert now["totals"] == [
        {
            "currency": "CNY",
            "total": "50.00",
            "buckets": ["0.00", "100.00", "0.00", "0.00", "0.00"],
            "unapplied": "-50.00",
        }
    ]
    assert (then["ties"], now["ties"]) == (True, True)
    assert printed("--known-at", "2020-01-01T00:00:00+08:00")["rows"] == []

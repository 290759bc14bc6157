"""What a run decided and what a hold says is never changed, added to or removed, not even by raw SQL."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import DatabaseError, IntegrityError, InternalError

from arap.core.models import User
from cases.actions import release_hold, set_hold
from cases.models import Hold
from dunning.models import Cycle, DunningRun, Notice, NoticeItem, NoticeTotal, Skipped
from tests.dunning.conftest import Desk, remind_on

pytestmark = pytest.mark.django_db

DUE, DAY = date(2026, 3, 10), date(2026, 3, 11)
TABLES = ["cycle", "dunningrun", "notice", "noticetotal", "noticeitem", "skipped"]


@pytest.fixture
def run(desk: Desk) -> DunningRun:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    desk.invoice(desk.customer("B", email=""), "100.00", DUE)
    return remind_on(desk.company, DAY)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def as_owner(sql: str) -> None:
    """The triggers refuse whoever owns the tables, too. The role ends with the transaction."""
    execute("set constraints all immediate")  # nothing of the transaction waits for its end
    execute("set local role none")
    execute(sql)


CHANGES: list[Callable[[], Any]] = [
    lambda: NoticeItem.objects.update(open_amount=1),
    lambda: Notice.objects.update(step=3),
    lambda: Notice.objects.update(why_days=3),
    lambda: Notice.objects.update(age_step=3),
    lambda: NoticeTotal.objects.update(overdue=1),
    lambda: Skipped.objects.update(reason="hold"),
    lambda: Cycle.objects.update(started_on=DUE),
    lambda: DunningRun.objects.update(position=0),
    lambda: DunningRun.objects.update(as_of=DUE),
    lambda: DunningRun.objects.update(state="deciding"),
    lambda: DunningRun.objects.update(decided_through=0),
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_what_was_decided_never_changes(run: DunningRun, change: Callable[[], Any]) -> None:
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
        change()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["delete from", "truncate"])
@pytest.mark.parametrize("role", [execute, as_owner])
def test_nothing_is_removed(run: DunningRun, table: str, act: str, role: Callable[[str], None]) -> None:
    cascade = " cascade" if act == "truncate" else ""
    with pytest.raises(DatabaseError, match=r"never changed|permission denied"), transaction.atomic():
        role(f"{act} dunning_{table}{cascade}")


COPIES = {
    "notice": "select company_id, run_id, customer_id, policy_id, null, 0, -3, tone, language, 'proposed'",
    "noticetotal": "select company_id, notice_id, 'USD', 1, 0, 0",
    "skipped": "select company_id, run_id, customer_id, 'hold'",
}
COLUMNS = {
    "notice": "company_id, run_id, customer_id, policy_id, cycle_id, step, step_days, tone, language, state",
    "noticetotal": "company_id, notice_id, currency, overdue, soon, credit",
    "skipped": "company_id, run_id, customer_id, reason",
}


@pytest.mark.parametrize("table", list(COPIES))
@pytest.mark.parametrize("role", [execute, as_owner])
def test_nothing_is_added(run: DunningRun, table: str, role: Callable[[str], None]) -> None:
    source = {"notice": "dunning_notice", "noticetotal": "dunning_noticetotal", "skipped": "dunning_skipped"}[table]
    copy = COPIES[table]
    if table in ("notice", "skipped"):  # of the customer that the run said nothing about
        other = Skipped.objects.get() if table == "notice" else Notice.objects.get()
        copy = copy.replace("customer_id", str(other.customer_id))
    with pytest.raises((IntegrityError, InternalError), match="never added to"), transaction.atomic():
        role(f"insert into dunning_{table} ({COLUMNS[table]}) {copy} from {source}")


def test_no_item_is_added(run: DunningRun, desk: Desk) -> None:
    other = desk.invoice(desk.customer("C"), "70.00", DUE)
    item = NoticeItem.objects.get()
    item.pk, item.item_id = None, other.pk
    with pytest.raises((IntegrityError, InternalError), match="never added to"), transaction.atomic():
        item.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda hold: Hold.objects.update(note="other"),
        lambda hold: Hold.objects.update(ends_on=DAY),
        lambda hold: Hold.objects.update(released_on=None),
        lambda hold: hold.delete(),
        lambda hold: execute("truncate cases_hold"),
        lambda hold: as_owner("truncate cases_hold"),
        lambda hold: as_owner("update cases_hold set reason = 'legal'"),
        lambda hold: as_owner("delete from cases_hold"),
    ],
    ids=range(8),
)
def test_a_hold_is_never_edited(desk: Desk, collector: User, change: Callable[[Hold], Any]) -> None:
    hold = set_hold(desk.company, desk.customer("A"), reason="dispute", starts_on=DUE, by=collector)
    release_hold(hold, on=DAY, by=collector)
    with pytest.raises(DatabaseError, match=r"never changed|permission denied"), transaction.atomic():
        change(hold)

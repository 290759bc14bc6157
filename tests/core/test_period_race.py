"""Closing waits for a posting under way, and a posting that comes later sees the period closed."""

import threading
from datetime import date
from typing import Any

from django.db import connection

from arap.core.actions import close_period
from arap.core.models import Company, Period, User
from arap.core.queries import period_on

# What a posting does first: hold the period so that it cannot close, and look at its state.
HOLD = "select state from core_period where id = %s for share"


def close_in_thread(company: Company, period: Period, by: User) -> tuple[threading.Thread, list[str]]:
    states: list[str] = []

    def close() -> None:
        try:
            states.append(close_period(company, period, by=by).state)
        finally:
            connection.close()

    thread = threading.Thread(target=close)
    thread.start()
    return thread, states


def test_a_close_waits_for_the_posting_under_way(
    committed_db: Any, owner_connection: Any, company: Company, controller: User
) -> None:
    march = period_on(company, date(2026, 3, 1))
    owner_connection.autocommit = False
    with owner_connection.cursor() as poster:
        poster.execute(HOLD, [march.pk])
        assert poster.fetchone() == ("open",)
        thread, states = close_in_thread(company, march, controller)
        thread.join(timeout=0.5)
        assert thread.is_alive(), "the close must wait while a posting holds the period"
        owner_connection.commit()
        thread.join(timeout=10)
        assert states == [Period.State.CLOSED]
        poster.execute(HOLD, [march.pk])
        assert poster.fetchone() == ("closed",)
        owner_connection.rollback()


def test_a_posting_waits_for_the_close_under_way_and_sees_it(
    committed_db: Any, owner_connection: Any, company: Company, controller: User
) -> None:
    march = period_on(company, date(2026, 3, 1))
    owner_connection.autocommit = False
    seen: list[str] = []

    def post() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(HOLD, [march.pk])
                seen.extend(cursor.fetchone())
        finally:
            connection.close()

    with owner_connection.cursor() as closer:
        closer.execute("select 1 from core_period where id = %s for no key update", [march.pk])
        thread = threading.Thread(target=post)
        thread.start()
        closer.execute(
            "update core_period set state = 'closed', closed_at = now(), closed_by_id = %s where id = %s",
            [controller.pk, march.pk],
        )
        thread.join(timeout=0.3)
        assert thread.is_alive()
        owner_connection.commit()
        thread.join(timeout=10)
    assert seen == ["closed"]

"""The clock of periodic work: the schedule in the database, kept by one process at a time.

Two clocks would start everything twice, and a rolling upgrade has two for a moment. So a clock first takes a lock of
the database that lives as long as its connection; the other one stands by and takes over when that ends.
"""

import logging
from typing import Any

import psycopg2
from django.db import connection
from django_celery_beat.schedulers import DatabaseScheduler

from arap.core import pulse

logger = logging.getLogger(__name__)

LOCK = 0xBEA7


class SingleScheduler(DatabaseScheduler):
    """Celery beat's scheduler. While another process keeps the clock it does nothing but look again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._keeper: Any = None
        self._is_standing_by = False
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Start what is due and return the seconds until the next look."""
        pulse.touch("beat")
        if not self.keeps_the_clock():
            if not self._is_standing_by:
                logger.warning("another beat keeps the clock: standing by")
            self._is_standing_by = True
            return pulse.SECONDS_BETWEEN
        if self._is_standing_by:
            logger.warning("this beat keeps the clock now")
            self._is_standing_by = False
            # Meanwhile the other one has started what was due: what is known here is old.
            self._schedule = self.all_as_schedule()
            self._heap = None
        seconds: float = super().tick(*args, **kwargs)
        return min(seconds, pulse.SECONDS_BETWEEN)

    def keeps_the_clock(self) -> bool:
        """Hold the lock, or take it if it is free. A broken connection has lost it."""
        try:
            if self._keeper is None:
                self._keeper = psycopg2.connect(**connection.get_connection_params())
                self._keeper.autocommit = True
            with self._keeper.cursor() as cursor:
                # Locks of one session add up, so it is asked for only while it is not held.
                cursor.execute(HOLDS, [LOCK])
                if cursor.fetchone()[0]:
                    return True
                cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
                return bool(cursor.fetchone()[0])
        except psycopg2.Error as error:
            logger.warning("the clock waits for the database: %s", type(error).__name__)
            self.let_go()
            return False

    def let_go(self) -> None:
        """Give the clock up, for another process to keep."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def close(self) -> None:
        super().close()
        self.let_go()


HOLDS = """
select exists (select from pg_locks
                where locktype = 'advisory' and objid = %s and objsubid = 1 and pid = pg_backend_pid() and granted)
"""

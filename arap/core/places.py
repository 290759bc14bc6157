"""Places for work of one sort, over all processes: only so many do it at the same time.

A place is an advisory lock of PostgreSQL that the database session holds: whoever dies gives it back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def place(sort: int, count: int) -> Iterator[bool]:
    """One of `count` places for the work with the number `sort`; False when all are taken. Nobody waits."""
    with connection.cursor() as cursor:
        for number in range(count):
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [sort, number])
            if cursor.fetchone()[0]:
                break
        else:
            yield False
            return
    try:
        yield True
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [sort, number])

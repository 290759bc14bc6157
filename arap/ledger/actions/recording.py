"""What every write to the book stands in: a transaction that is tried again whole, and locks in one order."""

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction

from arap.core.models import Company, User
from arap.ledger.refusals import RETRYABLE, refusals, sqlstate

# For callers that send staging, posting and reading back in one round trip; parameters company, by, verb, key.
OPEN_STAGING = "select ledger_open_staging()"
POST_STAGED = "select ledger_post_staged(%(company)s, %(by)s, %(verb)s, %(key)s)"
APPLY_STAGED = "select ledger_apply_staged(%(company)s, %(by)s, %(verb)s, %(key)s)"

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 6
PAUSE_SECONDS = 0.02  # not money: seconds


def book_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run `act` in one READ COMMITTED transaction; on a deadlock or a lock not granted, try it again whole.

    Inside another transaction it only joins it: whoever opened the transaction does the retrying.
    Raises: Refused, as `refusals` says.
    """

    @functools.wraps(act)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with refusals():
                return act(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with refusals(), transaction.atomic():
                    return act(*args, **kwargs)
            except DatabaseError as error:
                if sqlstate(error) not in RETRYABLE or attempt == ATTEMPTS:
                    raise
                time.sleep(PAUSE_SECONDS * attempt)
        raise AssertionError("unreachable")

    return wrapper


def lock(
    company: Company, *, dates: Iterable[date] = (), customers: Iterable[int] = (), items: Iterable[int] = ()
) -> None:
    """Take the locks of an act that posts and applies, all of them first, in the one order.

    An act that only posts or only applies need not call it: the book locks for itself.
    """
    assert connection.in_atomic_block, "locks live inside a transaction"
    with connection.cursor() as cursor:
        cursor.execute(
            "select ledger_lock(%s, %s::date[], %s::bigint[], %s::bigint[])",
            [company.pk, list(dates), list(customers), list(items)],
        )


def open_staging() -> None:
    """Make or empty this connection's staging tables (book_document, book_item, book_line, book_closing,
    book_application, book_pair, book_undo, book_entry): what a bulk action fills before the book writes."""
    assert connection.in_atomic_block, "staging lives inside a transaction"
    with connection.cursor() as cursor:
        cursor.execute(OPEN_STAGING)


def insertion(cursor: Any, target: str, rows: Sequence[tuple[object, ...]]) -> list[bytes]:
    """The statement that inserts `rows` into `target`, "table (columns)"; none without rows."""
    if not rows:
        return []
    row = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    values = b", ".join(cursor.mogrify(row, values) for values in rows)
    return [f"insert into {target} values ".encode() + values]  # noqa: S608


def call(procedure: str, company: Company, by: User | None, verb: str, key: str | None) -> int:
    """Call a writing procedure of the book; returns the position of this transaction's posting."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {procedure}(%s, %s, %s, %s)", [company.pk, by.pk if by else None, verb, key])
        return int(cursor.fetchone()[0])


def refresh_statistics() -> None:
    """Fresh planner statistics of the book, for a bulk load: call after the customers, and again while it grows.

    Without it the plans by which keys are checked date from an empty book and read whole tables.
    """
    with connection.cursor() as cursor:
        cursor.execute("select ledger_refresh_statistics()")

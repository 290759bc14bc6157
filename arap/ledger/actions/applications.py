"""Applying credits to debits (核销) and undoing it (反核销)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.actions.recording import book_transaction, call, insertion, open_staging

APPLY = "select ledger_apply_staged(%s, %s, %s, %s)"
APPLIED = b"""
select e.application_id, e.position, e.id, e.item_id, e.counter_item_id, e.amount, e.base_amount
  from book_application a cross join lateral (select * from ledger_entry x where x.application_id = a.id offset 0) e
 order by e.application_id, e.id
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """`amount` (above zero, in the items' currency) of a credit item against a debit item."""

    credit_item_id: int
    debit_item_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedEntry:
    """One movement written: amounts signed as on the item, base in the company's base currency."""

    entry_id: int
    application_id: int
    item_id: int
    counter_item_id: int
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    application_id: int
    position: int
    entries: tuple[AppliedEntry, ...]


@book_transaction
def apply(
    company: Company,
    pairs: Sequence[Pair],
    *,
    effective_on: date,
    by: User | None,
    policy: str,
    verb: str = "ledger.apply",
    reason: str = "",
    key: str | None = None,
) -> Applied:
    """Apply the pairs in one act. The realised exchange difference is booked with it.

    Raises: Refused over_applied, over_applied_on, before_posting, other_customer, other_currency, not_a_pair,
    period_closed, duplicate_key.
    """
    if not pairs:
        raise Refused("nothing_to_apply", _("There is nothing to apply."))
    totals: dict[tuple[int, int], Decimal] = {}
    for pair in pairs:
        sides = (pair.credit_item_id, pair.debit_item_id)
        totals[sides] = totals.get(sides, Decimal(0)) + pair.amount
    staged = [(0, seq, credit, debit, amount) for seq, ((credit, debit), amount) in enumerate(totals.items())]
    with connection.cursor() as cursor:
        statements = [
            b"select ledger_open_staging()",
            *insertion(
                cursor, "book_application (ref, effective_on, policy, reason)", [(0, effective_on, policy, reason)]
            ),
            *insertion(cursor, "book_pair (ref, seq, credit_item_id, debit_item_id, amount)", staged),
            cursor.mogrify(APPLY, [company.pk, by.pk if by else None, verb, key]),
            APPLIED,
        ]
        # one round trip: staging, applying and reading back
        cursor.execute(b"; ".join(statements).decode())
        return _applied(cursor.fetchall())[0]


def apply_staged(company: Company, *, by: User | None, verb: str, key: str | None = None) -> int:
    """Apply what a set-based caller put into book_application and book_pair (or book_undo).

    Returns the posting's position. Must run inside `book_transaction`.
    """
    return call("ledger_apply_staged", company, by, verb, key)


@book_transaction
def unapply(
    company: Company,
    entry_ids: Collection[int],
    *,
    effective_on: date,
    by: User | None,
    reason: str,
    verb: str = "ledger.unapply",
    key: str | None = None,
) -> list[Applied]:
    """Undo the applications of these entries, each with the other side of its pair, as of `effective_on`.

    One undoing application for each application touched; the figures mirror the original's.
    Raises: Refused already_undone, not_a_mirror, over_applied_on, period_closed, nothing_to_undo.
    """
    open_staging()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with chosen as (
              select e.application_id, e.item_id, e.counter_item_id from ledger_entry e
               where e.company_id = %(company)s and e.id = any(%(entries)s) and e.application_id is not null
                 and e.reverses_id is null
            ), both_sides as (
              select distinct e.id, e.application_id from chosen c
                join ledger_entry e on e.application_id = c.application_id
                 and (e.item_id, e.counter_item_id) in ((c.item_id, c.counter_item_id), (c.counter_item_id, c.item_id))
            ), acts as (
              insert into book_application (ref, effective_on, policy, reason, undoes_id)
              select row_number() over (order by application_id), %(on)s, 'undo', %(reason)s, application_id
                from (select distinct application_id from both_sides) x
              returning ref, undoes_id
            )
            insert into book_undo (ref, entry_id) select a.ref, b.id
              from both_sides b join acts a on a.undoes_id = b.application_id
            """,
            {"company": company.pk, "entries": list(entry_ids), "on": effective_on, "reason": reason},
        )
        if not cursor.rowcount:
            raise Refused("nothing_to_undo", _("There is no application to undo."))
        written = cursor.mogrify(APPLY, [company.pk, by.pk if by else None, verb, key])
        cursor.execute(b"; ".join([written, APPLIED]).decode())
        return _applied(cursor.fetchall())


def _applied(rows: Sequence[tuple[Any, ...]]) -> list[Applied]:
    acts: dict[int, list[AppliedEntry]] = {}
    positions: dict[int, int] = {}
    for application, position, pk, item, counter, amount, base in rows:
        positions[application] = position
        acts.setdefault(application, []).append(
            AppliedEntry(
                entry_id=pk,
                application_id=application,
                item_id=item,
                counter_item_id=counter,
                amount=amount,
                base_amount=base,
            )
        )
    return [Applied(application_id=pk, position=positions[pk], entries=tuple(entries)) for pk, entries in acts.items()]

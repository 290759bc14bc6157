"""Reads from a standing by owner, segment or group of customers, and of the customers behind such a row.

The sums of a standing are by the master data of its making. Of the customers that were booked or moved since, its rows
are taken from the sums they are in, and the true rows are added to those they belong to now.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from aging.pages import rank
from aging.queries import AgingRow
from aging.standings import Standing, holding, is_shown, plus, row_of
from customers.models import Customer

# Which of owner, segment and group a report goes by.
GROUPED = {"owner": 0, "segment": 1, "parent": 2}
_FIGURES = "currency, buckets, unapplied, total, base_buckets, base_unapplied, base_total, items"
# None is a key of its own; "none" begins no other one.
_KEY = "coalesce('=' || key, 'none')"
_AFFECTED = f"""
select key, {_FIGURES} from aging_standinggroup
 where standing_id = %(standing)s and by = %(by)s and {_KEY} = any(%(keys)s)
"""  # noqa: S608
_RANKED = f"""
select key, {_FIGURES} from aging_standinggroup
 where standing_id = %(standing)s and by = %(by)s and {_KEY} <> all(%(keys)s) {{beyond}} {{holding}}
 order by base_total desc, coalesce(key, '') collate "C", currency collate "C" limit %(limit)s
"""  # noqa: S608
_BEYOND = """and base_total <= %(floor)s::numeric
  and (-base_total, coalesce(key, '') collate "C", currency collate "C")
    > (-%(floor)s::numeric, %(key)s, %(currency)s)"""
_COUNT = f"""
select count(*) from aging_standinggroup
 where standing_id = %(standing)s and by = %(by)s and {_KEY} <> all(%(keys)s) {{holding}}
"""  # noqa: S608
_MEMBERS = f"""
select customer_id, {_FIGURES} from aging_standingrow
 where standing_id = %(standing)s and customer_id is not null and customer_id <> all(%(touched)s)
   and currency = %(only)s {{chosen}}
 order by base_total desc, customer_id::text collate "C" limit %(limit)s
"""  # noqa: S608
_MEMBER_COUNT = """
select count(*) from aging_standingrow
 where standing_id = %(standing)s and customer_id is not null and customer_id <> all(%(touched)s)
   and currency = %(only)s {chosen}
"""

Under = tuple[int | None, str | None, int | None]


def group_page(
    standing: Standing, *, by: str, bucket: int | None, after: Sequence[str], limit: int, only: str = ""
) -> tuple[list[AgingRow], int, bool]:
    """A page of the report's rows in its order, how many rows there are, and whether more follow. Four queries.

    `after` is the rank of the last row of the page before. With `bucket` only rows that hold something in it, with
    `only` those in that currency.
    """
    changed = _changed(standing, by)
    floor = (-Decimal(after[0]), after[1], after[2]) if after else None
    asked: dict[str, Any] = {
        "standing": standing.id, "by": by, "keys": [_spelled(key) for key in changed], "only": only, "limit": limit + 1,
        "floor": after[0] if after else None, "key": after[1] if after else None,
        "currency": after[2] if after else None,
    }  # fmt: skip
    true = [row for rows in changed.values() for row in rows if is_shown(row, bucket, only)]
    narrowed = holding(bucket, only)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(holding=narrowed), asked)
        count = int(cursor.fetchone()[0]) + len(true)
        cursor.execute(_RANKED.format(beyond=_BEYOND if after else "", holding=narrowed), asked)
        rows = [_keyed(row_of(values), by) for values in cursor.fetchall()]
    rows += [row for row in true if floor is None or rank(row) > floor]
    rows.sort(key=rank)
    return rows[:limit], count, len(rows) > limit


def member_rows(standing: Standing, *, by: str, key: str, currency: str, limit: int) -> tuple[list[AgingRow], int]:
    """The largest customers behind a row of the report by owner, segment or currency, and how many there are.

    `key` is "-" for those without owner or segment, among them unknown payers. Three queries.
    """
    chosen, value = "", None  # type: str, int | str | None
    if by == "owner":
        value = int(key) if key.isdecimal() else None
        chosen = "and owner_id = %(value)s" if value is not None else "and owner_id is null"
    elif by == "segment":
        value = "" if key == "-" else key
        chosen = "and segment = %(value)s"
    asked: dict[str, Any] = {
        "standing": standing.id, "touched": list(standing.touched), "only": currency, "value": value, "limit": limit
    }  # fmt: skip
    true = []
    for row, under in zip(standing.fresh, _under_now(standing), strict=True):
        is_of_it = (
            key == "-" or by == "currency" if row.key is None else by == "currency" or under[GROUPED[by]] == value
        )
        if is_of_it and row.currency == currency:
            true.append(row)
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS.format(chosen=chosen), asked)
        rows = [row_of(values) for values in cursor.fetchall()]
        cursor.execute(_MEMBER_COUNT.format(chosen=chosen), asked)
        count = int(cursor.fetchone()[0]) + len(true)
    return sorted(rows + true, key=rank)[:limit], count


def _changed(standing: Standing, by: str) -> dict[str | None, list[AgingRow]]:
    """By key, the true rows of all groups that are not what they were. Two queries, or one if there are none."""
    at = GROUPED[by]
    moves = [(row, under, -1) for row, under in zip(standing.stored, standing.stored_under, strict=True)]
    moves += [(row, under, 1) for row, under in zip(standing.fresh, _under_now(standing), strict=True)]
    if not moves:  # all groups would be read to find none
        return {}
    keys = {_text(under[at]) for _row, under, _sign in moves}
    sums: dict[tuple[str | None, str], AgingRow] = {}
    with connection.cursor() as cursor:
        cursor.execute(_AFFECTED, {"standing": standing.id, "by": by, "keys": [_spelled(key) for key in keys]})
        for row in map(row_of, cursor.fetchall()):
            sums[row.key, row.currency] = row
    for row, under, sign in moves:
        place = (_text(under[at]), row.currency)
        sums[place] = plus(sums.get(place), row, sign)
    true: dict[str | None, list[AgingRow]] = {key: [] for key in keys}
    for (key, _currency), row in sums.items():
        if row.items:
            true[key].append(_keyed(row._replace(key=key), by))
    return true


def _under_now(standing: Standing) -> list[Under]:
    """Owner, segment and group of each fresh row, as master data has them now. One query."""
    ids = {row.key for row in standing.fresh} - {None}
    found = Customer.objects.filter(pk__in=ids).values_list("pk", "owner_id", "segment", "root_id")
    now: dict[int | None, Under] = {pk: (owner, segment, root) for pk, owner, segment, root in found}
    now[None] = (None, None, None)
    return [now[row.key] for row in standing.fresh]


def _text(key: int | str | None) -> str | None:
    return None if key is None else str(key)


def _spelled(key: str | None) -> str:
    return "none" if key is None else f"={key}"


def _keyed(row: AgingRow, by: str) -> AgingRow:
    """The row with its key as the report has it: the number of an owner or a group."""
    return row if row.key is None or by == "segment" else row._replace(key=int(row.key))

"""Reads across the book, as of a date and as known at a position. Every as-of argument is keyword-only and required."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from arap.core.models import Company

# The items open at :as_of as known at :position, each with what was open. Pruned first, so that the cost follows what was
# open on that date: settled items through their span (a settled item open at D was posted less than its span before D),
# and items that moved after the position through last_position. Only items with entries on both sides of the
# date (part paid) or of the position read their entries.
OPEN_ITEMS = """
pruned as (
  select i.id, i.customer_id, i.account_id, i.currency, i.aged_from_on, i.document_on, i.amount, i.base_amount, i.open_amount,
         i.open_base_amount, i.first_effective_on, i.last_effective_on, i.last_position
    from ledger_item i
   where i.company_id = %(company)s and i.open_amount <> 0 and i.posted_on <= %(as_of)s and i.position <= %(position)s {where}
  union all
  select i.id, i.customer_id, i.account_id, i.currency, i.aged_from_on, i.document_on, i.amount, i.base_amount, i.open_amount,
         i.open_base_amount, i.first_effective_on, i.last_effective_on, i.last_position
    from (values (8), (16), (32), (64), (128), (256), (512), (1024), (32000)) as span (days)
   cross join lateral (
     select * from ledger_item i
      where i.company_id = %(company)s and i.open_amount = 0 and i.open_span = span.days
        and i.posted_on between %(as_of)s::date - span.days and %(as_of)s and i.settled_on > %(as_of)s
        and i.position <= %(position)s {where}) i
  union all
  /* settled by then as known today, but by entries recorded after the position */
  select i.id, i.customer_id, i.account_id, i.currency, i.aged_from_on, i.document_on, i.amount, i.base_amount, i.open_amount,
         i.open_base_amount, i.first_effective_on, i.last_effective_on, i.last_position
    from ledger_item i
   where i.company_id = %(company)s and i.last_position > %(position)s and i.open_amount = 0 and i.settled_on <= %(as_of)s
     and i.posted_on <= %(as_of)s and i.position <= %(position)s {where}
), open_items as (
  select p.id, p.customer_id, p.account_id, p.currency, p.aged_from_on, p.document_on, p.amount, p.open_amount,
         {base} as open_base_amount
    from pruned p
   where p.last_position <= %(position)s and p.last_effective_on <= %(as_of)s
  union all
  select p.id, p.customer_id, p.account_id, p.currency, p.aged_from_on, p.document_on, p.amount, p.amount, p.base_amount
    from pruned p
   where p.first_effective_on > %(as_of)s and not (p.last_position <= %(position)s and p.last_effective_on <= %(as_of)s)
  union all
  select p.id, p.customer_id, p.account_id, p.currency, p.aged_from_on, p.document_on, p.amount, p.amount + e.amount,
         p.base_amount + e.base_amount
    from pruned p
   cross join lateral (
     select coalesce(sum(e.amount), 0) as amount, coalesce(sum(e.base_amount), 0) as base_amount from ledger_entry e
      where e.item_id = p.id and e.effective_on <= %(as_of)s and e.position <= %(position)s) e
   where p.first_effective_on <= %(as_of)s and not (p.last_position <= %(position)s and p.last_effective_on <= %(as_of)s)
     and p.amount + e.amount <> 0
)
"""


def position_at(company: Company, *, known_at: datetime | None) -> int:
    """The last position recorded by `known_at` (None: now). Waits for a posting under way, so the answer stays the same."""
    with connection.cursor() as cursor:
        if known_at is None:
            cursor.execute("select coalesce(max(position), 0) from ledger_book where company_id = %s", [company.pk])
        else:
            cursor.execute("select ledger_position_at(%s, %s)", [company.pk, known_at])
        return int(cursor.fetchone()[0])

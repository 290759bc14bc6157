"""What happened with a customer, newest first: the book, messages, holds, notes. A page by keyset, one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.core.paging import SEPARATOR, read_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `source` says what kind of thing `thing_id` is; `kind` is the kind within it.

    Of the book: a document posted, or credit applied to a debit (`counter_document_id`). Of the others: a message with
    its state, a hold set or released with its reason, a note with its text.
    """

    on: date
    rank: int
    thing_id: int
    source: str
    kind: str
    number: str
    document_id: int | None
    counter_number: str
    counter_document_id: int | None
    amount: Decimal | None
    currency: str
    text: str
    who: str

    @property
    def place(self) -> str:
        """Where the event stands in the order, for an address."""
        return SEPARATOR.join([self.on.isoformat(), str(self.rank), str(self.thing_id)])


@dataclass(frozen=True, slots=True)
class Place:
    """The event that a page starts after."""

    on: date
    rank: int
    thing_id: int


SOURCES = ("documents", "applications", "messages", "holds", "notes")

# Each source gives its newest few, by its own index; only those are put in order together. Ranks order what happened
# on one day: applications stand above the documents they were made with.
_PARTS = {
    "documents": """
  (select d.posted_on as happened_on, 1 as rank, d.id as thing_id, 'document' as source, d.kind, d.number,
          d.id as document_id, '' as counter_number, null::bigint as counter_document_id, d.total as amount,
          d.currency, '' as text, p.actor_id as who_id
     from ledger_document d
     join ledger_posting p on p.company_id = d.company_id and p.position = d.position
    where d.company_id = %(company)s and d.customer_id = any(%(customers)s) and d.posted_on <= %(as_of)s
      and d.position <= %(position)s {document_after}
    order by d.posted_on desc, d.id desc limit %(limit)s)""",
    "applications": """
  (select e.effective_on, 2, e.id, 'application', case when e.reverses_id is null then 'applied' else 'unapplied' end,
          credit.number, credit.id, debit.number, debit.id, abs(e.amount), e.currency, '', p.actor_id
     from ledger_entry e
     join ledger_item i on i.id = e.item_id
     join ledger_document debit on debit.id = i.document_id
     join ledger_item c on c.id = e.counter_item_id
     join ledger_document credit on credit.id = c.document_id
     join ledger_posting p on p.company_id = e.company_id and p.position = e.position
    where e.company_id = %(company)s and e.customer_id = any(%(customers)s) and e.effective_on <= %(as_of)s
      and e.position <= %(position)s and i.amount > 0 {entry_after}
    order by e.effective_on desc, e.id desc limit %(limit)s)""",
    "messages": """
  (select (m.created_at at time zone %(zone)s)::date, 3, m.id, 'message', m.kind, m.state, {none}
          m.to_address, m.created_by_id
     from outbox_message m
    where m.company_id = %(company)s and m.customer_id = any(%(customers)s)
      and (m.created_at at time zone %(zone)s)::date <= %(as_of)s {message_after}
    order by m.id desc limit %(limit)s)""",
    "holds": """
  (select h.starts_on, 4, h.id, 'hold', h.reason, '', {none} h.note, h.set_by_id
     from cases_hold h
    where h.company_id = %(company)s and h.customer_id = any(%(customers)s) and h.starts_on <= %(as_of)s {hold_after}
    order by h.starts_on desc, h.id desc limit %(limit)s)
  union all
  (select h.released_on, 5, h.id, 'release', h.reason, '', {none} '', h.released_by_id
     from cases_hold h
    where h.company_id = %(company)s and h.customer_id = any(%(customers)s) and h.released_on <= %(as_of)s
      {release_after}
    order by h.released_on desc, h.id desc limit %(limit)s)""",
    "notes": """
  (select (n.written_at at time zone %(zone)s)::date, 6, n.id, 'note', '', coalesce(f.name, ''), {none}
          n.text, n.written_by_id
     from customers_note n
     left join core_storedfile f on f.id = n.file_id
    where n.company_id = %(company)s and n.customer_id = any(%(customers)s) and n.withdrawn_at is null
      and (n.written_at at time zone %(zone)s)::date <= %(as_of)s {note_after}
    order by n.id desc limit %(limit)s)""",
}
# What only the book has: document, the other document, amount, currency.
_NONE = "null::bigint, '', null::bigint, null::numeric, '',"
_AFTER = "and ({day}, {rank}, {id}) < (%(after_on)s::date, %(after_rank)s, %(after_id)s)"
_KEYS = {
    "document_after": ("d.posted_on", 1, "d.id"),
    "entry_after": ("e.effective_on", 2, "e.id"),
    "message_after": ("(m.created_at at time zone %(zone)s)::date", 3, "m.id"),
    "hold_after": ("h.starts_on", 4, "h.id"),
    "release_after": ("h.released_on", 5, "h.id"),
    "note_after": ("(n.written_at at time zone %(zone)s)::date", 6, "n.id"),
}
_TIMELINE = """
select t.happened_on, t.rank, t.thing_id, t.source, t.kind, t.number, t.document_id, t.counter_number,
       t.counter_document_id, t.amount, t.currency, t.text, coalesce(nullif(u.full_name, ''), u.username, '')
  from ({parts}) as t (happened_on, rank, thing_id, source, kind, number, document_id, counter_number,
       counter_document_id, amount, currency, text, who_id)
  left join core_user u on u.id = t.who_id
 order by t.happened_on desc, t.rank desc, t.thing_id desc limit %(limit)s
"""


def timeline(
    company: Company,
    customer_ids: Sequence[int],
    *,
    as_of: date,
    position: int,
    limit: int,
    after: Place | None = None,
    sources: Sequence[str] = SOURCES,
) -> tuple[list[Event], bool]:
    """A page of events of the customers, newest first, and whether there are more.

    The book is read as known at `position`; the others have one clock only. One query.
    """
    keys = {name: _AFTER.format(day=day, rank=rank, id=pk) if after else "" for name, (day, rank, pk) in _KEYS.items()}
    parts = "\n  union all".join(_PARTS[source].format(none=_NONE, **keys) for source in sources)
    params: dict[str, Any] = {
        "company": company.pk,
        "customers": list(customer_ids),
        "as_of": as_of,
        "position": position,
        "zone": company.time_zone,
        "limit": limit + 1,
        "after_on": after.on if after else None,
        "after_rank": after.rank if after else None,
        "after_id": after.thing_id if after else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE.format(parts=parts), params)
        rows = [Event(**dict(zip(Event.__slots__, row, strict=True))) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit


def read_place(text: str | None) -> Place | None:
    """The event named in an address; None, the first page, for anything that is not one."""
    parts = (text or "").split(SEPARATOR)
    if len(parts) != 3:
        return None
    rank, thing = read_number(parts[1]), read_number(parts[2])
    try:
        on = date.fromisoformat(parts[0])
    except ValueError:
        return None
    return None if rank is None or thing is None or rank > 9 else Place(on, rank, thing)

"""Random samples for an auditor, which can be drawn again: the seed says which, the book's position says from what.

Each thing of the population has the number SHA-256(seed ":" id); the smallest n are the sample. No generator's version
plays a part, and whoever has the ids can check it with a calculator. What is posted later has a higher position, so the
same four words draw the same sample for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max

from arap.core.models import Company
from arap.ledger.models import Posting

DOCUMENT_KINDS = ("invoice", "receipt", "credit_note")
APPLICATION = "application"

_DOCUMENTS = """
with x as (
  select * from ledger_document
   where company_id = %(company)s and kind = %(kind)s and posted_on between %(first)s and %(last)s
     and position <= %(position)s
), drawn as (select x.* from x order by sha256(convert_to(%(seed)s || ':' || x.id::text, 'UTF8')), x.id limit %(size)s)
select x.id, x.id, x.number, x.document_on, x.posted_on, due.due_on, c.code, c.name, c.name_local, x.currency, x.total,
       x.rate, x.base_total, due.open_amount, t.reference, t.memo, undone.number, x.reason_code,
       coalesce(nullif(u.full_name, ''), u.username), p.recorded_at, x.position
  from drawn x
  join ledger_posting p on p.company_id = x.company_id and p.position = x.position
  left join core_user u on u.id = p.actor_id
  left join customers_customer c on c.id = x.customer_id
  left join ledger_documenttext t on t.document_id = x.id
  left join ledger_document undone on undone.id = x.reverses_id
  left join lateral (select min(i.due_on) as due_on, sum(i.open_amount) as open_amount
                       from ledger_item i where i.document_id = x.id) due on true
 order by sha256(convert_to(%(seed)s || ':' || x.id::text, 'UTF8')), x.id
"""
_DOCUMENTS_COUNT = """
select currency, count(*), sum(total) from ledger_document
 where company_id = %(company)s and kind = %(kind)s and posted_on between %(first)s and %(last)s
   and position <= %(position)s
 group by currency order by currency
"""
_APPLICATIONS = """
with x as (
  select * from ledger_application
   where company_id = %(company)s and effective_on between %(first)s and %(last)s and position <= %(position)s
), drawn as (select x.* from x order by sha256(convert_to(%(seed)s || ':' || x.id::text, 'UTF8')), x.id limit %(size)s)
select x.id, credit.document_id, x.id, x.effective_on, c.code, c.name, c.name_local, e.currency, e.amount,
       e.credits, e.debits, x.policy, x.reason, x.undoes_id,
       coalesce(nullif(u.full_name, ''), u.username), p.recorded_at, x.position
  from drawn x
  join ledger_posting p on p.company_id = x.company_id and p.position = x.position
  left join core_user u on u.id = p.actor_id
  left join lateral (
    select min(e.currency) as currency, sum(abs(e.amount)) filter (where i.amount < 0) as amount,
           min(e.customer_id) as customer_id,
           string_agg(distinct d.number, ', ') filter (where i.amount < 0) as credits,
           string_agg(distinct d.number, ', ') filter (where i.amount > 0) as debits,
           min(i.document_id) filter (where i.amount < 0) as document_id
      from ledger_entry e join ledger_item i on i.id = e.item_id join ledger_document d on d.id = i.document_id
     where e.application_id = x.id and e.position = x.position) e on true
  left join lateral (select e.document_id) credit on true
  left join customers_customer c on c.id = e.customer_id
 order by sha256(convert_to(%(seed)s || ':' || x.id::text, 'UTF8')), x.id
"""
_APPLICATIONS_COUNT = """
select currency, count(distinct application_id), sum(abs(amount)) / 2 from ledger_entry
 where company_id = %(company)s and application_id is not null and effective_on between %(first)s and %(last)s
   and position <= %(position)s
 group by currency order by currency
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What draws a sample, and draws it again: kind, days of posting (both included), size, seed, position."""

    kind: str
    first: date
    last: date
    size: int
    seed: str
    position: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """The population in one currency: how many there are and their sum, in that currency."""

    currency: str
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    """The population by currency, and the facts of those drawn, in the order in which they were."""

    population: list[Stratum]
    # document to open (None for none), then the facts under their headings
    rows: list[tuple[int | None, Sequence[Any]]]

    @property
    def count(self) -> int:
        """How many there were to draw from."""
        return sum(stratum.count for stratum in self.population)


def draw(company: Company, asked: Draw) -> Drawn:
    """Two queries. Things of another company are never among them."""
    is_application = asked.kind == APPLICATION
    assert is_application or asked.kind in DOCUMENT_KINDS, asked.kind
    given: dict[str, Any] = {
        "company": company.pk,
        "kind": asked.kind,
        "first": asked.first,
        "last": asked.last,
        "size": asked.size,
        "seed": asked.seed,
        "position": asked.position,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPLICATIONS_COUNT if is_application else _DOCUMENTS_COUNT, given)
        population = [Stratum(*row) for row in cursor.fetchall()]
        cursor.execute(_APPLICATIONS if is_application else _DOCUMENTS, given)
        rows = [(opens, facts) for _id, opens, *facts in cursor.fetchall()]
    return Drawn(population, rows)


def last_position(company: Company) -> int:
    """How far the book has come."""
    return Posting.objects.filter(company=company).aggregate(last=Max("position"))["last"] or 0


def recorded_at(company: Company, position: int) -> datetime | None:
    """When the book had come so far."""
    return Posting.objects.filter(company=company, position=position).values_list("recorded_at", flat=True).first()

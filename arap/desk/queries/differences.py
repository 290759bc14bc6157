"""Exchange differences of a period: realised when items were settled, unrealised when they were revalued."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.core.paging import Row

ROLES = ("fx_gain_loss", "unrealised_fx")

SUMS = """
select l.currency, a.id, a.code, a.name, a.name_local, a.role, count(*),
       coalesce(-sum(l.base_amount) filter (where l.base_amount < 0), 0),
       coalesce(sum(l.base_amount) filter (where l.base_amount > 0), 0)
  from ledger_journalline l
  join ledger_account a on a.id = l.account_id
 where l.company_id = %(company)s and a.company_id = %(company)s and a.role = any(%(roles)s)
   and l.posted_on between %(first)s and %(last)s
 group by l.currency, a.id order by a.code, l.currency
"""

# A document's own line, or that of an application: then the credit it spent, and the debits it settled.
LINES = """
select l.id, l.posted_on, coalesce(d.id, credit.document_id), coalesce(d.number, credit.number, ''),
       coalesce(d.kind, credit.kind, ''), coalesce(debits.number, ''), coalesce(debits.count, 0),
       p.undoes_id is not null, -l.base_amount
  from ledger_journalline l
  join ledger_account a on a.id = l.account_id and a.role = any(%(roles)s)
  left join ledger_document d on d.id = l.document_id
  left join ledger_application p on p.id = l.application_id
  left join lateral (
    select c.id as document_id, c.number, c.kind
      from ledger_entry e join ledger_item i on i.id = e.item_id join ledger_document c on c.id = i.document_id
     where e.application_id = l.application_id and i.amount < 0 order by e.id limit 1) credit on true
  left join lateral (
    select min(c.number) as number, count(distinct c.id) as count
      from ledger_entry e join ledger_item i on i.id = e.item_id join ledger_document c on c.id = i.document_id
     where e.application_id = l.application_id and i.amount > 0) debits on true
 where l.company_id = %(company)s and l.account_id = %(account)s and l.currency = %(currency)s
   and l.posted_on between %(first)s and %(last)s
   and (%(after)s::bigint is null or (l.posted_on, l.id) < (%(after_on)s::date, %(after)s::bigint))
 order by l.posted_on desc, l.id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class DifferenceSum:
    """What one account took in one currency, in base; gain and loss both above zero."""

    currency: str
    account_id: int
    code: str
    name: str
    name_local: str
    role: str
    lines: int
    gain: Decimal
    loss: Decimal

    @property
    def net(self) -> Decimal:
        """A gain above zero."""
        return self.gain - self.loss


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One journal line of it: `gain` in base, a loss below zero; `met` is the first of `met_count` debits settled."""

    line_id: int
    posted_on: date
    document_id: int | None
    number: str
    kind: str
    met: str
    met_count: int
    undoes: bool
    gain: Decimal


def difference_sums(company: Company, *, first_on: date, last_on: date) -> list[DifferenceSum]:
    """By account and currency, of what was posted from `first_on` to `last_on`, both included. One query."""
    parameters: dict[str, Any] = {"company": company.pk, "roles": list(ROLES), "first": first_on, "last": last_on}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, parameters)
        return [DifferenceSum(*row) for row in cursor.fetchall()]


def difference_lines(
    company: Company,
    *,
    first_on: date,
    last_on: date,
    account_id: int,
    currency: str,
    after: Row | None = None,
    limit: int,
) -> tuple[list[DifferenceLine], bool]:
    """A page of the lines behind one sum, newest first, and whether there are more. One query."""
    parameters: dict[str, Any] = {
        "company": company.pk, "roles": list(ROLES), "first": first_on, "last": last_on, "account": account_id,
        "currency": currency, "after_on": after.on if after else None, "after": after.id if after else None,
        "limit": limit + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LINES, parameters)
        rows = [DifferenceLine(*row) for row in cursor.fetchall()]
    return rows[:limit], len(rows) > limit

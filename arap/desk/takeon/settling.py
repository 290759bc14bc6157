"""Settling what posting.py left: customers with credit notes settled, and documents known before, settled since.

The book's items are locked and read, rules.settle decides in order of days, and what it decides is written set-based.
One transaction holds whole customers, so a run that was killed goes on with the next one as if nothing had happened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from arap.core.models import Company, User
from arap.desk.takeon.checks import run, tables_read_once
from arap.desk.takeon.posting import POLICY, VERB, key_of
from arap.desk.takeon.rules import OpenItem, Receipt, Refund, Settlement, Use, settle
from arap.ledger.actions import apply_staged, book_transaction, lock, open_staging, post_staged
from arap.ledger.chart import accounts

CHUNK_ROWS = 5000
Group = tuple[int, str]  # customer id, currency
Act = Receipt | Use | Refund


@dataclass(slots=True)
class Settled:
    """What this run created, and how many known documents needed nothing."""

    receipts: int = 0
    refunds: int = 0
    unchanged: int = 0


WAITING = """
drop table if exists takeon_waiting;
create temp table takeon_waiting as
select t.row, t.kind = 'credit_note' as is_credit, t.settled_on,
       t.fate = 'settle' and not exists (
         select from ledger_posting p
          where p.company_id = d.company_id and p.position = d.position and p.idempotency_key like %(own)s
       ) as was_known,
       d.id as document_id, i.id as item_id, i.customer_id, i.currency
  from takeon_row t
  left join takeon_turn o using (row)
  join ledger_document d on d.company_id = %(company)s and d.kind = t.kind and d.number = t.number
  join ledger_item i on i.document_id = d.id and i.line = 1
 where t.fate = 'settle' or (t.fate = 'new' and t.settled_on is not null and not o.is_paid);
create index on takeon_waiting (customer_id, currency);
analyze takeon_waiting;
drop table if exists takeon_act;
create temp table takeon_act (
  seq int primary key, row int, kind text, day date, credit_item_id bigint, debit_item_id bigint, amount numeric)
"""

# What may be moved: the documents to settle, and every open invoice of customers that had a credit note settled.
CANDIDATES = """
with chosen as (select * from unnest(%(customers)s::bigint[], %(currencies)s::text[]) as g (customer_id, currency))
select w.item_id from chosen g join takeon_waiting w using (customer_id, currency)
union
select i.id from chosen g
  join ledger_item i on i.company_id = %(company)s and (i.customer_id, i.currency) = (g.customer_id, g.currency)
  join ledger_document d on d.id = i.document_id and d.kind = 'invoice'
 where i.open_amount > 0 and i.account_id = %(receivable)s
   and exists (
     select from takeon_waiting w where (w.customer_id, w.currency) = (g.customer_id, g.currency) and w.is_credit)
"""

ITEMS = """
select i.id, i.customer_id, i.currency, abs(i.amount), i.posted_on, i.document_on, i.due_on, i.amount > 0
  from ledger_item i where i.id = any(%(items)s)
"""
MOVEMENTS = """
select e.item_id, e.effective_on, sum(-e.amount * sign(i.amount))
  from ledger_entry e join ledger_item i on i.id = e.item_id where e.item_id = any(%(items)s)
 group by e.item_id, e.effective_on
"""
SETTLEMENTS = """
select w.customer_id, w.currency, w.row, w.settled_on, w.item_id, w.is_credit, w.was_known
  from unnest(%(customers)s::bigint[], %(currencies)s::text[]) as g (customer_id, currency)
  join takeon_waiting w using (customer_id, currency)
"""

# A receipt or refund has a number of its series, and as its reference that of the document that it settles.
STAGE_DOCUMENTS = """
insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, reference, salt)
select a.seq, a.kind, i.customer_id, i.currency, r.rate, case a.kind when 'receipt' then -a.amount else a.amount end,
       a.day, a.day, t.number, uuid_send(gen_random_uuid())
  from takeon_act a join takeon_row t using (row)
  join ledger_item i on i.id = coalesce(a.debit_item_id, a.credit_item_id)
  join takeon_rate r on r.currency = i.currency and r.day = a.day
 where a.kind <> 'use';

insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select ref, 1, %(receivable)s, customer_id, total, posted_on from book_document;

insert into book_line (ref, line, account_id, amount) select ref, 1, %(opening)s, -total from book_document
"""

STAGE_APPLICATIONS = """
insert into book_application (ref, effective_on, policy) select distinct row, day, %(policy)s from takeon_act;

insert into book_pair (ref, seq, credit_item_id, debit_item_id, amount)
select a.row, a.seq, coalesce(a.credit_item_id, b.id), coalesce(a.debit_item_id, b.id), a.amount
  from takeon_act a left join book_item b on b.ref = a.seq
"""

RECORD = """
insert into receipts_receipt (company_id, customer_id, document_id, state, origin, currency, rate, amount, received_on,
  posted_on, remittance)
select %(company)s, customer_id, id, 'confirmed', 'taken_on', currency, rate, -total, document_on, posted_on, reference
  from book_document where kind = 'receipt'
"""

MARK = """
update desk_takenon x set settled_on = w.settled_on
  from unnest(%(customers)s::bigint[], %(currencies)s::text[]) as g (customer_id, currency)
  join takeon_waiting w using (customer_id, currency)
 where x.document_id = w.document_id
"""


def settle_waiting(
    company: Company,
    progress: Callable[[int, int], None],
    *,
    by: User | None,
    key: str = "",
    own: str = "",
    unchanged: Callable[[int], object] = lambda count: None,
) -> Settled:
    """Settle every row that still waits for it. `progress` hears of (settled, total) rows, between transactions.

    `key` as in post_documents. What earlier workers of the same run posted, with keys that begin with `own`, was not
    known before it. `unchanged` is told inside each transaction how many known documents have needed nothing so far.
    """
    total = Settled()
    with tables_read_once():
        run(WAITING, {"company": company.pk, "own": f"{own}%" if own else ""})
    waiting = run("select count(*) from takeon_waiting", {})[0][0]
    done = 0
    for number, (groups, size) in enumerate(packed()):
        tell = partial(_tell, unchanged, total.unchanged)
        settled = _settle_chunk(company, groups, tell, by=by, key=key_of(key, "settle", number))
        done += size
        progress(done, waiting)
        total.receipts += settled.receipts
        total.refunds += settled.refunds
        total.unchanged += settled.unchanged
    return total


def _tell(unchanged: Callable[[int], object], before: int, count: int) -> None:
    unchanged(before + count)


def packed() -> Iterator[tuple[list[Group], int]]:
    """Customers and currencies with something to settle, in lists of about CHUNK_ROWS rows, with their number."""
    groups = run(
        "select customer_id, currency, count(*) from takeon_waiting group by customer_id, currency order by 1, 2", {}
    )
    chunk: list[Group] = []
    size = 0
    for customer_id, currency, count in groups:
        chunk.append((customer_id, currency))
        size += count
        if size >= CHUNK_ROWS:
            yield chunk, size
            chunk, size = [], 0
    if chunk:
        yield chunk, size


@book_transaction
def _settle_chunk(
    company: Company, groups: list[Group], tell: Callable[[int], object], *, by: User | None, key: str | None
) -> Settled:
    roles = accounts(company)
    parameters: dict[str, Any] = {
        "company": company.pk,
        "customers": [customer_id for customer_id, _currency in groups],
        "currencies": [currency for _customer_id, currency in groups],
        "receivable": roles["receivable"],
        "opening": roles["opening"],
        "policy": POLICY,
    }
    parameters["items"] = [item_id for (item_id,) in run(CANDIDATES, parameters)]
    rows = run(SETTLEMENTS, parameters)
    lock(company, dates={row[3] for row in rows}, items=parameters["items"])
    acts = list(decide(run(ITEMS, parameters), run(MOVEMENTS, parameters), rows))
    with connection.cursor() as cursor:
        if acts:
            open_staging()
            _stage_acts(cursor, acts)
            cursor.execute(STAGE_DOCUMENTS, parameters)
            post_staged(company, by=by, verb=VERB, key=key)
            cursor.execute(STAGE_APPLICATIONS, parameters)
            apply_staged(company, by=by, verb=VERB, key=key)
            cursor.execute(RECORD, parameters)
        cursor.execute(MARK, parameters)
    settled = counted(acts, rows)
    tell(settled.unchanged)
    return settled


def counted(acts: Sequence[Act], rows: Iterable[tuple[Any, ...]]) -> Settled:
    """What `acts` create, and how many known documents among the settlements `rows` needed nothing."""
    acted = {act.row for act in acts}
    return Settled(
        receipts=sum(isinstance(act, Receipt) for act in acts),
        refunds=sum(isinstance(act, Refund) for act in acts),
        unchanged=sum(was_known and row not in acted for _c, _u, row, _on, _i, _k, was_known in rows),
    )


def decide(
    item_rows: Iterable[tuple[Any, ...]],
    movement_rows: Iterable[tuple[Any, ...]],
    settlement_rows: Iterable[tuple[Any, ...]],
) -> Iterator[Act]:
    """What the settlements do to the items, whose movements are given: rows as of ITEMS, MOVEMENTS and SETTLEMENTS."""
    items: dict[int, OpenItem] = {}
    debits: dict[Group, list[OpenItem]] = defaultdict(list)
    for item_id, customer, currency, *figures, is_debit in item_rows:
        items[item_id] = item = OpenItem(item_id, *figures)
        if is_debit:
            debits[customer, currency].append(item)
    for item_id, on, amount in movement_rows:
        items[item_id].move(on, amount)
    settlements: dict[Group, list[Settlement]] = defaultdict(list)
    for customer, currency, row, on, item_id, is_credit, _was_known in settlement_rows:
        settlements[customer, currency].append(Settlement(row, on, items[item_id], is_credit))
    for group, waiting in settlements.items():
        yield from settle(waiting, debits[group])


def _stage_acts(cursor: Any, acts: Iterable[Act]) -> None:
    """Fill takeon_act: a receipt has no credit item yet, a refund no debit item."""
    cursor.execute("delete from takeon_act")
    staged: list[tuple[object, ...]] = []
    for seq, act in enumerate(acts):
        match act:
            case Receipt():
                staged.append((seq, act.row, "receipt", act.on, None, act.item_id, act.amount))
            case Use():
                staged.append((seq, act.row, "use", act.on, act.credit_item_id, act.debit_item_id, act.amount))
            case Refund():
                staged.append((seq, act.row, "refund", act.on, act.credit_item_id, None, act.amount))
    execute_values(
        cursor,
        "insert into takeon_act (seq, row, kind, day, credit_item_id, debit_item_id, amount) values %s",
        staged,
        page_size=2000,
    )

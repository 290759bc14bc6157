"""Posting the new documents of a take-on, in chunks: each is one transaction, so a run may be killed and repeated.

An invoice whose settlement touches nothing else gets its receipt in the same transaction. The rest, customers who had
credit notes settled and documents known before, is left to settling.py.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from arap.core.models import Company, User
from arap.desk.takeon.checks import run
from arap.ledger.actions import apply_staged, book_transaction, open_staging, post_staged, refresh_statistics
from arap.ledger.chart import accounts

CHUNK_ROWS = 5000
SMALL_ROWS = 1000  # up to here any plan is quick
VERB = "history.load"
POLICY = "take_on"

# In the order of the days, so that neighbours in time are neighbours on disk.
ORDER = """
drop table if exists takeon_turn;
create temp table takeon_turn as
with applying as (
  select distinct customer_code, currency from takeon_row
   where kind = 'credit_note' and settled_on is not null and fate in ('new', 'settle')
)
select row_number() over (order by t.issued_on, t.row)::int as seq, t.row,
       t.kind = 'invoice' and t.settled_on is not null and a.customer_code is null as is_paid
  from takeon_row t left join applying a using (customer_code, currency)
 where t.fate = 'new';
create unique index on takeon_turn (seq);
analyze takeon_turn
"""

# The invoice or credit note of turn n is 2n, its receipt 2n + 1: that has a number of its series, and the document's
# number as its reference.
STAGE_DOCUMENTS = """
insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, number, reference,
  salt)
select o.seq * 2, t.kind, c.id, t.currency, r.rate, case t.kind when 'credit_note' then -t.amount else t.amount end,
       t.issued_on, t.issued_on, t.number, t.reference,
       case when t.reference is not null then uuid_send(gen_random_uuid()) end
  from takeon_turn o join takeon_row t using (row)
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
  join takeon_rate r on r.currency = t.currency and r.day = t.issued_on
 where o.seq between %(first)s and %(last)s
union all
select o.seq * 2 + 1, 'receipt', c.id, t.currency, r.rate, -t.amount, t.settled_on, t.settled_on, null, t.number,
       uuid_send(gen_random_uuid())
  from takeon_turn o join takeon_row t using (row)
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
  join takeon_rate r on r.currency = t.currency and r.day = t.settled_on
 where o.seq between %(first)s and %(last)s and o.is_paid;

insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select d.ref, 1, %(receivable)s, d.customer_id, d.total, case when d.ref %% 2 = 0 then t.due_on else t.settled_on end
  from book_document d join takeon_turn o on o.seq = d.ref / 2 join takeon_row t using (row);

insert into book_line (ref, line, account_id, amount) select ref, 1, %(opening)s, -total from book_document
"""

STAGE_APPLICATIONS = """
insert into book_application (ref, effective_on, policy)
select ref, posted_on, %(policy)s from book_document where kind = 'receipt';

insert into book_pair (ref, seq, credit_item_id, debit_item_id, amount)
select credit.ref, 1, credit.id, debit.id, debit.amount
  from book_item credit join book_item debit on debit.ref = credit.ref - 1
 where credit.ref %% 2 = 1
"""

# The rooms' own records of what was just posted: without lines, because the history has none.
RECORD = """
with posted as materialized (
  select d.*, o.is_paid, t.amount, t.terms_id, t.reference as said, t.order_number, t.facts, t.settled_on, t.fingerprint
    from book_document d join takeon_turn o on o.seq = d.ref / 2 join takeon_row t using (row)
   where d.ref %% 2 = 0
), invoices as (
  insert into invoices_invoice (company_id, kind, state, origin, customer_id, document_id, currency, rate, issued_on,
    posted_on, terms_id, reference, order_number, net_total, tax_total, total)
  select %(company)s, kind, 'posted', 'taken_on', customer_id, id, currency, rate, document_on, posted_on, terms_id,
         coalesce(said, ''), coalesce(order_number, ''), amount, 0, amount
    from posted
  returning id, document_id
), facts as (
  insert into invoices_invoicefact (company_id, invoice_id, name, value)
  select %(company)s, i.id, f.key, f.value
    from posted p join invoices i on i.document_id = p.id cross join lateral jsonb_each_text(p.facts) f
   where p.facts is not null
)
insert into desk_takenon (company_id, document_id, settled_on, fingerprint)
select %(company)s, id, case when is_paid then settled_on end, fingerprint from posted
"""

RECORD_RECEIPTS = """
insert into receipts_receipt (company_id, customer_id, document_id, state, origin, currency, rate, amount, received_on,
  posted_on, remittance)
select %(company)s, customer_id, id, 'confirmed', 'taken_on', currency, rate, -total, document_on, posted_on, reference
  from book_document where kind = 'receipt'
"""


def set_turns() -> None:
    """Fill takeon_turn: the order in which the new rows are posted, and which of them bring their receipt along."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER)


def rows_to_post() -> tuple[int, int]:
    """How many rows will be posted, and how many wait to be settled afterwards."""
    counts = run(
        """
        select (select count(*) from takeon_turn),
               (select count(*) from takeon_row t left join takeon_turn o using (row)
                 where t.fate = 'settle' or (t.fate = 'new' and t.settled_on is not null and not o.is_paid))
        """,
        {},
    )
    return int(counts[0][0]), int(counts[0][1])


def post_documents(company: Company, progress: Callable[[int, int], None], *, by: User | None, key: str = "") -> int:
    """Post every row of takeon_turn; returns how many receipts came with them. `progress` hears of (done, total).

    `key` begins the idempotency keys of the postings, by which they are found again.
    """
    total = run("select count(*) from takeon_turn", {})[0][0]
    receipts = 0
    for number, first in enumerate(range(1, total + 1, CHUNK_ROWS)):
        # Before the first chunk and each time the number of chunks has doubled: plans follow the size of the book.
        if total > SMALL_ROWS and number & (number - 1) == 0:
            refresh_statistics()
        last = min(first + CHUNK_ROWS - 1, total)
        receipts += _post_chunk(company, first, last, by=by, key=key_of(key, "post", number))
        progress(last, total)
    return receipts


@book_transaction
def _post_chunk(company: Company, first: int, last: int, *, by: User | None, key: str | None) -> int:
    roles = accounts(company)
    parameters: dict[str, Any] = {
        "company": company.pk,
        "first": first,
        "last": last,
        "receivable": roles["receivable"],
        "opening": roles["opening"],
        "policy": POLICY,
    }
    open_staging()
    with connection.cursor() as cursor:
        cursor.execute(STAGE_DOCUMENTS, parameters)
        post_staged(company, by=by, verb=VERB, key=key)
        cursor.execute(STAGE_APPLICATIONS, parameters)
        receipts = int(cursor.rowcount)
        if receipts:
            apply_staged(company, by=by, verb=VERB, key=key)
        cursor.execute(RECORD, parameters)
        if receipts:
            cursor.execute(RECORD_RECEIPTS, parameters)
    return receipts


def key_of(beginning: str, part: str, number: int) -> str | None:
    """The idempotency key of one transaction of a run; none where the run has none."""
    return f"{beginning}-{part}-{number}" if beginning else None


def chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    """`values` in lists of at most `size`."""
    for at in range(0, len(values), size):
        yield values[at : at + size]

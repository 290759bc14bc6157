"""What settling will create, decided before anything is posted: from the rows of the file and the items of the book.

settling.py decides on the items as they stand in the book after posting. Here the new documents are not in it yet, so
they take part with ids that come after all of the book's, in the order in which they will be posted. The decision is
the same function.
"""

from typing import Any

from arap.core.models import Company
from arap.desk.takeon.checks import run, tables_read_once
from arap.desk.takeon.settling import MOVEMENTS, Settled, counted, decide
from arap.ledger.chart import accounts

FIRST_NEW = 1 << 60  # no item of the book has an id as large

WAITING = """
drop table if exists takeon_waiting;
create temp table takeon_waiting as
select t.row, t.kind = 'credit_note' as is_credit, t.settled_on, t.fate = 'settle' as was_known,
       coalesce(i.id, %(first_new)s + o.seq) as item_id, c.id as customer_id, t.currency
  from takeon_row t
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
  left join takeon_turn o using (row)
  left join ledger_document d
    on t.fate = 'settle' and d.company_id = %(company)s and d.kind = t.kind and d.number = t.number
  left join ledger_item i on i.document_id = d.id and i.line = 1
 where t.fate = 'settle' or (t.fate = 'new' and t.settled_on is not null and not o.is_paid);
analyze takeon_waiting
"""

# The items of the book that may be moved: those to settle, and open invoices of customers with a credit note settled.
KNOWN = """
with crediting as (select distinct customer_id, currency from takeon_waiting where is_credit), chosen as (
  select item_id as id from takeon_waiting where was_known
  union
  select i.id from crediting g
    join ledger_item i on i.company_id = %(company)s and (i.customer_id, i.currency) = (g.customer_id, g.currency)
    join ledger_document d on d.id = i.document_id and d.kind = 'invoice'
   where i.open_amount > 0 and i.account_id = %(receivable)s
)
select i.id, i.customer_id, i.currency, abs(i.amount), i.posted_on, i.document_on, i.due_on, i.amount > 0
  from chosen join ledger_item i using (id)
"""

# The items to come of the same customers and currencies. Those that bring their receipt along are settled at once.
NEW = """
select %(first_new)s + o.seq, c.id, t.currency, t.amount, t.issued_on, t.issued_on, t.due_on, t.kind = 'invoice'
  from takeon_turn o join takeon_row t using (row)
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
 where not o.is_paid
   and exists (select from takeon_waiting w where (w.customer_id, w.currency) = (c.id, t.currency))
"""

SETTLEMENTS = "select customer_id, currency, row, settled_on, item_id, is_credit, was_known from takeon_waiting"


def forecast(company: Company) -> Settled:
    """The receipts and refunds that posting and settling takeon_turn will create, and what needs nothing.

    The customers of the file exist by now, if only until the end of the transaction.
    """
    parameters: dict[str, Any] = {
        "company": company.pk,
        "receivable": accounts(company)["receivable"],
        "first_new": FIRST_NEW,
    }
    with tables_read_once():
        run(WAITING, parameters)
        items = run(KNOWN, parameters)
        movements = run(MOVEMENTS, {"items": [item[0] for item in items]})
        items += run(NEW, parameters)
    settlements = run(SETTLEMENTS, {})
    settled = counted(list(decide(items, movements, settlements)), settlements)
    settled.receipts += run("select count(*) from takeon_turn where is_paid", {})[0][0]
    return settled

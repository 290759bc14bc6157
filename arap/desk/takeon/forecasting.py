"""What settling will create, decided before anything is posted: from the rows of the file and the items of the book.

settling.py decides on the items as they stand in the book after posting. Here the new documents are not in it yet, so
they take part with ids that come after all of the book's, in the order in which they will be posted. The decision is
the same function.
"""

from typing import Any

from arap.core.models import Company
from arap.desk.takeon.checks import run, tables_read_once
from arap.desk.takeon.settling import MOVEMENTS, SETTLEMENTS, Settled, counted, decide, packed
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
create index on takeon_waiting (customer_id, currency);
analyze takeon_waiting;
drop table if exists takeon_coming;
create temp table takeon_coming as
select %(first_new)s + o.seq as item_id, c.id as customer_id, t.currency, t.amount, t.issued_on, t.due_on,
       t.kind = 'invoice' as is_debit
  from takeon_turn o join takeon_row t using (row)
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
 where not o.is_paid;
create index on takeon_coming (customer_id, currency);
analyze takeon_coming
"""
GROUPS = "unnest(%(customers)s::bigint[], %(currencies)s::text[]) as g (customer_id, currency)"

# The items of the book that may be moved: those to settle, and open invoices of customers with a credit note settled.
KNOWN = f"""
with waiting as (select w.* from {GROUPS} join takeon_waiting w using (customer_id, currency)), chosen as (
  select item_id as id from waiting where was_known
  union
  select i.id from (select distinct customer_id, currency from waiting where is_credit) g
    join ledger_item i on i.company_id = %(company)s and (i.customer_id, i.currency) = (g.customer_id, g.currency)
    join ledger_document d on d.id = i.document_id and d.kind = 'invoice'
   where i.open_amount > 0 and i.account_id = %(receivable)s
)
select i.id, i.customer_id, i.currency, abs(i.amount), i.posted_on, i.document_on, i.due_on, i.amount > 0
  from chosen join ledger_item i using (id)
"""  # noqa: S608 - a constant, from above

# The items to come of the same customers and currencies. Those that bring their receipt along are settled at once.
NEW = f"""
select n.item_id, n.customer_id, n.currency, n.amount, n.issued_on, n.issued_on, n.due_on, n.is_debit
  from {GROUPS} join takeon_coming n using (customer_id, currency)
"""  # noqa: S608 - a constant, from above


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
    total = Settled(receipts=run("select count(*) from takeon_turn where is_paid", {})[0][0])
    for groups, _size in packed():
        parameters["customers"] = [customer_id for customer_id, _currency in groups]
        parameters["currencies"] = [currency for _customer_id, currency in groups]
        items = run(KNOWN, parameters)
        movements = run(MOVEMENTS, {"items": [item[0] for item in items]})
        settlements = run(SETTLEMENTS, parameters)
        settled = counted(list(decide([*items, *run(NEW, parameters)], movements, settlements)), settlements)
        total.receipts += settled.receipts
        total.refunds += settled.refunds
        total.unchanged += settled.unchanged
    return total

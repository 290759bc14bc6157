"""Taking on invoices of another system: the book has just been written in bulk, the rows here follow it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from arap.core import audit
from arap.core.models import Company, User


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOn:
    """What the book does not hold of the staged document `ref`. `facts` are names and values such as disputed: Yes."""

    ref: int
    order_number: str = ""
    terms_id: int | None = None
    facts: tuple[tuple[str, str], ...] = ()


# Only totals are known of a history, so the whole counts as net and there are no lines.
ADOPT = """
insert into invoices_invoice (company_id, kind, state, origin, customer_id, document_id, currency, rate, issued_on,
    posted_on, reference, order_number, terms_id, net_total, tax_total, total, created_by_id)
select %(company)s, b.kind, 'posted', 'taken_on', b.customer_id, b.id, b.currency, b.rate, b.document_on,
       b.posted_on, coalesce(b.reference, ''), coalesce(d.order_number, ''), d.terms_id, abs(b.total), 0, abs(b.total),
       %(by)s
  from book_document b
  left join jsonb_to_recordset(%(details)s::jsonb) as d (ref int, order_number text, terms_id bigint) on d.ref = b.ref
 where b.kind in ('invoice', 'credit_note') and b.reverses_id is null
"""

ADOPT_FACTS = """
insert into invoices_invoicefact (company_id, invoice_id, name, value)
select %(company)s, i.id, f.name, f.value
  from jsonb_to_recordset(%(facts)s::jsonb) as f (ref int, name text, value text)
  join book_document b on b.ref = f.ref
  join invoices_invoice i on i.document_id = b.id
"""


def adopt_staged(company: Company, *, by: User | None, details: Sequence[TakenOn] = ()) -> int:
    """Make posted invoices of the invoices and credit notes that `post_staged` has just written; returns how many.

    Call it in the same transaction, while the staging tables still hold them. One audit row tells of the batch.
    """
    assert connection.in_atomic_block, "the book and its invoices belong to one transaction"
    rows: list[dict[str, Any]] = [asdict(detail) for detail in details]
    facts = [{"ref": row["ref"], "name": name, "value": value} for row in rows for name, value in row.pop("facts")]
    with connection.cursor() as cursor:
        cursor.execute(
            ADOPT,
            {"company": company.pk, "by": by.pk if by else None, "details": json.dumps(rows, ensure_ascii=False)},
        )
        adopted = int(cursor.rowcount)
        if facts:
            cursor.execute(ADOPT_FACTS, {"company": company.pk, "facts": json.dumps(facts, ensure_ascii=False)})
    if adopted:
        audit.record(by=by, verb="invoice.take_on", obj=company, after={"invoices": adopted})
    return adopted

"""Drafts as rows: stored by the thousand in multi-row statements, each invoice with its audit row."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from arap.core.models import Company, User
from invoices.models import Invoice, InvoiceInstalment, InvoiceLine

BATCH = 2_000

Row = dict[str, Any]
# What is a number in a row of a line; rows hold text, which the JSON encoder takes faster.
LINE_NUMBERS = ("quantity", "unit_price", "discount_percent", "tax_rate", "net", "tax")

TAKE_IDS = "select nextval(pg_get_serial_sequence('invoices_invoice', 'id')) from generate_series(1, %s)"

# The invoices, and in the same statement an audit row for each.
INSERT = """
with drafted as (
  insert into invoices_invoice (id, company_id, kind, customer_id, currency, rate, issued_on, terms_id, reference,
    order_number, buyer_reference, contract_number, contract_id, late_clause, late_clause_local, delivered_on,
    period_from, period_to, memo, net_total, tax_total, total, adds_to_id, created_by_id)
  select r.id, %(company)s, r.kind, r.customer_id, r.currency, r.rate, r.issued_on, r.terms_id, r.reference,
         r.order_number, r.buyer_reference, r.contract_number, r.contract_id, coalesce(r.late_clause, ''),
         coalesce(r.late_clause_local, ''), r.delivered_on, r.period_from, r.period_to, r.memo, r.net_total,
         r.tax_total, r.total, r.adds_to_id, %(by)s
    from jsonb_to_recordset(%(rows)s::jsonb) as r (id bigint, kind text, customer_id bigint, currency text,
      rate numeric, issued_on date, terms_id bigint, reference text, order_number text, buyer_reference text,
      contract_number text, contract_id bigint, late_clause text, late_clause_local text, delivered_on date,
      period_from date, period_to date, memo text, net_total numeric, tax_total numeric, total numeric,
      adds_to_id bigint)
)
insert into core_auditentry (company_id, actor_id, verb, object_type, object_id, after)
select %(company)s, %(by)s, 'invoice.draft', 'invoices.invoice', r.id::text, r.after
  from jsonb_to_recordset(%(rows)s::jsonb) as r (id bigint, after jsonb)
"""
INSERT_LINES = """
insert into invoices_invoiceline (company_id, invoice_id, line, description, description_local, quantity, unit,
  unit_code, unit_price, discount_percent, tax_code_id, tax_rate, tax_category, exemption_reason, entry, net, tax)
select %(company)s, r.invoice_id, r.line, r.description, r.description_local, r.quantity, r.unit, r.unit_code,
       r.unit_price, r.discount_percent, r.tax_code_id, r.tax_rate, r.tax_category, r.exemption_reason, r.entry, r.net,
       r.tax
  from jsonb_to_recordset(%(rows)s::jsonb) as r (invoice_id bigint, line int, description text,
    description_local text, quantity numeric, unit text, unit_code text, unit_price numeric, discount_percent numeric,
    tax_code_id bigint, tax_rate numeric, tax_category text, exemption_reason text, entry text, net numeric,
    tax numeric)
"""
INSERT_INSTALMENTS = """
insert into invoices_invoiceinstalment (company_id, invoice_id, line, due_on, amount)
select %(company)s, r.invoice_id, r.line, r.due_on, r.amount
  from jsonb_to_recordset(%(rows)s::jsonb) as r (invoice_id bigint, line int, due_on date, amount numeric)
"""


class Parts(NamedTuple):
    """Rows of lines and instalments that are still to be stored."""

    lines: list[Row]
    instalments: list[Row]


def store(company: Company, rows: Sequence[Row], parts: Parts, *, by: User | None) -> None:
    """Store new invoices (`row_of`) with their lines and instalments."""
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(INSERT, _parameters(company, rows[start : start + BATCH], by))
    store_parts(company, parts)


def lines_of(company: Company, parts: Parts) -> list[InvoiceLine]:
    """The lines as unsaved objects."""
    return [InvoiceLine(company=company, **_typed(row, LINE_NUMBERS)) for row in parts.lines]


def instalments_of(company: Company, parts: Parts) -> list[InvoiceInstalment]:
    """The instalments as unsaved objects."""
    rows = [{**row, "due_on": date.fromisoformat(row["due_on"])} for row in parts.instalments]
    return [InvoiceInstalment(company=company, **_typed(row, ("amount",))) for row in rows]


def _typed(row: Row, numbers: Sequence[str]) -> Row:
    return {name: Decimal(value) if name in numbers else value for name, value in row.items()}


def take_ids(count: int) -> list[int]:
    """The ids of the next invoices, in order."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_IDS, [count])
        return sorted(pk for (pk,) in cursor.fetchall())


def store_parts(company: Company, parts: Parts) -> None:
    """Store lines and instalments of invoices that are there."""
    with connection.cursor() as cursor:
        for insert, rows in ((INSERT_LINES, parts.lines), (INSERT_INSTALMENTS, parts.instalments)):
            for start in range(0, len(rows), BATCH):
                cursor.execute(insert, _parameters(company, rows[start : start + BATCH], None))


def row_of(invoice: Invoice, audited: Sequence[str]) -> Row:
    """The invoice as it is stored, with its audit row."""
    said = {name: _text(getattr(invoice, name)) for name in audited}
    return {
        **said,
        "id": invoice.pk,
        "customer_id": invoice.customer_id,
        "terms_id": invoice.terms_id,
        **_contract(invoice),
        "net_total": str(invoice.net_total),
        "tax_total": str(invoice.tax_total),
        **({"adds_to_id": invoice.adds_to_id} if invoice.adds_to_id else {}),
        "after": _audited(invoice, said),
    }


def _audited(invoice: Invoice, said: Row) -> Row:
    beside = {"adds_to": invoice.adds_to_id} if invoice.adds_to_id else {}
    ids = {"customer": invoice.customer_id, "terms": invoice.terms_id, "contract": invoice.contract_id}
    return {**ids, **beside, **said}


def _contract(invoice: Invoice) -> Row:
    """What an invoice has of its contract; most have none, and then nothing is sent."""
    if invoice.contract_id is None:
        return {}
    return {name: getattr(invoice, name) for name in ("contract_id", "late_clause", "late_clause_local")}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _parameters(company: Company, rows: Sequence[Row], by: User | None) -> dict[str, int | str | None]:
    text = json.dumps(rows, ensure_ascii=False)
    return {"company": company.pk, "by": by.pk if by else None, "rows": text}

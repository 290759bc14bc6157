"""Drafts: entered, changed and thrown away freely; nothing is owed yet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import Company, TaxCode, User
from arap.core.money import CURRENCIES, ZERO, is_exact
from customers.models import Customer, PaymentTerms
from customers.rules import instalments as instalments_of
from customers.rules import parse_terms
from invoices.models import Invoice, InvoiceInstalment, InvoiceLine
from invoices.rules import Amounts, Entry, document_amounts, line_amounts

LINES_MAX = 2_000  # what a Chinese e-invoice holds
BATCH = 2_000

AUDITED = ("customer", "currency", "rate", "issued_on", "terms", "reference", "order_number", "memo", "total")


KINDS = frozenset(Invoice.Kind.values)

_Row = dict[str, Any]

TAKE_IDS = "select nextval(pg_get_serial_sequence('invoices_invoice', 'id')) from generate_series(1, %s)"

# The invoices, and in the same statement an audit row for each.
INSERT = """
with drafted as (
  insert into invoices_invoice (id, company_id, kind, customer_id, currency, rate, issued_on, terms_id, reference,
    order_number, memo, net_total, tax_total, total, created_by_id)
  select r.id, %(company)s, r.kind, r.customer_id, r.currency, r.rate, r.issued_on, r.terms_id, r.reference,
         r.order_number, r.memo, r.net_total, r.tax_total, r.total, %(by)s
    from jsonb_to_recordset(%(rows)s::jsonb) as r (id bigint, kind text, customer_id bigint, currency text,
      rate numeric, issued_on date, terms_id bigint, reference text, order_number text, memo text, net_total numeric,
      tax_total numeric, total numeric)
)
insert into core_auditentry (company_id, actor_id, verb, object_type, object_id, after)
select %(company)s, %(by)s, 'invoice.draft', 'invoices.invoice', r.id::text, r.after
  from jsonb_to_recordset(%(rows)s::jsonb) as r (id bigint, after jsonb)
"""
INSERT_LINES = """
insert into invoices_invoiceline (company_id, invoice_id, line, description, quantity, unit, unit_price,
  discount_percent, tax_code_id, tax_rate, entry, net, tax)
select %(company)s, r.invoice_id, r.line, r.description, r.quantity, r.unit, r.unit_price, r.discount_percent,
       r.tax_code_id, r.tax_rate, r.entry, r.net, r.tax
  from jsonb_to_recordset(%(rows)s::jsonb) as r (invoice_id bigint, line int, description text, quantity numeric,
    unit text, unit_price numeric, discount_percent numeric, tax_code_id bigint, tax_rate numeric, entry text,
    net numeric, tax numeric)
"""
INSERT_INSTALMENTS = """
insert into invoices_invoiceinstalment (company_id, invoice_id, line, due_on, amount)
select %(company)s, r.invoice_id, r.line, r.due_on, r.amount
  from jsonb_to_recordset(%(rows)s::jsonb) as r (invoice_id bigint, line int, due_on date, amount numeric)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line as entered. `unit_price` is with tax when `entry` is "gross".

    `discount_percent` and `tax_rate` are in per cent. Without a `tax_rate` the tax code's counts, without either none.
    """

    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    description: str = ""
    unit: str = ""
    discount_percent: Decimal = ZERO
    tax_code_id: int | None = None
    tax_rate: Decimal | None = None
    entry: Entry = "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice (or a credit note that credits none in particular) as entered.

    Without a `rate` the rate of `issued_on` counts when it is posted. Due dates come from `instalments` (date and
    amount, summing to the total) where given, else from the terms, else from the customer's terms; else it is due on
    the day of issue.
    """

    customer_id: int
    currency: str
    issued_on: date
    lines: Sequence[DraftLine]
    kind: str = Invoice.Kind.INVOICE.value
    terms_id: int | None = None
    instalments: Sequence[tuple[date, Decimal]] = ()
    rate: Decimal | None = None
    reference: str = ""
    order_number: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class _Masters:
    """What drafts refer to, read once for a whole batch."""

    customers: Mapping[int, Customer]
    terms: Mapping[int, PaymentTerms]
    tax_rates: Mapping[int, Decimal]


class _Parts(NamedTuple):
    """Rows of lines and instalments that are still to be stored."""

    lines: list[_Row]
    instalments: list[_Row]


def create_draft(company: Company, draft: Draft, *, by: User | None) -> Invoice:
    """Create one draft. Raises as create_drafts."""
    return create_drafts(company, [draft], by=by)[0]


@transaction.atomic
def create_drafts(company: Company, drafts: Sequence[Draft], *, by: User | None) -> list[Invoice]:
    """Create the drafts with their lines and instalments, all or none, in multi-row statements.

    Raises Invalid (facts: field, draft = place in `drafts`) for an unknown customer, terms, tax code or currency, for
    too many or no lines, for instalments that do not sum to the total or fall due before issue.
    """
    masters = _masters(company, drafts)
    ids = _take_ids(len(drafts))
    invoices: list[Invoice] = []
    rows: list[_Row] = []
    parts = _Parts([], [])
    for at, (pk, draft) in enumerate(zip(ids, drafts, strict=True)):
        invoice = Invoice(id=pk, company=company, created_by=by)
        _fill(invoice, draft, masters, at, parts)
        invoice._state.adding = False  # it will be there
        invoices.append(invoice)
        rows.append(_row(invoice))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(INSERT, _parameters(company, rows[start : start + BATCH], by))
    _save_parts(company, parts)
    return invoices


@transaction.atomic
def update_draft(company: Company, invoice_id: int, draft: Draft, *, version: int, by: User | None) -> Invoice:
    """Replace the content of a draft that is still at `version`.

    Raises NotFound, Refused("stale_draft") when somebody changed or posted it meanwhile, and Invalid as create_drafts.
    """
    invoice = _lock_draft(company, invoice_id, version)
    before = audit.snapshot(invoice, AUDITED)
    parts = _Parts([], [])
    _fill(invoice, draft, _masters(company, [draft]), 0, parts)
    InvoiceLine.objects.filter(invoice=invoice).delete()
    InvoiceInstalment.objects.filter(invoice=invoice).delete()
    invoice.version = F("version") + 1
    invoice.save(update_fields=["kind", "version", "net_total", "tax_total", *AUDITED])
    invoice.refresh_from_db(fields=["version"])
    _save_parts(company, parts)
    was, now = audit.difference(before, audit.snapshot(invoice, AUDITED))
    audit.record(by=by, verb="invoice.update", obj=invoice, before=was, after=now)
    return invoice


@transaction.atomic
def delete_draft(company: Company, invoice_id: int, *, version: int, by: User | None) -> None:
    """Throw a draft away. Raises NotFound and Refused("stale_draft")."""
    invoice = _lock_draft(company, invoice_id, version)
    audit.record(by=by, verb="invoice.delete", obj=invoice, before=audit.snapshot(invoice, AUDITED))
    InvoiceLine.objects.filter(invoice=invoice).delete()
    InvoiceInstalment.objects.filter(invoice=invoice).delete()
    Invoice.objects.filter(pk=invoice.pk).delete()


def _lock_draft(company: Company, invoice_id: int, version: int) -> Invoice:
    invoice = Invoice.objects.select_for_update().filter(company=company, pk=invoice_id).first()
    if invoice is None:
        raise NotFound("not_found", _("There is no such invoice."))
    if invoice.state != Invoice.State.DRAFT or invoice.version != version:
        raise Refused("stale_draft", _("This draft was changed or posted meanwhile. Open it again."))
    return invoice


def _masters(company: Company, drafts: Sequence[Draft]) -> _Masters:
    customers = Customer.objects.filter(company=company, pk__in={draft.customer_id for draft in drafts})
    by_id = {customer.pk: customer for customer in customers}
    terms_ids = {draft.terms_id for draft in drafts} | {customer.terms_id for customer in by_id.values()}
    codes = {line.tax_code_id for draft in drafts for line in draft.lines if line.tax_code_id is not None}
    return _Masters(
        customers=by_id,
        terms=PaymentTerms.objects.filter(company=company).in_bulk([pk for pk in terms_ids if pk is not None]),
        tax_rates=dict(TaxCode.objects.filter(company=company, pk__in=codes).values_list("pk", "rate"))
        if codes
        else {},
    )


def _fill(invoice: Invoice, draft: Draft, masters: _Masters, at: int, parts: _Parts) -> None:
    """Put the draft into `invoice` (unsaved), and its lines and instalments to `parts`."""
    _check(draft, masters, at)
    amounts = [_line(invoice, draft, line, masters, number, parts) for number, line in enumerate(draft.lines, start=1)]
    totals = document_amounts(amounts)
    customer = masters.customers[draft.customer_id]
    invoice.kind, invoice.customer, invoice.currency, invoice.rate = draft.kind, customer, draft.currency, draft.rate
    invoice.issued_on, invoice.reference = draft.issued_on, draft.reference
    invoice.order_number, invoice.memo = draft.order_number, draft.memo
    invoice.terms_id = draft.terms_id or (None if draft.instalments else customer.terms_id)
    invoice.net_total, invoice.tax_total, invoice.total = totals.net, totals.tax, totals.gross
    parts.instalments.extend(
        {"invoice_id": invoice.pk, "line": number, "due_on": str(due_on), "amount": str(amount)}
        for number, (due_on, amount) in enumerate(_instalments(invoice, draft, masters, at), start=1)
    )


def _check(draft: Draft, masters: _Masters, at: int) -> None:
    if draft.customer_id not in masters.customers:
        raise _invalid(at, "customer", _("There is no such customer."))
    if draft.terms_id is not None and draft.terms_id not in masters.terms:
        raise _invalid(at, "terms", _("There are no such payment terms."))
    if draft.currency not in CURRENCIES:
        raise _invalid(at, "currency", _("This is not a currency."))
    if draft.kind not in KINDS:
        raise _invalid(at, "kind", _("This is neither an invoice nor a credit note."))
    if draft.rate is not None and draft.rate <= 0:
        raise _invalid(at, "rate", _("A rate is greater than zero."))
    if not 1 <= len(draft.lines) <= LINES_MAX:
        raise _invalid(at, "lines", _("An invoice has from one to %(most)s lines.") % {"most": LINES_MAX})
    for line in draft.lines:
        if line.tax_code_id is not None and line.tax_code_id not in masters.tax_rates:
            raise _invalid(at, "tax_code", _("There is no such tax code."))
        if not 0 <= line.discount_percent <= 100:
            raise _invalid(at, "discount_percent", _("A discount lies between 0 and 100 per cent."))
        if line.tax_rate is not None and not 0 <= line.tax_rate <= 100:
            raise _invalid(at, "tax_rate", _("A tax rate lies between 0 and 100 per cent."))


def _line(invoice: Invoice, draft: Draft, line: DraftLine, masters: _Masters, number: int, parts: _Parts) -> Amounts:
    tax_rate = line.tax_rate
    if tax_rate is None:
        tax_rate = masters.tax_rates[line.tax_code_id] if line.tax_code_id is not None else ZERO
    amounts = line_amounts(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        tax_rate=tax_rate,
        entry=line.entry,
        currency=draft.currency,
    )
    parts.lines.append(
        {
            "invoice_id": invoice.pk,
            "line": number,
            "description": line.description,
            "quantity": str(line.quantity),
            "unit": line.unit,
            "unit_price": str(line.unit_price),
            "discount_percent": str(line.discount_percent),
            "tax_code_id": line.tax_code_id,
            "tax_rate": str(tax_rate),
            "entry": line.entry,
            "net": str(amounts.net),
            "tax": str(amounts.tax),
        }
    )
    return amounts


def _instalments(invoice: Invoice, draft: Draft, masters: _Masters, at: int) -> Sequence[tuple[date, Decimal]]:
    """Due dates and amounts, each in the sign of the total and none of them zero."""
    if draft.instalments:
        if sum(amount for _due_on, amount in draft.instalments) != invoice.total:
            raise _invalid(at, "instalments", _("The instalments do not sum to the total."))
        for due_on, amount in draft.instalments:
            if due_on < draft.issued_on:
                raise _invalid(at, "instalments", _("An instalment cannot fall due before the day of issue."))
            if amount * invoice.total <= 0 or not is_exact(amount, draft.currency):
                raise _invalid(at, "instalments", _("An instalment has an amount above zero."))
        return draft.instalments
    if invoice.terms_id is None or draft.kind == Invoice.Kind.CREDIT_NOTE:
        return [(draft.issued_on, invoice.total)] if invoice.total else []
    terms = parse_terms(masters.terms[invoice.terms_id].rule)
    parts = instalments_of(terms, document_on=draft.issued_on, amount=invoice.total, currency=draft.currency)
    return [(part.due_on, part.amount) for part in parts]


def _take_ids(count: int) -> list[int]:
    """The ids of the next invoices, in order."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_IDS, [count])
        return sorted(pk for (pk,) in cursor.fetchall())


def _save_parts(company: Company, parts: _Parts) -> None:
    with connection.cursor() as cursor:
        for insert, rows in ((INSERT_LINES, parts.lines), (INSERT_INSTALMENTS, parts.instalments)):
            for start in range(0, len(rows), BATCH):
                cursor.execute(insert, _parameters(company, rows[start : start + BATCH], None))


def _row(invoice: Invoice) -> _Row:
    """The invoice as it is stored, with its audit row. Numbers are text here: the JSON encoder would take longer."""
    said = {
        "currency": invoice.currency,
        "rate": None if invoice.rate is None else str(invoice.rate),
        "issued_on": str(invoice.issued_on),
        "reference": invoice.reference,
        "order_number": invoice.order_number,
        "memo": invoice.memo,
        "total": str(invoice.total),
    }
    return {
        **said,
        "id": invoice.pk,
        "kind": invoice.kind,
        "customer_id": invoice.customer_id,
        "terms_id": invoice.terms_id,
        "net_total": str(invoice.net_total),
        "tax_total": str(invoice.tax_total),
        "after": {"customer": invoice.customer_id, "terms": invoice.terms_id, **said},
    }


def _parameters(company: Company, rows: Sequence[_Row], by: User | None) -> dict[str, int | str | None]:
    text = json.dumps(rows, ensure_ascii=False)
    return {"company": company.pk, "by": by.pk if by else None, "rows": text}


def _invalid(at: int, field: str, message: str | Promise) -> Invalid:
    return Invalid("invalid_draft", message, field=field, draft=at)

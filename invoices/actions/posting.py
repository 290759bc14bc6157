"""Posting: drafts become documents in the book, one or thousands by the same few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from arap.core.errors import MissingRate, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.ledger.actions import OPEN_STAGING, POST_STAGED, book_transaction
from arap.ledger.chart import accounts

CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedInvoice:
    """What posting made of a draft."""

    invoice_id: int
    document_id: int
    number: str
    posted_on: str


# The drafts of the batch, locked, with the rate that counts for each: its own, else that of the day of issue.
LOCK_DRAFTS = """
select i.id, i.state, i.total, i.currency, i.issued_on,
       coalesce(i.rate, case when i.currency = c.base_currency then 1 else (
         select r.rate from core_exchangerate r
          where r.company_id = i.company_id and r.currency = i.currency and r.valid_from <= i.issued_on
          order by r.valid_from desc limit 1) end) as rate,
       -- what is credited was posted before, whatever became of the customer
       (k.is_active and k.merged_into_id is null) or i.credits_id is not null as is_wanted
  from invoices_invoice i join core_company c on c.id = i.company_id join customers_customer k on k.id = i.customer_id
 where i.company_id = %(company)s and i.id = any(%(ids)s)
 order by i.id for update of i
"""

BATCH = """unnest(%(ids)s::bigint[], %(rates)s::numeric[], %(numbers)s::text[])
       with ordinality as batch (id, rate, number, ref)"""

# A late paper keeps its date and posts on the first day of an open period that is not before it.
STAGE_DOCUMENTS = f"""
insert into book_document
       (ref, kind, customer_id, currency, rate, total, document_on, posted_on, number, reference, memo, salt)
select batch.ref, i.kind, i.customer_id, i.currency, batch.rate,
       case i.kind when 'credit_note' then -i.total else i.total end, i.issued_on,
       coalesce(%(posted_on)s::date, open_day.first, i.issued_on), batch.number, i.reference, i.memo,
       case when i.reference <> '' or i.memo <> '' then uuid_send(gen_random_uuid()) end
  from {BATCH}
  join invoices_invoice i on i.id = batch.id
  left join lateral (
    select greatest(p.starts_on, i.issued_on) as first from core_period p
     where p.company_id = i.company_id and p.ends_on >= i.issued_on
       and (p.state = 'open' or exists (
            select from core_periodexception x
             where x.period_id = p.id and x.revoked_at is null and x.valid_until > now()))
     order by p.starts_on limit 1) open_day on true
"""  # noqa: S608 - a constant is put together, no value

STAGE_ITEMS = f"""
insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select batch.ref, n.line, %(receivable)s, i.customer_id,
       case i.kind when 'credit_note' then -n.amount else n.amount end, n.due_on
  from {BATCH}
  join invoices_invoice i on i.id = batch.id
  join invoices_invoiceinstalment n on n.invoice_id = i.id
"""  # noqa: S608

# One revenue line and one tax line for each tax code of the invoice.
STAGE_LINES = f"""
insert into book_line (ref, line, account_id, amount, tax_code)
select ref, row_number() over (partition by ref order by account, code), account_id, amount, code
  from (
    select batch.ref, side.account, side.account_id, coalesce(t.code, '') as code,
           sum(case i.kind when 'credit_note' then side.amount else -side.amount end) as amount
      from {BATCH}
      join invoices_invoice i on i.id = batch.id
      join invoices_invoiceline l on l.invoice_id = i.id
      left join core_taxcode t on t.id = l.tax_code_id
     cross join lateral (values (1, %(revenue)s, l.net), (2, %(output_tax)s, l.tax))
           as side (account, account_id, amount)
     group by batch.ref, side.account, side.account_id, coalesce(t.code, '')) sums
 where amount <> 0
"""  # noqa: S608

FINISH = f"""
with posted as (
  update invoices_invoice i
     set state = 'posted', document_id = b.id, posted_on = b.posted_on, rate = b.rate
    from {BATCH} join book_document b on b.ref = batch.ref
   where i.id = batch.id
  returning i.id, i.document_id, b.number, i.posted_on, i.total, i.currency
), audited as (
  insert into core_auditentry (company_id, actor_id, verb, object_type, object_id, after)
  select %(company)s, %(by)s, 'invoice.post', 'invoices.invoice', id::text,
         jsonb_build_object('number', number, 'posted_on', posted_on, 'total', total::text, 'currency', currency)
    from posted
)
select id, document_id, number, posted_on from posted order by id
"""  # noqa: S608


def post_invoice(
    company: Company, invoice_id: int, *, by: User | None, posted_on: date | None = None, key: str | None = None
) -> PostedInvoice:
    """Post one draft. Raises as post_invoices."""
    return post_invoices(company, [invoice_id], by=by, posted_on=posted_on, key=key)[0]


@book_transaction
def post_invoices(
    company: Company,
    invoice_ids: Sequence[int],
    *,
    by: User | None,
    posted_on: date | None = None,
    numbers: Mapping[int, str] | None = None,
    key: str | None = None,
) -> list[PostedInvoice]:
    """Post the drafts, all or none: numbers, book, state and audit in one transaction; what is posted is frozen.

    Without `posted_on` each is posted on its day of issue, or on the first open day after it. The rate is the draft's
    own, else that of the day of issue. Those in `numbers` (id -> number) were numbered elsewhere and keep that number,
    outside the series. The same `key` again gives the same answer. In order of id.

    Raises NotFound, Refused (already_posted, empty_invoice, not_active, period_closed, idempotency_conflict),
    MissingRate.
    """
    ids = sorted(set(invoice_ids))
    request = {"verb": "invoice.post", "ids": ids, "posted_on": posted_on}
    names = PostedInvoice.__dataclass_fields__
    outcome = idempotent(
        company,
        key,
        request,
        lambda: [
            {name: getattr(row, name) for name in names} for row in _post(company, ids, by, posted_on, numbers, key)
        ],
    )
    return [PostedInvoice(**row) for row in outcome.response]


def _post(
    company: Company,
    ids: Sequence[int],
    by: User | None,
    posted_on: date | None,
    numbers: Mapping[int, str] | None,
    key: str | None,
) -> list[PostedInvoice]:
    posted: list[PostedInvoice] = []
    for start in range(0, len(ids), CHUNK):
        rates = lock_drafts(company, ids[start : start + CHUNK])
        posted += post_locked(company, rates, by, posted_on, key, numbers=numbers)
    return posted


def lock_drafts(company: Company, ids: Sequence[int]) -> dict[int, Any]:
    """Lock the drafts and return id -> rate. Raises NotFound, Refused (already_posted, empty_invoice,
    not_active), MissingRate."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_DRAFTS, {"company": company.pk, "ids": list(ids)})
        rows = cursor.fetchall()
    if len(rows) != len(ids):
        raise NotFound("not_found", _("There is no such invoice."))
    for invoice_id, state, total, currency, issued_on, rate, is_wanted in rows:
        if state != "draft":
            raise Refused("already_posted", _("This invoice is posted already."), invoice=invoice_id)
        if total <= 0:
            raise Refused("empty_invoice", _("Only a total above zero can be posted."), invoice=invoice_id)
        if not is_wanted:
            told = _("The customer is inactive or was merged into another: change the draft first.")
            raise Refused("not_active", told, invoice=invoice_id)
        if rate is None:
            raise MissingRate(
                "missing_rate",
                _("There is no exchange rate for %(currency)s on %(on)s.") % {"currency": currency, "on": issued_on},
                currency=currency,
                on=issued_on.isoformat(),
            )
    return {row[0]: row[5] for row in rows}


def post_locked(
    company: Company,
    rates: dict[int, Any],
    by: User | None,
    posted_on: date | None,
    key: str | None,
    *,
    numbers: Mapping[int, str] | None = None,
) -> list[PostedInvoice]:
    """Post drafts that lock_drafts has locked. Raises Refused as the book does."""
    roles = accounts(company)
    parameters = {
        "company": company.pk,
        "ids": list(rates),
        "rates": list(rates.values()),
        "numbers": [(numbers or {}).get(pk) for pk in rates],
        "posted_on": posted_on,
        "by": by.pk if by else None,
        "verb": "invoice.post",
        "key": key,
        **{role: roles[role] for role in ("receivable", "revenue", "output_tax")},
    }
    with connection.cursor() as cursor:
        # one round trip: staged, posted, frozen and audited
        cursor.execute(
            "; ".join((OPEN_STAGING, STAGE_DOCUMENTS, STAGE_ITEMS, STAGE_LINES, POST_STAGED, FINISH)), parameters
        )
        return [
            PostedInvoice(invoice_id=pk, document_id=document_id, number=number, posted_on=on.isoformat())
            for pk, document_id, number, on in cursor.fetchall()
        ]

"""Revaluing monetary items at the end of a month (期末调汇): a document for each currency, and its mirror a day later.

The rules are in `arap.ledger.revaluation`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.dates import ONE_DAY, end_of_month
from arap.core.errors import Invalid, MissingRate
from arap.core.models import Company, User
from arap.ledger.actions.recording import book_transaction, lock, open_staging
from arap.ledger.chart import accounts
from arap.ledger.queries import position_at
from arap.ledger.revaluation import DIFFERENCES, REASON, is_due, lacking, parameters, revaluation

ONE_AT_A_TIME = 0xF0AE  # the advisory lock of revaluations, with the company's id

# What the adjustment accounts lack or hold too much of, item by item.
STAGE = f"""
create temporary table book_revaluation on commit drop as
with {DIFFERENCES}
select item_id, customer_id, adjustment_id, currency, rate, revalued - open_base_amount - booked as base_amount
  from differences where revalued - open_base_amount <> booked
"""  # noqa: S608

# Two documents for each currency: the revaluation and, on the next day, its mirror.
DOCUMENTS = """
insert into book_document (ref, kind, currency, rate, total, document_on, posted_on, reason_code)
select 2 * c.nth - 1 + d.mirror, 'fx', c.currency, c.rate, 0, d.on_date, d.on_date, %(reason)s
  from (select currency, rate, row_number() over (order by currency) as nth
          from (select distinct currency, rate from book_revaluation) x) c
 cross join (values (0, %(as_of)s::date), (1, %(next)s::date)) d (mirror, on_date);
update book_document b set reverses_id = o.id from book_document o where b.ref %% 2 = 0 and o.ref = b.ref - 1
"""

# Documents and all their lines in one statement, as the book wants them.
WRITE = """
with of_items as materialized (
  select d.ref, d.id as document_id, d.posted_on, d.currency, r.adjustment_id as account_id, r.item_id, r.customer_id,
         case when d.reverses_id is null then r.base_amount else -r.base_amount end as base_amount
    from book_document d join book_revaluation r using (currency)
), of_sums as (
  select ref, document_id, posted_on, currency, %(unrealised)s::bigint, null::bigint, null::bigint, -sum(base_amount)
    from of_items group by ref, document_id, posted_on, currency having sum(base_amount) <> 0
), lines as materialized (
  select *, row_number() over (partition by ref order by item_id nulls last) as line
    from (select * from of_items union all select * from of_sums) x
), documents as (
  insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency,
    rate, total, base_total, document_on, posted_on, item_count, line_count, reverses_id, reason_code, text_digest)
  select d.id, %(company)s, %(position)s, d.kind, d.number, d.series_year, d.series_no, null, d.currency,
         d.rate, 0, 0, d.document_on, d.posted_on, 0, n.lines, d.reverses_id, d.reason_code, null
    from book_document d join (select ref, count(*) as lines from lines group by ref) n using (ref)
)
insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency,
  amount, base_amount, posted_on, tax_code)
select %(company)s, %(position)s, document_id, line, account_id, item_id, customer_id, currency, 0, base_amount,
       posted_on, ''
  from lines
"""

WRITTEN = """
select d.id, d.number, d.currency, d.rate, r.items, r.base_amount
  from book_document d
  join (select currency, count(*) as items, sum(base_amount) as base_amount from book_revaluation group by currency) r
 using (currency)
 where d.reverses_id is null order by d.ref
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revaluation:
    """A document that was posted: `difference` in base, a gain above zero, over so many `items`."""

    document_id: int
    number: str
    currency: str
    rate: Decimal
    items: int
    difference: Decimal


@book_transaction
def revalue(company: Company, *, month_end: date, by: User | None, key: str | None = None) -> list[Revaluation]:
    """Bring the adjustment accounts to what the closing rates of `month_end` say, and take that back on the next day.

    Only what differs is posted: doing it twice posts nothing, and doing it again after a late document or a corrected
    rate posts what that changed. Returns the documents, none where everything stands already.

    Raises: Invalid not_month_end, MissingRate (all that lack are named), Refused period_closed.
    """
    if month_end != end_of_month(month_end):
        raise Invalid("not_month_end", _("Revaluation is done at the last day of a month."), field="month_end")
    roles = accounts(company)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, company.pk])
        standing = revaluation(company, month_end=month_end, position=position_at(company, known_at=None))
        if lacks := lacking(standing):
            raise _missing(lacks, month_end)
        if not is_due(standing):
            return []
        lock(company, dates=[month_end, month_end + ONE_DAY])
        open_staging()
        # The position first: from here on nobody else can add to the book, so that what is read is all there is at it.
        by_id = by.pk if by else None
        cursor.execute("select ledger_posting_of(%s, %s, %s, %s)", [company.pk, by_id, "revaluation.post", key])
        position = int(cursor.fetchone()[0])
        asked = parameters(company, month_end=month_end, position=position)
        asked |= {"reason": REASON, "next": month_end + ONE_DAY, "unrealised": roles["unrealised_fx"]}
        cursor.execute(STAGE, asked)
        cursor.execute(DOCUMENTS, asked)
        cursor.execute("select ledger_take_numbers(%s)", [company.pk])
        cursor.execute(WRITE, asked)
        cursor.execute(WRITTEN)
        names = ("document_id", "number", "currency", "rate", "items", "difference")
        posted = [Revaluation(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
        cursor.execute("drop table book_revaluation")
    after = {
        "month_end": month_end,
        "documents": [{"number": each.number, "rate": each.rate, "difference": each.difference} for each in posted],
    }
    audit.record(by=by, verb="revaluation.post", obj=company, after=after)
    return posted


def _missing(currencies: list[str], on: date) -> MissingRate:
    names = ", ".join(currencies)
    return MissingRate(
        "missing_rate",
        _("There is no exchange rate for %(currency)s on %(on)s.") % {"currency": names, "on": on.isoformat()},
        currency=names,
        on=on.isoformat(),
    )

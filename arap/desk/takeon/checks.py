"""What the rows of a file say together and against the book: duplicates, conflicts, closed periods, limits.

Each check marks rows of takeon_row and returns the rejections. They run in the order in which they stand here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from arap.core.models import Company
from arap.core.money import AMOUNT_LIMIT
from arap.desk.mapping import Reading, Rejected
from arap.desk.mapping.reading import over_precise
from arap.desk.takeon.reading import FACT

# What two rows of one number must agree in, with the name of the field that a rejection gives.
CONTENT = ("customer_code", "currency", "amount", "issued_on", "due_on", "reference", "order_number", "fingerprint")


def run(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def tables_read_once() -> Iterator[None]:
    """Statements in here join by hash: they look up a whole file in a whole book, and read each table once.

    A planner without statistics, as of a new company, would look up row by row, by an index that finds the whole
    company for each: that grows with the square of the book.
    """
    with transaction.atomic():
        run("set local enable_nestloop = off", {})
        yield
        run("set local enable_nestloop to default", {})


def set_currency(company: Company, reading: Reading) -> list[Rejected]:
    """Rows without a currency are in the company's own; their amounts are held against it only now."""
    base = company.base_currency
    rows = run(
        """
        with filled as (update takeon_row set currency = %(base)s where currency is null returning row, amount)
        select row, amount from filled where amount <> round(amount, core_minor_unit(%(base)s)) order by row
        """,
        {"base": base},
    )
    field = reading.header_of("amount")
    return _reject(Rejected(row, field, over_precise(amount, base)) for row, amount in rows)


def merge_duplicates(reading: Reading) -> list[Rejected]:
    """A number that comes again: the same content is skipped, a settlement not known before joins the first row."""
    differing = " ".join(f"when d.{name} is distinct from f.{name} then '{name}'" for name in CONTENT)
    rows = run(
        f"""
        with twice as (
          select kind, number, min(row) as row from takeon_row
           where fate = 'new' group by kind, number having count(*) > 1
        )
        select d.row, f.row, d.settled_on, f.settled_on, case {differing} end
          from twice t join takeon_row f on f.row = t.row
          join takeon_row d on (d.kind, d.number) = (t.kind, t.number) and d.row > t.row and d.fate = 'new'
         order by d.row
        """,  # noqa: S608 - names of columns, from above
        {},
    )
    rejected: list[Rejected] = []
    settled: dict[int, date | None] = {}
    skipped: list[int] = []
    merged: list[int] = []
    for row, first, settled_on, first_settled_on, field in rows:
        known = settled.setdefault(first, first_settled_on)
        if field is None and settled_on == known:
            skipped.append(row)
        elif field is None and known is None:
            settled[first] = settled_on
            merged.append(row)
        else:
            message = _("conflict: the number stands in row %(row)d with other content.") % {"row": first}
            rejected.append(Rejected(row, _field(reading, field or "settled_on"), message))
    run("update takeon_row set fate = 'skipped' where row = any(%(rows)s)", {"rows": skipped})
    run("update takeon_row set fate = 'merged' where row = any(%(rows)s)", {"rows": merged})
    with connection.cursor() as cursor:
        execute_values(
            cursor,
            "update takeon_row t set settled_on = v.day from (values %s) v (row, day) where t.row = v.row",
            [(row, day) for row, day in settled.items() if day],
            template="(%s, %s::date)",
        )
    return _reject(rejected)


# What was entered here by hand has no row in desk_takenon.
COMPARE = """
with found as (
  select t.row, d.id as document_id, x.settled_on, v.rule[1] as field, v.rule[2] as known
    from takeon_row t
    join ledger_document d on d.company_id = %(company)s and d.kind = t.kind and d.number = t.number
    join ledger_item i on i.document_id = d.id and i.line = 1
    left join desk_takenon x on x.document_id = d.id
    left join customers_customer c on c.id = d.customer_id
    left join invoices_invoice w on w.document_id = d.id
   cross join lateral (select case
     when x.id is null then array['number', '']
     when c.code is distinct from t.customer_code then array['customer_code', c.code]
     when d.currency <> t.currency then array['currency', d.currency]
     when abs(d.total) <> t.amount then array['amount', round(abs(d.total), core_minor_unit(d.currency))::text]
     when d.document_on <> t.issued_on then array['issued_on', d.document_on::text]
     when i.due_on <> t.due_on then array['due_on', i.due_on::text]
     when w.reference <> coalesce(t.reference, '') then array['reference', w.reference]
     when w.order_number <> coalesce(t.order_number, '') then array['order_number', w.order_number]
     when x.fingerprint <> t.fingerprint then array['fingerprint', '']
     when x.settled_on is not null and x.settled_on is distinct from t.settled_on
       then array['settled_on', x.settled_on::text]
     end as rule) v
   where t.fate = 'new'
)
update takeon_row t
   set document_id = f.document_id, field = f.field, known = f.known,
       fate = case when f.field is not null then 'rejected'
              when t.settled_on is distinct from f.settled_on then 'settle' else 'skipped' end
  from found f where f.row = t.row
"""


def compare_with_book(company: Company, reading: Reading, *, is_few: bool = False) -> list[Rejected]:
    """Documents that the book has: the same content is skipped or newly settled, other content is a conflict.

    A few rows are looked up one by one, a whole file at once.
    """
    with nullcontext() if is_few else tables_read_once():
        run(COMPARE, {"company": company.pk})
    rows = run(
        "select row, field, known from takeon_row where fate = 'rejected' and field is not null order by row", {}
    )
    return [Rejected(row, _field(reading, field), _conflict(field, known)) for row, field, known in rows]


def _conflict(field: str, known: str) -> str:
    if field == "number":
        return _("conflict: a document with this number was entered here; it was not taken on.")
    if known:
        return _("conflict: the book has “%(known)s” for this document.") % {"known": known}
    return _("conflict: this document is in the book with other terms or facts.")


def refuse_circles(company: Company, reading: Reading) -> list[Rejected]:
    """Rows of new customers whose parents, each the first one stated, lead back to themselves."""
    rows = run(
        """
        select t.customer_code, (array_agg(t.parent_code order by t.row))[1] from takeon_row t
         where t.fate = 'new' and t.parent_code is not null
           and not exists (
             select from customers_customer c where c.company_id = %(company)s and c.code = t.customer_code)
         group by t.customer_code
        """,
        {"company": company.pk},
    )
    circles = circular(dict(rows))
    if not circles:
        return []
    found = run(
        "select row from takeon_row where fate = 'new' and customer_code = any(%(codes)s) order by row",
        {"codes": sorted(circles)},
    )
    message = _("The parents of this customer lead back to the customer itself.")
    return _reject(Rejected(row, reading.header_of("parent_code"), message) for (row,) in found)


def refuse_unknown_parents(company: Company, reading: Reading) -> list[Rejected]:
    """Rows whose parent neither the book nor any row that is taken on knows. Comes last: it looks at what is left."""
    message = _("There is no customer “%(code)s”, neither here nor in this file, to be the parent.")
    rejected: list[Rejected] = []
    while True:  # a row that is left out may have been the one that another customer's parent came from
        rows = run(
            """
            select t.row, t.parent_code from takeon_row t
             where t.fate = 'new' and t.parent_code is not null
               and not exists (
                 select from customers_customer c where c.company_id = %(company)s and c.code = t.parent_code)
               and not exists (
                 select from takeon_row p where p.customer_code = t.parent_code and p.fate = 'new')
             order by t.row
            """,
            {"company": company.pk},
        )
        if not rows:
            return rejected
        field = reading.header_of("parent_code")
        rejected += _reject([Rejected(row, field, message % {"code": code}) for row, code in rows])


def circular(parents: dict[str, str]) -> set[str]:
    """The codes that stand on a circle of child -> parent."""
    on_circle: set[str] = set()
    done: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        code: str | None = start
        while code is not None and code not in done and code not in path:
            path[code] = len(path)
            code = parents.get(code)
        if code is not None and code in path:
            on_circle.update(list(path)[path[code] :])
        done.update(path)
    return on_circle


CLOSED = """
with days as (
  select distinct issued_on as day from takeon_row where fate = 'new'
  union select distinct settled_on from takeon_row where fate in ('new', 'settle') and settled_on is not null
), closed as (
  select day from days where not exists (
    select from core_period p
     where p.company_id = %(company)s and day between p.starts_on and p.ends_on
       and (p.state = 'open' or exists (
         select from core_periodexception x
          where x.company_id = p.company_id and x.period_id = p.id and x.revoked_at is null and x.valid_until > now())))
)
select t.row, case when t.fate = 'new' and c.day = t.issued_on then 'issued_on' else 'settled_on' end, min(c.day)
  from takeon_row t join closed c on (t.fate = 'new' and c.day = t.issued_on) or c.day = t.settled_on
 where t.fate in ('new', 'settle')
 group by 1, 2 order by 1, 2
"""


def closed_days(company: Company) -> list[tuple[int, str, date]]:
    """(row, field, day) of what would post into a closed period."""
    return [(row, field, day) for row, field, day in run(CLOSED, {"company": company.pk})]


def refuse_closed_periods(reading: Reading, closed: Iterable[tuple[int, str, date]]) -> list[Rejected]:
    """Rows that would post into a closed period, of closed_days()."""
    rejected: dict[int, Rejected] = {}
    for row, field, day in closed:
        message = _("The period of %(day)s is closed.") % {"day": day.isoformat()}
        rejected.setdefault(row, Rejected(row, reading.header_of(field), message))
    return _reject(rejected.values())


def refuse_large_amounts(reading: Reading) -> list[Rejected]:
    """Rows whose amount in base currency exceeds what the book can hold. Needs takeon_rate."""
    rows = run(
        """
        select t.row from takeon_row t
          join takeon_rate r on r.currency = t.currency and r.day in (t.issued_on, t.settled_on)
         where t.fate in ('new', 'settle') and t.amount * r.rate >= %(limit)s group by t.row order by t.row
        """,
        {"limit": AMOUNT_LIMIT},
    )
    message = _("The amount is larger than the book can hold.")
    return _reject(Rejected(row, reading.header_of("amount"), message) for (row,) in rows)


def years() -> Sequence[int]:
    """The years of every day on which something is to be posted."""
    rows = run(
        """
        select distinct extract(year from day)::int from (
          select issued_on as day from takeon_row where fate = 'new'
          union select settled_on from takeon_row where fate in ('new', 'settle') and settled_on is not null) days
         order by 1
        """,
        {},
    )
    return [year for (year,) in rows]


def _field(reading: Reading, field: str) -> str:
    """The column to name; what the fingerprint stands for has several, of which the first is named."""
    if field != "fingerprint":
        return reading.header_of(field)
    behind = [header for name, header in reading.headers.items() if name == "discount_terms" or name.startswith(FACT)]
    return behind[0] if behind else ""


def _reject(rejections: Iterable[Rejected]) -> list[Rejected]:
    rejected = list(rejections)
    if rejected:
        rows = [rejection.row for rejection in rejected]
        run("update takeon_row set fate = 'rejected' where row = any(%(rows)s)", {"rows": rows})
    return rejected

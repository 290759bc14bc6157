"""What becomes of each row of a file, kept so that people can read it: from takeon_row to desk_importline."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import connection, transaction
from psycopg2.extras import execute_values

from arap.core.models import Job
from arap.desk.mapping import Rejected
from arap.desk.models import ImportLine

MEMORY_BYTES_MAX = 8 << 20

REJECTED = """
drop table if exists takeon_rejected;
create temp table takeon_rejected (row int primary key, field text, message text)
"""

# A row that cannot be read as a whole has no row in takeon_row.
LINES = """
copy (
  select {company}, {job}, row,
         case when r.message is not null then 'rejected' when t.fate = 'merged' then 'skipped' else t.fate end,
         coalesce(t.customer_is_new and t.fate = 'new' and t.row = t.first_new_row, false),
         coalesce(t.kind, ''), coalesce(t.number, ''), coalesce(t.customer_code, ''),
         coalesce(t.customer_name, t.customer_name_local, ''), coalesce(t.currency, ''), t.amount, t.issued_on,
         t.due_on, t.settled_on, left(coalesce(r.field, ''), 200), coalesce(r.message, '')
    from (
      select w.*, min(w.row) filter (where w.fate = 'new') over (partition by w.customer_code) as first_new_row,
             not exists (
               select from customers_customer c where c.company_id = {company} and c.code = w.customer_code
                 and c.id <= {last_customer}) as customer_is_new
        from takeon_row w) t
    full join takeon_rejected r using (row)
   where {condition}
) to stdout
"""

COLUMNS = (
    "company_id, job_id, row, fate, is_new_customer, kind, number, customer_code, customer_name, currency, amount, "
    "issued_on, due_on, settled_on, field, message"
)


def read_lines(job: Job, rejected: Iterable[Rejected], *, last_customer: int, only_rejected: bool) -> IO[bytes]:
    """The lines of `job` as rows of COPY: all rows of takeon_row, or those left out alone.

    Customers with an id up to `last_customer` were there before.
    """
    with connection.cursor() as cursor:
        cursor.execute(REJECTED)
        execute_values(
            cursor,
            "insert into takeon_rejected (row, field, message) values %s on conflict do nothing",
            [tuple(each) for each in rejected],
            page_size=2000,
        )
        kept: IO[bytes] = SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX)  # noqa: SIM115 - the caller reads and closes it
        cursor.copy_expert(
            LINES.format(
                company=job.company_id,
                job=job.pk,
                last_customer=last_customer,
                condition="r.message is not null" if only_rejected else "true",
            ),
            kept,
        )
    kept.seek(0)
    return kept


@transaction.atomic
def keep_lines(job: Job, lines: IO[bytes]) -> None:
    """Store the lines of `job` in place of those it had."""
    ImportLine.objects.filter(company=job.company, job=job).delete()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"copy desk_importline ({COLUMNS}) from stdin", lines)

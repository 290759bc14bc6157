"""What is worth knowing of a file before it is loaded: closed months, and statements that customers hold already."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.models import Company
from arap.core.wording import prose_day
from arap.desk.takeon.checks import run

CODES_NAMED = 5


def of_closed(closed: Sequence[tuple[int, str, date]]) -> list[str]:
    """One sentence about the rows that fall into closed periods, with what to do about them; none without any."""
    if not closed:
        return []
    count = len({row for row, _field, _day in closed})
    days = [day for _row, _field, day in closed]
    text = ngettext(
        "%(count)s row falls into a closed period (%(first)s to %(last)s) and is left out. A controller can reopen the "
        "month or grant an exception, under “Periods”; then do the dry run again. Or leave it out.",
        "%(count)s rows fall into closed periods (%(first)s to %(last)s) and are left out. A controller can reopen the "
        "months or grant an exception, under “Periods”; then do the dry run again. Or leave them out.",
        count,
    )
    return [text % {"count": f"{count:,}", "first": prose_day(min(days)), "last": prose_day(max(days))}]


# What is dated up to the day of a customer's last released statement is not on that statement, nor on earlier ones.
STATED = """
with told as (
  select customer_id, max(as_of) as as_of from statements_statement
   where company_id = %(company)s and released_at is not null and unsent = '' group by customer_id
)
select c.code, count(*), max(told.as_of)
  from takeon_row t
  join customers_customer c on c.company_id = %(company)s and c.code = t.customer_code
  join told on told.customer_id = c.id
   and told.as_of >= case when t.fate = 'settle' then t.settled_on else t.issued_on end
 where t.fate in ('new', 'settle')
 group by c.code order by count(*) desc, c.code
"""


def of_statements(company: Company) -> list[str]:
    """One sentence about the rows that are older than statements their customers hold; none without any."""
    found = run(STATED, {"company": company.pk})
    if not found:
        return []
    count = sum(row[1] for row in found)
    codes = _(", ").join(row[0] for row in found[:CODES_NAMED]) + (" …" if len(found) > CODES_NAMED else "")
    text = ngettext(
        "%(count)s row is dated no later than a statement that its customer has (up to %(day)s): that statement lacks "
        "it. Send a new statement after the import to: %(customers)s.",
        "%(count)s rows are dated no later than statements that their customers have (up to %(day)s): those statements "
        "lack them. Send new statements after the import to: %(customers)s.",
        count,
    )
    last = max(row[2] for row in found)
    return [text % {"count": f"{count:,}", "day": prose_day(last), "customers": codes}]

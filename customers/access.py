"""The access log of personal data: written where it is read, in one statement."""

from django.db import connection

from arap.core.models import Company, User
from customers.models import AccessEntry

# Looking again within the hour is the same look. An export is one each time.
RECORD = """
insert into customers_accessentry (company_id, actor_id, page, customer_id, contact_id)
select %(company)s, %(actor)s, %(page)s, %(customer)s, %(contact)s
 where %(always)s or not exists (
   select from customers_accessentry a
    where a.company_id = %(company)s and a.actor_id = %(actor)s and a.page = %(page)s
      and a.customer_id is not distinct from %(customer)s::bigint
      and a.contact_id is not distinct from %(contact)s::bigint and a.at > now() - interval '1 hour')
"""


def looked(
    company: Company,
    by: User,
    page: AccessEntry.Page,
    *,
    customer_id: int | None = None,
    contact_id: int | None = None,
) -> None:
    """Note that `by` looks at personal data."""
    parameters: dict[str, int | str | bool | None] = {
        "company": company.pk, "actor": by.pk, "page": page.value, "customer": customer_id, "contact": contact_id,
        "always": page == AccessEntry.Page.EXPORT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RECORD, parameters)

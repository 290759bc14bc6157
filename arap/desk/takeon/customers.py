"""Customers of a take-on: created from the first row that says something, parents in any order."""

from typing import Any

from django.utils.translation import ngettext

from arap.core.models import Company, User
from arap.desk.takeon.checks import run, tables_read_once
from arap.desk.takeon.reading import LIST_MARK
from customers.actions.bulk import NewCustomer, create_customers

FIRST = "(array_agg({0} order by row) filter (where {0} is not null))[1]"
NEW = f"""
select customer_code, {FIRST.format("customer_name")}, {FIRST.format("customer_name_local")}, {FIRST.format("country")},
       {FIRST.format("parent_code")}, {FIRST.format("currency")}, {FIRST.format("contact_email")},
       array_agg(distinct payer_accounts) filter (where payer_accounts is not null),
       count(distinct customer_name) > 1 or count(distinct customer_name_local) > 1 or count(distinct country) > 1
  from takeon_row t
 where fate = 'new'
   and not exists (select from customers_customer c where c.company_id = %(company)s and c.code = t.customer_code)
 group by customer_code order by min(row)
"""  # noqa: S608 - names of columns, from above


def create_missing_customers(company: Company, *, by: User | None) -> tuple[int, list[str]]:
    """Create the customers of the new rows that the company lacks; returns how many, and warnings.

    Customers that exist are left as they are. Parents are in the book or among the rows (checks.py).
    A customer in China is written to in Chinese, one of another country in English, and one without in the company's
    language.
    """
    with tables_read_once():
        found = run(NEW, {"company": company.pk})
    customers = {row[0]: _customer(row, company.language) for row in found}
    if customers:
        create_customers(company, list(customers.values()), by=by)
    return len(customers), _warnings(several=sum(row[-1] for row in found))


def _customer(row: tuple[Any, ...], language: str) -> NewCustomer:
    code, name, name_local, country, parent_code, currency, emails, accounts, _several = row
    numbers = dict.fromkeys(number for some in accounts or () for number in some.split(LIST_MARK))
    return NewCustomer(
        code=code,
        name=name or name_local or code,
        name_local=name_local or "",
        country=country or "",
        parent_code=parent_code or "",
        currency=currency,
        language={"": language, "CN": "zh-hans"}.get(country or "", "en"),
        emails=tuple(emails.split(LIST_MARK)) if emails else (),
        payer_accounts=tuple(numbers),
    )


def _warnings(*, several: int) -> list[str]:
    if not several:
        return []
    return [
        ngettext(
            "%(count)d customer carries several names or countries; the first counts.",
            "%(count)d customers carry several names or countries; the first counts.",
            several,
        )
        % {"count": several}
    ]

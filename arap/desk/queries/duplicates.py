"""Customers that may be one: found by tax number or name, and what merging two of them would show."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from arap.core.models import Company
from customers.models import Customer
from customers.searching import TEXT
from customers.searching import like as containing

GROUPS_SHOWN = 50
NEARNESS_MIN = 0.6  # not money: trigrams two names have in common
LIKE_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Candidates:
    """Customers that may be one, by code, and why: "tax_id" or "name"."""

    why: str
    value: str
    customers: list[Customer]


# Groups of equal keys, the largest first. Keys that are there twice are found by index alone, those merged included.
_GROUPS = """
with taxes as materialized (
  select upper(tax_id) as key from customers_customer where company_id = %(company)s and tax_id <> ''
   group by upper(tax_id) having count(*) > 1
), names as materialized (
  select name_key as key from customers_customer where company_id = %(company)s and name_key <> ''
   group by name_key having count(*) > 1
)
select why, value, ids from (
  select 'tax_id' as why, upper(tax_id) as value, array_agg(id order by code) as ids
    from customers_customer where company_id = %(company)s and tax_id <> '' and merged_into_id is null
     and upper(tax_id) in (select key from taxes)
   group by upper(tax_id) having count(*) > 1
  union all
  select 'name', name_key, array_agg(id order by code)
    from customers_customer where company_id = %(company)s and name_key <> '' and merged_into_id is null
     and name_key in (select key from names)
   group by name_key having count(*) > 1
) as found
 order by why desc, cardinality(ids) desc, value limit %(limit)s
"""


def candidates(company: Company) -> tuple[list[Candidates], bool]:
    """Groups with one tax number or one name but for case, punctuation and legal form; whether there are more.

    A group found by both is listed once, by its tax number. Two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"company": company.pk, "limit": GROUPS_SHOWN + 1})
        found = cursor.fetchall()
    wanted = {pk for _why, _value, ids in found for pk in ids}
    rows = Customer.objects.filter(company=company, pk__in=wanted).select_related("owner").in_bulk()
    seen: set[frozenset[int]] = set()
    groups = []
    for why, value, ids in found[:GROUPS_SHOWN]:
        if frozenset(ids) not in seen:
            seen.add(frozenset(ids))
            groups.append(Candidates(why, value, [rows[pk] for pk in ids]))
    return groups, len(found) > GROUPS_SHOWN


# Each way by its own index. The nearness of names is that of their keys: that two are limited companies says nothing.
_LIKE = f"""
with asked as (select name_key from customers_customer where id = %(customer)s), near as (
  select c.id from customers_customer c, asked
   where c.company_id = %(company)s and c.name_key <> '' and c.name_key %% asked.name_key
  union
  select c.id from customers_customer c
   where c.company_id = %(company)s and c.tax_id <> '' and upper(c.tax_id) = upper(%(tax_id)s)
  union
  select c.id from customers_customer c
   where c.company_id = %(company)s and c.name_local = %(name_local)s and c.name_local <> ''
     and {TEXT.format(c="c.")} like %(like)s
)
select c.id
  from near join customers_customer c using (id), asked
 where c.id <> %(customer)s and c.merged_into_id is null
 order by (c.tax_id <> '' and upper(c.tax_id) = upper(%(tax_id)s)) desc,
       similarity(c.name_key, asked.name_key) desc, c.code
 limit %(limit)s
"""  # noqa: S608


@transaction.atomic
def like(customer: Customer) -> list[Customer]:
    """Customers that may be the same as `customer`, the likeliest first. Three queries."""
    params: dict[str, Any] = {
        "company": customer.company_id,
        "customer": customer.pk,
        "tax_id": customer.tax_id,
        "name_local": customer.name_local,
        "like": containing(customer.name_local),
        "limit": LIKE_SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.similarity_threshold', %s, true)", [str(NEARNESS_MIN)])
        cursor.execute(_LIKE, params)
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = Customer.objects.select_related("owner").in_bulk(ids)
    return [rows[pk] for pk in ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What hangs on a customer: documents ever posted, contacts, notes, and what is open per currency."""

    documents: int
    contacts: int
    notes: int
    open_amounts: list[tuple[str, Decimal]]


_SIDE = """
select (select count(*) from ledger_document where company_id = %(company)s and customer_id = %(customer)s),
       (select count(*) from customers_contact
         where company_id = %(company)s and customer_id = %(customer)s and is_active),
       (select count(*) from customers_note where company_id = %(company)s and customer_id = %(customer)s)
"""
_OPEN = """
select currency, sum(open_amount) from ledger_item
 where company_id = %(company)s and customer_id = any(%(customers)s) and open_amount <> 0
 group by currency order by currency
"""


def side(customer: Customer) -> Side:
    """What hangs on `customer` itself. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_SIDE, {"company": customer.company_id, "customer": customer.pk})
        documents, contacts, notes = cursor.fetchone()
    return Side(
        documents=documents, contacts=contacts, notes=notes, open_amounts=open_of(customer.company_id, [customer.pk])
    )


def open_of(company_id: int, customer_ids: Sequence[int]) -> list[tuple[str, Decimal]]:
    """(currency, what is open) of all the customers together. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"company": company_id, "customers": list(customer_ids)})
        return [(currency, amount) for currency, amount in cursor.fetchall()]

"""Many customers at once: a few statements, however many rows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.core.money import CURRENCIES
from customers.actions.refusals import refusing_cycles
from customers.pinyin import initials
from customers.queries import ids_by_code

T = TypeVar("T")
CHUNK = 5000

LENGTHS_MAX = {"code": 60, "name": 200, "name_local": 200, "tax_id": 40, "segment": 60}
ACCOUNT_LENGTH_MAX = 60
COUNTRY = re.compile(r"[A-Z0-9]{2,10}")
LANGUAGES = ("en", "zh-hans")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to create. `currency` is an ISO 4217 code, `country` an ISO 3166 one, another system's, or empty.

    Each of `emails` becomes a contact of the customer's name that receives invoices, statements and reminders.
    """

    code: str
    name: str
    currency: str
    name_local: str = ""
    country: str = ""
    tax_id: str = ""
    parent_code: str = ""
    segment: str = ""
    owner_id: int | None = None
    language: str = "en"
    terms_id: int | None = None
    payer_accounts: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChange:
    """A customer that exists as it is to be: `plain` are the texts of its columns, those that lack are empty.

    Of `parent_code` and `payer_accounts` None leaves what there is. `before` and `after` are for the audit log. Whoever
    makes it has checked that each value can be stored.
    """

    code: str
    plain: Mapping[str, str]
    is_active: bool
    owner_id: int | None
    terms_id: int | None
    parent_code: str | None
    payer_accounts: tuple[str, ...] | None
    custom: Mapping[str, str]
    before: Mapping[str, str]
    after: Mapping[str, str]


INSERT = """
insert into customers_customer
    (company_id, code, name, name_local, initials, country, tax_id, segment, owner_id, language, currency,
     terms_id)
select %(company)s, r.code, r.name, r.name_local, r.initials, r.country, r.tax_id, r.segment, r.owner_id,
    r.language, r.currency, r.terms_id
from jsonb_to_recordset(%(rows)s::jsonb) as r
    (code text, name text, name_local text, initials text, country text, tax_id text, segment text,
     owner_id bigint, language text, currency text, terms_id bigint)
on conflict (company_id, code) do nothing
returning code
"""

INSERT_ACCOUNTS = """
insert into customers_payeraccount (company_id, customer_id, account_no)
select %(company)s, c.id, r.account_no
from jsonb_to_recordset(%(rows)s::jsonb) as r (code text, account_no text)
join customers_customer c on c.company_id = %(company)s and c.code = r.code
on conflict do nothing
"""

INSERT_CONTACTS = """
insert into customers_contact (company_id, customer_id, name, email, phone, roles, language, receives)
select %(company)s, c.id, left(c.name, 150), r.email, '', array['billing'], c.language,
    array['invoice', 'statement', 'reminder']
from jsonb_to_recordset(%(rows)s::jsonb) as r (code text, email text)
join customers_customer c on c.company_id = %(company)s and c.code = r.code
"""

# The customers as they are to be, and in the same statement an audit row for each that something changes of.
CHANGE = """
with given as (
  select * from jsonb_to_recordset(%(rows)s::jsonb) as r (code text, name text, name_local text, country text,
    tax_id text, address text, delivery_address text, phone text, bank_name text, bank_account text, segment text,
    language text, currency text, initials text, owner_id bigint, terms_id bigint, is_active boolean, custom jsonb,
    before jsonb, after jsonb)
), changed as (
  update customers_customer c
     set name = r.name, name_local = r.name_local, country = r.country, tax_id = r.tax_id, address = r.address,
         delivery_address = r.delivery_address, phone = r.phone, bank_name = r.bank_name,
         bank_account = r.bank_account, segment = r.segment, language = r.language, currency = r.currency,
         initials = r.initials, owner_id = r.owner_id, terms_id = r.terms_id, is_active = r.is_active,
         custom = r.custom
    from given r where c.company_id = %(company)s and c.code = r.code
  returning c.id, r.before, r.after
)
insert into core_auditentry (company_id, actor_id, verb, object_type, object_id, before, after)
select %(company)s, %(by)s, 'customer.update', 'customers.customer', id::text, before, after from changed
"""
FREE = """
update customers_customer c set parent_id = null
  from jsonb_to_recordset(%(rows)s::jsonb) as r (code text) where c.company_id = %(company)s and c.code = r.code
"""
DROP_ACCOUNTS = """
delete from customers_payeraccount a using customers_customer c, jsonb_to_recordset(%(rows)s::jsonb) as r (code text)
 where c.company_id = %(company)s and c.code = r.code and a.customer_id = c.id and a.company_id = c.company_id
"""
SET_PARENTS = """
update customers_customer child set parent_id = parent.id
from jsonb_to_recordset(%(rows)s::jsonb) as r (code text, parent_code text)
join customers_customer parent on parent.company_id = %(company)s and parent.code = r.parent_code
where child.company_id = %(company)s and child.code = r.code
"""


@transaction.atomic
def create_customers(company: Company, rows: Sequence[NewCustomer], *, by: User | None) -> dict[str, int]:
    """Create the customers that do not exist yet and return code -> id for all `rows`.

    A customer that exists is left as it is, its parent and accounts included. A parent may stand
    anywhere in `rows` or exist already; payer accounts may be shared. All or nothing.

    Raises Invalid for a bad field (facts: field, customer), for a code that comes twice and for an
    unknown parent, Refused("group_cycle") when groups would contain themselves.
    """
    _check(rows)
    created: set[str] = set()
    for chunk in _chunks(rows):
        created.update(code for (code,) in _run(INSERT, company, [_columns(row) for row in chunk]))
    new = [row for row in rows if row.code in created]
    accounts = [
        {"code": row.code, "account_no": account} for row in new for account in dict.fromkeys(row.payer_accounts)
    ]
    if accounts:
        _run(INSERT_ACCOUNTS, company, accounts)
    contacts = [{"code": row.code, "email": email} for row in new for email in dict.fromkeys(row.emails)]
    if contacts:
        _run(INSERT_CONTACTS, company, contacts)
    _set_parents(company, [(row.code, row.parent_code) for row in new if row.parent_code])
    if created:
        after = {"created": len(created), "codes": sorted(created)[:20]}
        audit.record(by=by, verb="customer.create", obj=company, after=after)
    return ids_by_code(company, [row.code for row in rows])


TEXTS = (
    "name", "name_local", "country", "tax_id", "address", "delivery_address", "phone", "bank_name", "bank_account",
    "segment", "language", "currency",
)  # fmt: skip


@transaction.atomic
def change_in_bulk(company: Company, changes: Sequence[CustomerChange], *, by: User | None) -> None:
    """Give the customers these values, all or none.

    Raises Invalid for a parent that does not exist, Refused("group_cycle") when groups would contain themselves.
    """
    for chunk in _chunks(changes):
        _run(CHANGE, company, [_changed(change) for change in chunk], by=by)
    stated = [change for change in changes if change.payer_accounts is not None]
    if stated:
        _run(DROP_ACCOUNTS, company, [{"code": change.code} for change in stated])
        rows = [{"code": each.code, "account_no": one} for each in stated for one in each.payer_accounts or ()]
        _run(INSERT_ACCOUNTS, company, rows)
    if free := [{"code": change.code} for change in changes if change.parent_code == ""]:
        _run(FREE, company, free)
    _set_parents(company, [(change.code, change.parent_code) for change in changes if change.parent_code])


def _changed(change: CustomerChange) -> dict[str, object]:
    texts = {name: change.plain.get(name, "") for name in TEXTS}
    return {
        **texts,
        "code": change.code,
        "initials": initials(texts["name_local"], texts["name"]),
        "owner_id": change.owner_id,
        "terms_id": change.terms_id,
        "is_active": change.is_active,
        "custom": dict(change.custom),
        "before": dict(change.before),
        "after": dict(change.after),
    }


def check_new_customer(row: NewCustomer) -> None:
    """Raise Invalid (facts: field, customer) for the first field that cannot be stored."""
    for field, length_max in LENGTHS_MAX.items():
        value = getattr(row, field)
        if len(value) > length_max:
            raise _invalid(row, field, _("The text is too long."))
        if "\x00" in value:
            raise _invalid(row, field, _("The text contains a zero byte."))
    if not row.code.strip():
        raise _invalid(row, "code", _("A customer needs a code."))
    if row.code != row.code.strip():
        raise _invalid(row, "code", _("A code has no space before or after it."))
    if row.currency not in CURRENCIES:
        raise _invalid(row, "currency", _("This is not a currency."))
    if row.country and not COUNTRY.fullmatch(row.country):
        raise _invalid(row, "country", _("A country is two to ten capital letters or digits, for example CN."))
    if row.language not in LANGUAGES:
        raise _invalid(row, "language", _("This language is not offered."))
    if row.parent_code == row.code:
        raise _invalid(row, "parent_code", _("A customer cannot be its own parent."))
    for email in row.emails:
        _check_email(row, email)
    for account in row.payer_accounts:
        if not account.strip() or len(account) > ACCOUNT_LENGTH_MAX or "\x00" in account:
            raise _invalid(row, "payer_accounts", _("This is not an account number."))


def _check_email(row: NewCustomer, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise _invalid(row, "emails", _("This is not an e-mail address.")) from error


def _check(rows: Sequence[NewCustomer]) -> None:
    seen: set[str] = set()
    for row in rows:
        check_new_customer(row)
        if row.code in seen:
            raise _invalid(row, "code", _("The code comes twice."))
        seen.add(row.code)


def _set_parents(company: Company, stated: Sequence[tuple[str, str]]) -> None:
    """Put each code under the parent beside it."""
    known = ids_by_code(company, {parent for _code, parent in stated}) if stated else {}
    for code, parent in stated:
        if parent not in known:
            raise Invalid("invalid_customer", _("The parent does not exist."), field="parent_code", customer=code)
    if stated:
        with refusing_cycles():
            _run(SET_PARENTS, company, [{"code": code, "parent_code": parent} for code, parent in stated])


def _columns(row: NewCustomer) -> dict[str, str | int | None]:
    return {
        "code": row.code,
        "name": row.name or row.code,
        "name_local": row.name_local,
        "initials": initials(row.name_local, row.name),
        "country": row.country,
        "tax_id": row.tax_id,
        "segment": row.segment,
        "owner_id": row.owner_id,
        "language": row.language,
        "currency": row.currency,
        "terms_id": row.terms_id,
    }


def _chunks(rows: Sequence[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _run(sql: str, company: Company, rows: Sequence[object], *, by: User | None = None) -> list[tuple[str]]:
    parameters: dict[str, int | str | None] = {
        "company": company.pk,
        "by": by.pk if by else None,
        "rows": json.dumps(rows, ensure_ascii=False),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _invalid(row: NewCustomer, field: str, message: str | Promise) -> Invalid:
    return Invalid("invalid_customer", message, field=field, customer=row.code)

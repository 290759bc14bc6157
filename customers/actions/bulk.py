"""Many customers at once: a few statements, however many rows."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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
    _set_parents(company, [row for row in new if row.parent_code])
    if created:
        after = {"created": len(created), "codes": sorted(created)[:20]}
        audit.record(by=by, verb="customer.create", obj=company, after=after)
    return ids_by_code(company, [row.code for row in rows])


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


def _set_parents(company: Company, rows: Sequence[NewCustomer]) -> None:
    known = ids_by_code(company, {row.parent_code for row in rows}) if rows else {}
    for row in rows:
        if row.parent_code not in known:
            raise _invalid(row, "parent_code", _("The parent does not exist."))
    pairs = [{"code": row.code, "parent_code": row.parent_code} for row in rows]
    if pairs:
        with refusing_cycles():
            _run(SET_PARENTS, company, pairs)


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


def _chunks(rows: Sequence[NewCustomer]) -> Iterator[list[NewCustomer]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _run(sql: str, company: Company, rows: Sequence[object]) -> list[tuple[str]]:
    parameters: dict[str, int | str] = {
        "company": company.pk,
        "rows": json.dumps(rows, ensure_ascii=False),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def _invalid(row: NewCustomer, field: str, message: str | Promise) -> Invalid:
    return Invalid("invalid_customer", message, field=field, customer=row.code)

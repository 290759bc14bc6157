"""The journal of a period, as the general ledger takes it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import connection

from arap.core.models import Company
from arap.core.money import format_amount
from arap.core.spreadsheets import as_text

COLUMNS = (
    "posted_on", "position", "document", "kind", "application", "line", "account", "account_name", "customer",
      "currency", "debit", "credit",
    "base_debit", "base_credit", "tax_code",
)  # fmt: skip
ZERO = Decimal(0)


def journal_rows(company: Company, *, first_on: date, last_on: date, position: int) -> Iterator[tuple[object, ...]]:
    """Lines posted from `first_on` to `last_on` (both included) as known at `position`, in the order of COLUMNS.

    Amounts are in the line's currency, and in the base currency; each stands as debit or as credit.
    """
    base = company.base_currency
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            select l.posted_on, l.position, coalesce(d.number, ''), coalesce(d.kind, ''), l.application_id,
              l.line, a.code, a.name,
                   coalesce(c.code, ''), l.currency, l.amount, l.base_amount, l.tax_code
              from ledger_journalline l
              join ledger_account a on a.id = l.account_id
              left join ledger_document d on d.id = l.document_id
              left join customers_customer c on c.id = l.customer_id
             where l.company_id = %(company)s and l.posted_on between %(first)s and %(last)s
               and l.position <= %(position)s
             order by l.posted_on, l.position, l.document_id, l.application_id, l.line
            """,
            {"company": company.pk, "first": first_on, "last": last_on, "position": position},
        )
        for on, at, number, kind, application, line, code, name, customer, currency, amount, base_amount, tax in cursor:
            yield (
                on.isoformat(), at, as_text(number), kind, application or "", line, code, as_text(name),
                  as_text(customer), currency,
                format_amount(max(amount, ZERO), currency), format_amount(max(-amount, ZERO), currency),
                format_amount(max(base_amount, ZERO), base), format_amount(max(-base_amount, ZERO), base), tax,
            )  # fmt: skip

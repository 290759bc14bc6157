"""The vouchers of a range of postings, as CSV and as text for beancount."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from django.db import connection
from django.db.models import Max

from arap.core.models import Company
from arap.core.money import format_amount
from arap.core.spreadsheets import as_text
from arap.ledger.models import Account, VoucherBatch, VoucherTemplate
from arap.ledger.models.vouchers import Grouping
from arap.ledger.voucher_rules import ZERO, Line, Voucher, beancount_account, quoted, vouchers

COLUMNS = (
    "voucher", "posted_on", "line", "summary", "account", "account_name", "customer", "currency", "debit", "credit",
    "base_debit", "base_credit", "tax_code",
)  # fmt: skip
# What lines share that are one voucher. A month's voucher is dated on the last day on which something was posted.
KEYS = {
    Grouping.DOCUMENT: "l.posted_on, l.position, l.document_id, l.application_id",
    Grouping.DAY: "l.posted_on",
    Grouping.MONTH: "date_trunc('month', l.posted_on)::date",
}


def lines_of(company: Company, *, grouping: str, after: int, to: int) -> Iterator[Line]:
    """The journal lines of the positions above `after`, up to `to`, in the order of their vouchers."""
    key = KEYS[Grouping(grouping)]
    sql = f"""
      select {key}, l.posted_on, l.account_id, coalesce(c.code, ''), l.currency, l.amount, l.base_amount, l.tax_code,
             coalesce(d.number, '')
        from ledger_journalline l
        left join ledger_document d on d.id = l.document_id
        left join customers_customer c on c.id = l.customer_id
       where l.company_id = %(company)s and l.position > %(after)s and l.position <= %(to)s
       order by {key}, l.posted_on, l.position, l.document_id, l.application_id, l.line
    """  # noqa: S608 - constants are put together, no value
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, {"company": company.pk, "after": after, "to": to})
        for *voucher, on, account, customer, currency, amount, base, tax, number in cursor:
            yield Line(
                voucher=tuple(voucher), posted_on=on, account_id=account, customer=customer, currency=currency,
                amount=amount, base_amount=base, tax_code=tax, said=number,
            )  # fmt: skip


def accounts_of(company: Company, template: VoucherTemplate | None) -> dict[str, dict[str, str]]:
    """What each account is called in the general ledger, by its id: as the template says, else as in the book."""
    mapped = dict(template.mapped.values_list("account_id", "code")) if template else {}
    return {
        str(each.pk): {
            "code": mapped.get(each.pk, each.code),
            "name": each.name_local or each.name,
            "role": each.role,
        }
        for each in Account.objects.filter(company=company)
    }


def batch_vouchers(batch: VoucherBatch) -> Iterator[Voucher]:
    """The vouchers of a batch: the same each time, because the book and what the batch kept never change."""
    return vouchers(
        lines_of(batch.company, grouping=batch.grouping, after=batch.after_position, to=batch.to_position),
        word=batch.word,
        first_numbers=batch.first_numbers,
        is_summary=batch.grouping != Grouping.DOCUMENT,
        by_customer=batch.by_customer,
    )


def csv_rows(batch: VoucherBatch) -> Iterator[tuple[object, ...]]:
    """The lines of all vouchers in the order of COLUMNS; texts are no formulas."""
    base, accounts = batch.company.base_currency, batch.accounts
    for each in batch_vouchers(batch):
        for number, line in enumerate(each.lines, 1):
            account = accounts[str(line.account_id)]
            yield (
                as_text(each.name), each.posted_on.isoformat(), number, as_text(line.said), as_text(account["code"]),
                as_text(account["name"]), as_text(line.customer), line.currency,
                *_sides(line.amount, line.currency), *_sides(line.base_amount, base), line.tax_code,
            )  # fmt: skip


def csv_text(batch: VoucherBatch) -> str:
    """The whole batch as CSV."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(csv_rows(batch))
    return written.getvalue()


def beancount_text(batch: VoucherBatch) -> str:
    """The whole batch as a ledger that beancount reads by itself or together with other batches."""
    base = batch.company.base_currency
    names = {key: beancount_account(each["role"], each["code"]) for key, each in batch.accounts.items()}
    # Each file opens the accounts it uses, and so can be read alone or after the others.
    parts = [f'option "operating_currency" "{base}"\nplugin "beancount.plugins.auto_accounts"\n']
    parts += [_transaction(each, names, base) for each in batch_vouchers(batch)]
    return "\n".join(parts)


def _transaction(each: Voucher, names: Mapping[str, str], base: str) -> str:
    said = sorted({line.said for line in each.lines if line.said})
    rows = [f"{each.posted_on.isoformat()} * {quoted(', '.join(said))}", f"  voucher: {quoted(each.name)}"]
    for line in each.lines:
        rows.append(f"  {names[str(line.account_id)]}  {format_amount(line.base_amount, base)} {base}")
        if line.currency != base:
            rows.append(f"    amount: {format_amount(line.amount, line.currency)} {line.currency}")
        if line.customer:
            rows.append(f"    customer: {quoted(line.customer)}")
        if line.tax_code:
            rows.append(f"    tax_code: {quoted(line.tax_code)}")
    return "\n".join(rows) + "\n"


def _sides(amount: Decimal, currency: str) -> tuple[str, str]:
    return format_amount(max(amount, ZERO), currency), format_amount(max(-amount, ZERO), currency)


def journal_total(company: Company, *, after: int, to: int) -> tuple[Decimal, Decimal, int]:
    """Debits and credits in base currency, and the number of lines, by the journal alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select coalesce(sum(greatest(base_amount, 0)), 0), coalesce(sum(greatest(-base_amount, 0)), 0), count(*)
              from ledger_journalline where company_id = %s and position > %s and position <= %s
            """,
            [company.pk, after, to],
        )
        debit, credit, lines = cursor.fetchone()
    return debit, credit, lines


def batched_to(company: Company) -> int:
    """The last position that is in a batch."""
    found = VoucherBatch.objects.filter(company=company).aggregate(last=Max("to_position"))
    return int(found["last"] or 0)


def first_numbers(company: Company) -> dict[str, int]:
    """Month -> the number that its next voucher takes."""
    taken: dict[str, int] = {}
    for numbers in VoucherBatch.objects.filter(company=company).values_list("next_numbers", flat=True):
        for month, number in numbers.items():
            taken[month] = max(taken.get(month, 1), int(number))
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is in no batch yet: so many postings, and what they come to with each grouping."""

    after: int
    to: int
    first_on: date | None
    last_on: date | None
    lines: int
    debit: Decimal
    documents: int
    days: int
    months: int

    def vouchers(self, grouping: str) -> int:
        """How many vouchers they would be."""
        counts = {Grouping.DOCUMENT: self.documents, Grouping.DAY: self.days, Grouping.MONTH: self.months}
        return counts[Grouping(grouping)]


def waiting(company: Company, *, position: int) -> Waiting:
    """What is posted up to the position and in no batch. Two queries."""
    after = batched_to(company)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select min(posted_on), max(posted_on), count(*), coalesce(sum(greatest(base_amount, 0)), 0),
                   count(distinct (posted_on, position, document_id, application_id)), count(distinct posted_on),
                   count(distinct date_trunc('month', posted_on))
              from ledger_journalline where company_id = %s and position > %s and position <= %s
            """,
            [company.pk, after, position],
        )
        names = ("first_on", "last_on", "lines", "debit", "documents", "days", "months")
        found = dict(zip(names, cursor.fetchone(), strict=True))
    return Waiting(after=after, to=position, **found)

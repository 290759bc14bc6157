"""Making statements: what they say is read, numbered and kept, for one customer or for a thousand at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.dates import start_of_month
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.ledger.queries import position_at
from customers.models import Customer
from statements.models import PaperLanguage, Statement, StatementBalance, StatementKind, StatementLine, StatementRun
from statements.queries.reading import read_blocks
from statements.queries.recipients import recipients
from statements.queries.said import LINE_FIELDS, Said, accounts_of, printed_of
from statements.rules import Block, check_of, reply_by

SERIES, PREFIX = "statement", "S"
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which statement: `from_on` is the first day of an activity statement, None for open items.

    `position` and `known_at` belong together: what was known when. `language` "own" is the customer's. Raises
    Invalid("future"), Invalid("period").
    """

    kind: str
    as_of: date
    from_on: date | None
    language: str
    position: int
    known_at: datetime
    made_on: date

    def __post_init__(self) -> None:
        if self.as_of > self.made_on:
            raise Invalid("future", _("A statement is as of today or a day before."), field="as_of")
        if self.from_on and self.from_on > self.as_of:
            raise Invalid("period", _("The period begins before it ends."), field="from_on")


def wanted(
    company: Company, *, kind: str, as_of: date, from_on: date | None, language: str, at: datetime, today: date
) -> Wanted:
    """A statement as of a day, as known now (`at`). Without `from_on` an activity statement begins with the month.

    Raises Invalid("future"), Invalid("period").
    """
    return Wanted(
        kind=kind,
        as_of=as_of,
        from_on=(from_on or start_of_month(as_of)) if kind == StatementKind.ACTIVITY else None,
        language=language,
        position=position_at(company, known_at=None),
        known_at=at,
        made_on=today,
    )


def preview(company: Company, customer: Customer, want: Wanted) -> Said:
    """What a statement would say. Nothing is stored, no number is taken. Raises Refused("nothing_to_say")."""
    blocks = _read(company, [customer.pk], want).get(customer.pk, ())
    if not blocks:
        raise Refused("nothing_to_say", _("There is nothing to say: no balance and no movement."))
    contact = recipients(company, [customer.pk]).get(customer.pk)
    printed = printed_of(company, accounts_of(company), customer, contact.name if contact else "")
    language = language_of(customer, want.language)
    return Said(
        company=company,
        customer_id=customer.pk,
        number="",
        kind=want.kind,
        as_of=want.as_of,
        from_on=want.from_on,
        language=language,
        known_at=want.known_at,
        reply_by_on=reply_by(want.made_on),
        check=_check("", customer.code, language, want, blocks),
        printed=printed,
        blocks=blocks,
    )


@transaction.atomic
def make_statement(company: Company, customer: Customer, want: Wanted, *, by: User | None) -> Statement:
    """Keep a statement with its number; its PDF is made afterwards. Raises Refused("nothing_to_say")."""
    made = make_batch(company, [customer], want, run=None, by=by)
    if not made:
        raise Refused("nothing_to_say", _("There is nothing to say: no balance and no movement."))
    audit.record(
        by=by,
        verb="statement.make",
        obj=made[0],
        after={"number": made[0].number, "customer": customer.code, "as_of": want.as_of, "kind": want.kind},
    )
    return made[0]


def make_batch(
    company: Company, customers: Sequence[Customer], want: Wanted, *, run: StatementRun | None, by: User | None
) -> list[Statement]:
    """Keep the statements of those of `customers` where there is something to say; the numbers by one update.

    In the transaction of the caller, who writes the audit row: what is rolled back gives its numbers back.
    """
    said = _read(company, [customer.pk for customer in customers], want)
    speaking = [customer for customer in customers if said.get(customer.pk)]
    if not speaking:
        return []
    contacts, accounts = recipients(company, [customer.pk for customer in speaking]), accounts_of(company)
    numbers = _take_numbers(company, want.as_of.year, len(speaking))
    rows = []
    for customer, number in zip(speaking, numbers, strict=True):
        contact = contacts.get(customer.pk)
        language = language_of(customer, want.language)
        rows.append(
            Statement(
                company=company,
                number=number,
                customer=customer,
                run=run,
                kind=want.kind,
                as_of=want.as_of,
                from_on=want.from_on,
                language=language,
                position=want.position,
                known_at=want.known_at,
                reply_by_on=reply_by(want.made_on),
                printed=printed_of(company, accounts, customer, contact.name if contact else ""),
                digest=_check(number, customer.code, language, want, said[customer.pk]),
                made_by=by,
            )
        )
    Statement.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    _keep(company, [(row, said[row.customer_id]) for row in rows])
    return rows


def language_of(customer: Customer, choice: str) -> str:
    """The paper's language: the one chosen, or the customer's own."""
    return choice if choice in PaperLanguage.values else customer.language


def _read(company: Company, customers: Sequence[int], want: Wanted) -> dict[int, tuple[Block, ...]]:
    return read_blocks(
        company, customers, kind=want.kind, as_of=want.as_of, from_on=want.from_on, position=want.position
    )


def _check(number: str, code: str, language: str, want: Wanted, said: Sequence[Block]) -> str:
    return check_of(number, code, want.kind, want.as_of, want.from_on, language, want.position, said=said)


def _keep(company: Company, pairs: Sequence[tuple[Statement, tuple[Block, ...]]]) -> None:
    """The totals and lines of the statements."""
    balances: list[StatementBalance] = []
    lines: list[StatementLine] = []
    for row, said in pairs:
        count = 0
        for block in said:
            balances.append(
                StatementBalance(
                    company=company, statement=row, currency=block.currency, opening=block.opening,
                    charges=block.charges, credits=block.credits, closing=block.closing,
                    buckets=list(block.buckets), unapplied=block.unapplied,
                )
            )  # fmt: skip
            for line in (*block.movements, *block.items):
                count += 1
                values: dict[str, Any] = {name: getattr(line, name) for name in LINE_FIELDS}
                lines.append(
                    StatementLine(company=company, statement=row, line=count, currency=block.currency, **values)
                )
    StatementBalance.objects.bulk_create(balances, batch_size=ROWS_AT_ONCE)
    StatementLine.objects.bulk_create(lines, batch_size=ROWS_AT_ONCE)


def _take_numbers(company: Company, year: int, count: int) -> list[str]:
    """The next `count` numbers of the year. The row of the series is the lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into core_numberseries as s (company_id, kind, year, prefix, last_number)
            values (%(company)s, %(kind)s, %(year)s, %(prefix)s, %(count)s)
            on conflict (company_id, kind, year) do update set last_number = s.last_number + excluded.last_number
            returning prefix, last_number
            """,
            {"company": company.pk, "kind": SERIES, "year": year, "prefix": PREFIX, "count": count},
        )
        prefix, last = cursor.fetchone()
    return [f"{prefix}-{year}-{number:06}" for number in range(last - count + 1, last + 1)]

"""A statement as it is printed: read from its record, or put together for a preview that leaves none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from arap.core.models import Company, CompanyBankAccount
from customers.models import Customer
from statements.models import Statement, StatementBalance, StatementLine
from statements.rules import MOVEMENT_SECTION, OPEN_SECTION, Block, Line

LINE_FIELDS = (
    "section", "on", "document_id", "kind", "number", "part", "reference", "applied_to", "due_on", "days",
    "original_amount", "amount", "balance",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Everything that stands on a statement. `number` is empty on a preview; `printed` as in `printed_of`."""

    company: Company
    customer_id: int
    number: str
    kind: str
    as_of: date
    from_on: date | None
    language: str
    known_at: datetime
    reply_by_on: date
    check: str
    printed: dict[str, Any]
    blocks: tuple[Block, ...]


def said_of(company: Company, statements: Sequence[Statement]) -> list[Said]:
    """What the records say, in order. Two queries however many they are."""
    ids = [statement.pk for statement in statements]
    lines: dict[tuple[int, str], list[StatementLine]] = defaultdict(list)
    for line in StatementLine.objects.filter(company=company, statement__in=ids).order_by("statement", "line"):
        lines[line.statement_id, line.currency].append(line)
    found: dict[int, list[Block]] = defaultdict(list)
    balances = StatementBalance.objects.filter(company=company, statement__in=ids)
    for balance in balances.order_by("statement", "currency"):
        own = [(line.section, _line(line)) for line in lines[balance.statement_id, balance.currency]]
        found[balance.statement_id].append(
            Block(
                currency=balance.currency,
                opening=balance.opening,
                charges=balance.charges,
                credits=balance.credits,
                closing=balance.closing,
                buckets=tuple(balance.buckets),
                unapplied=balance.unapplied,
                movements=tuple(line for section, line in own if section == MOVEMENT_SECTION),
                items=tuple(line for section, line in own if section == OPEN_SECTION),
            )
        )
    return [_said(company, statement, tuple(found[statement.pk])) for statement in statements]


def _said(company: Company, statement: Statement, blocks: tuple[Block, ...]) -> Said:
    return Said(
        company=company,
        customer_id=statement.customer_id,
        number=statement.number,
        kind=statement.kind,
        as_of=statement.as_of,
        from_on=statement.from_on,
        language=statement.language,
        known_at=statement.known_at,
        reply_by_on=statement.reply_by_on,
        check=statement.digest,
        printed=statement.printed,
        blocks=blocks,
    )


def _line(row: StatementLine) -> Line:
    return Line(**{name: getattr(row, name) for name in LINE_FIELDS})


def accounts_of(company: Company) -> dict[str, dict[str, str]]:
    """Currency -> the account of ours to pay into, as printed: the default one, else the first."""
    found: dict[str, dict[str, str]] = {}
    for account in CompanyBankAccount.objects.filter(company=company, is_active=True).order_by("-is_default", "pk"):
        found.setdefault(
            account.currency, {"name": account.name, "bank": account.bank_line, "account_no": account.account_no}
        )
    return found


def printed_of(
    company: Company, accounts: dict[str, dict[str, str]], customer: Customer, contact: str
) -> dict[str, Any]:
    """Names, addresses and accounts as they stand on the paper, for ever. `customer.terms` is read."""
    return {
        "company": {
            name: getattr(company, name)
            for name in ("name", "name_local", "address", "address_local", "email", "phone", "website", "tax_id")
        },
        "customer": {
            "code": customer.code,
            "name": customer.name,
            "name_local": customer.name_local,
            "address": customer.address,
            "contact": contact,
            "terms": customer.terms.rule if customer.terms else "",
        },
        "accounts": accounts,
    }

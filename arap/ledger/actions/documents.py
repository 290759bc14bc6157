"""Posting documents: one or thousands, by the same procedure."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from psycopg2.extras import execute_values

from arap.core.models import Company, User
from arap.ledger.actions.recording import book_transaction, call, open_staging
from arap.ledger.chart import accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An amount that stays open: `amount` signed in the document's currency, on the control account named by role."""

    account: str
    amount: Decimal
    due_on: date
    customer_id: int | None = None
    original_due_on: date | None = None
    aged_from_on: date | None = None
    origin_item_id: int | None = None
    base_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A contra line: `account` is a role, `amount` signed (+ debit). The control lines the book writes itself."""

    account: str
    amount: Decimal
    tax_code: str = ""
    base_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a replacement takes from an open item: `amount` with the item's own sign."""

    item_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document to post. `rate` is base units for one unit; lines and items sum to zero together.

    Without a `number` it takes the next of its series (company, kind, year of `posted_on`); a number given is one
    taken on from elsewhere, outside the series.
    """

    kind: str
    customer_id: int | None
    currency: str
    rate: Decimal
    document_on: date
    posted_on: date
    items: Sequence[NewItem]
    lines: Sequence[NewLine] = ()
    closings: Sequence[Closing] = ()
    number: str | None = None
    reference: str = ""
    memo: str = ""
    reason_code: str = ""
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    document_id: int
    number: str
    item_ids: tuple[int, ...]
    position: int


@book_transaction
def post_documents(
    company: Company, documents: Sequence[NewDocument], *, by: User | None, verb: str, key: str | None = None
) -> list[Posted]:
    """Post the documents in one transaction; all or none.

    Raises: Refused period_closed, duplicate_number, duplicate_key.
    """
    open_staging()
    roles = accounts(company)
    _stage(documents, roles)
    post_staged(company, by=by, verb=verb, key=key)
    return _posted(documents)


def replace(company: Company, document: NewDocument, *, by: User | None, verb: str, key: str | None = None) -> Posted:
    """Close (parts of) open items and open others of equal amount and base: extension, transfer, identified payer.

    Raises: Refused period_closed, over_applied.
    """
    assert document.closings, "a replacement closes something"
    return post_documents(company, [document], by=by, verb=verb, key=key)[0]


def post_staged(company: Company, *, by: User | None, verb: str, key: str | None = None) -> int:
    """Post what a set-based caller put into the staging tables; afterwards book_document and book_item hold ids.

    Returns the posting's position. Must run inside `book_transaction`.
    """
    return call("ledger_post_staged", company, by, verb, key)


def _stage(documents: Sequence[NewDocument], roles: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        _insert(
            cursor,
            "book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, number, reference, memo, salt,"
            " reason_code, reverses_id)",
            (
                (
                    ref, d.kind, d.customer_id, d.currency, d.rate, sum(i.amount for i in d.items), d.document_on, d.posted_on, d.number,
                    d.reference, d.memo, secrets.token_bytes(16) if d.reference or d.memo else None, d.reason_code, d.reverses_id,
                )
                for ref, d in enumerate(documents)
            ),
        )  # fmt: skip
        _insert(
            cursor,
            "book_item (ref, line, account_id, customer_id, amount, base_amount, due_on, original_due_on, aged_from_on, origin_item_id)",
            (
                (
                    ref, line, roles[i.account], None if i.account == "unidentified" else i.customer_id or d.customer_id, i.amount,
                    i.base_amount, i.due_on, i.original_due_on, i.aged_from_on, i.origin_item_id,
                )
                for ref, d in enumerate(documents)
                for line, i in enumerate(d.items, 1)
            ),
        )  # fmt: skip
        _insert(
            cursor,
            "book_line (ref, line, account_id, amount, base_amount, tax_code)",
            (
                (ref, line, roles[n.account], n.amount, n.base_amount, n.tax_code)
                for ref, d in enumerate(documents)
                for line, n in enumerate(d.lines, 1)
            ),
        )
        _insert(
            cursor,
            "book_closing (ref, seq, item_id, amount)",
            ((ref, seq, c.item_id, c.amount) for ref, d in enumerate(documents) for seq, c in enumerate(d.closings, 1)),
        )


def _insert(cursor: object, target: str, rows: Iterable[tuple[object, ...]]) -> None:
    staged = list(rows)
    if staged:
        execute_values(cursor, f"insert into {target} values %s", staged, page_size=2000)  # noqa: S608


def _posted(documents: Sequence[NewDocument]) -> list[Posted]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select b.id, d.number, d.position,
                   coalesce((select array_agg(i.id order by i.line) from book_item i where i.ref = b.ref), '{}')
              from book_document b join ledger_document d on d.id = b.id order by b.ref
            """
        )
        rows = cursor.fetchall()
    return [
        Posted(document_id=pk, number=number, position=position, item_ids=tuple(items)) for pk, number, position, items in rows
    ]

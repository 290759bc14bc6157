"""Posting documents: one or thousands, by the same procedure."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company, User
from arap.ledger.actions.recording import book_transaction, call, insertion
from arap.ledger.chart import accounts

POST = "select ledger_post_staged(%s, %s, %s, %s)"
POSTED = b"""
select b.id, d.number, d.position,
       coalesce((select array_agg(i.id order by i.line) from book_item i where i.ref = b.ref), '{}')
  from book_document b cross join lateral (select * from ledger_document x where x.id = b.id offset 0) d order by b.ref
"""


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
    roles = accounts(company)
    with connection.cursor() as cursor:
        statements = [b"select ledger_open_staging()", *_staged(cursor, documents, roles)]
        statements.append(cursor.mogrify(POST, [company.pk, by.pk if by else None, verb, key]))
        statements.append(POSTED)
        # one round trip: staging, posting and reading back
        cursor.execute(b"; ".join(statements).decode())
        rows = cursor.fetchall()
    return [
        Posted(document_id=pk, number=number, position=position, item_ids=tuple(items))
        for pk, number, position, items in rows
    ]


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


DOCUMENT = (
    "book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, number, reference, memo,"
    " salt, reason_code, reverses_id)"
)
ITEM = (
    "book_item (ref, line, account_id, customer_id, amount, base_amount, due_on, original_due_on, aged_from_on,"
    " origin_item_id)"
)
LINE = "book_line (ref, line, account_id, amount, base_amount, tax_code)"
CLOSING = "book_closing (ref, seq, item_id, amount)"


def _staged(cursor: Any, documents: Sequence[NewDocument], roles: dict[str, int]) -> list[bytes]:
    """The statements that put the documents into the staging tables."""
    numbered = list(enumerate(documents))
    return [
        *insertion(cursor, DOCUMENT, [_document_row(ref, document) for ref, document in numbered]),
        *insertion(
            cursor,
            ITEM,
            [
                _item_row(ref, line, item, document, roles)
                for ref, document in numbered
                for line, item in enumerate(document.items, 1)
            ],
        ),
        *insertion(
            cursor,
            LINE,
            [
                (ref, line, roles[new.account], new.amount, new.base_amount, new.tax_code)
                for ref, document in numbered
                for line, new in enumerate(document.lines, 1)
            ],
        ),
        *insertion(
            cursor,
            CLOSING,
            [
                (ref, seq, closing.item_id, closing.amount)
                for ref, document in numbered
                for seq, closing in enumerate(document.closings, 1)
            ],
        ),
    ]


def _document_row(ref: int, new: NewDocument) -> tuple[object, ...]:
    salt = secrets.token_bytes(16) if new.reference or new.memo else None
    return (
        ref, new.kind, new.customer_id, new.currency, new.rate, sum(item.amount for item in new.items),
        new.document_on, new.posted_on, new.number, new.reference, new.memo, salt, new.reason_code, new.reverses_id,
    )  # fmt: skip


def _item_row(ref: int, line: int, new: NewItem, document: NewDocument, roles: dict[str, int]) -> tuple[object, ...]:
    customer_id = None if new.account == "unidentified" else new.customer_id or document.customer_id
    return (
        ref, line, roles[new.account], customer_id, new.amount, new.base_amount, new.due_on, new.original_due_on,
        new.aged_from_on, new.origin_item_id,
    )  # fmt: skip

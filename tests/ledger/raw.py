"""Statements that write to the book by hand, as somebody with psql would, and the scene they are played on.

Each piece below is a right one: a document, an application and an undoing that the database accepts. An attack is one
of them with one thing changed, so that what refuses it is that one thing. Values are SQL; `%(name)s` are ids of the
scene.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from arap.servers import postgres

Columns = Mapping[str, str]
TABLES = (
    "posting",
    "document",
    "documenttext",
    "item",
    "application",
    "entry",
    "journalline",
    "seal",
    "book",
    "account",
)

POSTING = "insert into ledger_posting (company_id, position, verb) values (%(company)s, 0, 'raw');"
HERE = "(select max(position) from ledger_posting where company_id = %(company)s)"
DOCUMENT: Columns = {
    "id": "nextval('ledger_document_id_seq')",
    "company_id": "%(company)s",
    "position": HERE,
    "kind": "'invoice'",
    "number": "'RAW-1'",
    "customer_id": "%(alpha)s",
    "currency": "'CNY'",
    "rate": "1",
    "total": "100",
    "base_total": "100",
    "document_on": "date '2026-06-10'",
    "posted_on": "date '2026-06-10'",
    "item_count": "1",
    "line_count": "2",
    "reason_code": "''",
}
ITEM: Columns = {
    "company_id": "%(company)s",
    "position": HERE,
    "document_id": "(select id from d)",
    "line": "1",
    "account_id": "%(receivable)s",
    "customer_id": "%(alpha)s",
    "currency": "'CNY'",
    "amount": "100",
    "base_amount": "100",
    "posted_on": "date '2026-06-10'",
    "document_on": "date '2026-06-10'",
    "due_on": "date '2026-06-10'",
    "original_due_on": "date '2026-06-10'",
    "aged_from_on": "date '2026-06-10'",
    "open_amount": "100",
    "open_base_amount": "100",
    "first_effective_on": "date '9999-12-31'",
    "last_effective_on": "date '2026-06-10'",
    "last_position": HERE,
}
LINE: Columns = {
    "company_id": "%(company)s",
    "position": HERE,
    "document_id": "(select id from d)",
    "application_id": "null::bigint",
    "line": "1",
    "account_id": "%(receivable)s",
    "customer_id": "%(alpha)s",
    "currency": "'CNY'",
    "amount": "100",
    "base_amount": "100",
    "posted_on": "date '2026-06-10'",
    "tax_code": "''",
}
CONTRA: Columns = {
    **LINE,
    "line": "2",
    "account_id": "%(revenue)s",
    "customer_id": "null::bigint",
    "amount": "-100",
    "base_amount": "-100",
}
# 40.00 of the open receipt against the open invoice, both of ALPHA and of 2026-06-01
APPLICATION: Columns = {
    "id": "nextval('ledger_application_id_seq')",
    "company_id": "%(company)s",
    "position": HERE,
    "effective_on": "date '2026-06-15'",
    "policy": "'raw'",
    "reason": "''",
    "undoes_id": "null::bigint",
}
CREDITED: Columns = {
    "company_id": "%(company)s",
    "position": HERE,
    "application_id": "(select id from a)",
    "document_id": "null::bigint",
    "item_id": "%(receipt)s",
    "counter_item_id": "%(invoice)s",
    "currency": "'CNY'",
    "amount": "40",
    "base_amount": "40",
    "effective_on": "date '2026-06-15'",
    "aged_from_on": "date '2026-06-01'",
    "reverses_id": "null::bigint",
    "customer_id": "%(alpha)s",
    "account_id": "%(receivable)s",
}
DEBITED: Columns = {
    **CREDITED,
    "item_id": "%(invoice)s",
    "counter_item_id": "%(receipt)s",
    "amount": "-40",
    "base_amount": "-40",
    "aged_from_on": "date '2026-07-01'",
}


def _select(rows: Sequence[Columns]) -> str:
    return " union all ".join(f"select {', '.join(row.values())}" for row in rows)


def insert(table: str, *rows: Columns) -> str:
    """One statement that inserts the rows into `ledger_<table>`."""
    return f"insert into ledger_{table} ({', '.join(rows[0])}) {_select(rows)};"


def document(
    changes: Columns | None = None,
    *,
    items: Sequence[Columns] = (ITEM,),
    lines: Sequence[Columns] = (LINE, CONTRA),
    entries: Sequence[Columns] = (),
) -> str:
    """A posting and a document in it, whole in one statement."""
    parts = [("item", items), ("entry", entries), ("journalline", lines)]
    inserted = [f"{table} as ({insert(f'{table}', *rows).rstrip(';')})" for table, rows in parts if rows]
    head = f"with d as ({insert('document', {**DOCUMENT, **(changes or {})}).rstrip(';')} returning id)"
    return f"{POSTING} {', '.join([head, *inserted])} select id from d;"


def application(
    changes: Columns | None = None,
    *,
    entries: Sequence[Columns] = (CREDITED, DEBITED),
    lines: Sequence[Columns] = (),
) -> str:
    """A posting and an application in it, whole in one statement."""
    parts = [("entry", entries), ("journalline", lines)]
    inserted = [f"{table} as ({insert(f'{table}', *rows).rstrip(';')})" for table, rows in parts if rows]
    head = f"with a as ({insert('application', {**APPLICATION, **(changes or {})}).rstrip(';')} returning id)"
    return f"{POSTING} {', '.join([head, *inserted])} select id from a;"


@dataclass(frozen=True, slots=True)
class Scene:
    """A committed book, the ids in it that statements refer to, and a connection for each role."""

    ids: Mapping[str, int]
    connections: Mapping[str, Any]

    @contextmanager
    def cursor(self, role: str) -> Iterator[Any]:
        """A cursor in a transaction as `role`, which is rolled back in the end, and with it its role."""
        raw = self.connections[role]
        try:
            with raw.cursor() as cursor:
                cursor.execute(f"set local role {role}")
                yield cursor
        finally:
            raw.rollback()

    def fingerprint(self) -> list[tuple[Any, ...]]:
        """Every row of the book, as one digest for each table."""
        with self.cursor(postgres.OWNER) as cursor:
            queries = [
                f"select '{table}', count(*), md5(string_agg(t::text, '|' order by t::text)) from ledger_{table} t"
                for table in TABLES
            ]
            cursor.execute(" union all ".join(queries))
            return list(cursor.fetchall())

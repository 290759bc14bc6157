"""What was made stays as it was made: nothing is changed, added, taken away or emptied, whichever role tries."""

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from arap.core.models import Company
from statements.actions import make_records
from statements.models import Statement
from tests.databases import Database
from tests.statements.books import TODAY, begin, varied

LINE = (
    'insert into statements_statementline (company_id, statement_id, line, section, currency, "on", kind, number, part,'
    " reference, applied_to, amount, balance) select company_id, id, 99, 'open', 'CNY', as_of, 'invoice', 'X', 0, '',"
    " '', 1, 1 from statements_statement limit 1"
)
BALANCE = (
    "insert into statements_statementbalance (company_id, statement_id, currency, opening, charges, credits, closing,"
    " buckets, unapplied) select company_id, id, 'BHD', 0, 0, 0, 5, array[0], 0 from statements_statement limit 1"
)
TABLES = ["statement", "statementline", "statementbalance", "statementrun", "statementskipped", "statementruntotal"]
REFUSED = [
    LINE,
    BALANCE,
    "update statements_statement set made_in = pg_current_xact_id()",
    "update statements_statementrun set position = position + 1",
    *(f"delete from statements_{table}" for table in TABLES),
    *(f"truncate statements_{table} cascade" for table in TABLES),
    *(f"update statements_{table} set id = id" for table in TABLES[1:3] + TABLES[4:]),
]


@pytest.fixture
def kept(committed_db: Database, company: Company) -> None:
    varied(company, count=2)
    make_records(begin(company, "activity"), today=TODAY)


def tried(execute: Callable[[str], Any], error: type[Exception]) -> list[str]:
    """Which of the statements were let through."""
    passed = []
    for sql in REFUSED:
        try:
            execute(sql)
        except error:
            continue
        passed.append(sql)
    return passed


def test_the_application_s_role_is_refused(kept: None) -> None:
    def execute(sql: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    assert tried(execute, DatabaseError) == []


def test_the_owner_is_refused(kept: None, owner_connection: Any) -> None:
    assert tried(owner_connection.cursor().execute, psycopg2.Error) == []


def test_a_line_is_added_only_where_its_statement_is_made(kept: None) -> None:
    """In one transaction with it, also behind a savepoint; never from another one."""
    copy = (
        "insert into statements_statement (company_id, number, customer_id, kind, as_of, language, position, known_at,"
        " reply_by_on, printed, digest, made_in) select company_id, number || 'x', customer_id, 'open', as_of,"
        " language, position, known_at, reply_by_on, printed, digest, '3' from statements_statement limit 1"
        " returning id"
    )
    line = LINE.replace("limit 1", "where id = %s")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copy)
        made = cursor.fetchone()[0]
        with transaction.atomic():
            cursor.execute(line, [made])
    assert Statement.objects.get(pk=made).lines.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(line.replace("99", "100"), [made])

"""The audit log is only ever added to, whoever asks."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from arap.core import audit
from arap.core.models import AuditEntry, Company, Period, User

TAMPERING = {
    "update": "update core_auditentry set verb = 'nothing'",
    "delete": "delete from core_auditentry",
    "truncate": "truncate core_auditentry",
    "truncate cascade": "truncate core_company cascade",
}


def test_an_entry_keeps_what_changed(company: Company, controller: User) -> None:
    entry = audit.record(
        by=controller,
        verb="test.change",
        obj=company,
        before={"limit": Decimal("1.50"), "on": date(2026, 1, 1)},
        after={"limit": None, "on": date(2026, 2, 1)},
    )
    entry.refresh_from_db()
    assert (entry.company, entry.actor, entry.object_type) == (company, controller, "core.company")
    assert entry.before == {"limit": "1.50", "on": "2026-01-01"}
    assert entry.after == {"limit": None, "on": "2026-02-01"}
    assert entry.at is not None


def test_the_company_is_the_objects_own(company: Company, controller: User) -> None:
    period = Period.objects.filter(company=company).first()
    assert period is not None
    assert audit.record(by=controller, verb="test", obj=period).company == company
    assert audit.record(by=None, verb="test", obj=controller).company is None


def test_difference_names_only_what_changed() -> None:
    assert audit.difference({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING.keys())
def test_the_application_cannot_change_it(company: Company, sql: str) -> None:
    refusal = pytest.raises(DatabaseError, match=r"permission denied|append-only")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEntry.objects.exists()


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING.keys())
def test_the_owner_cannot_change_it_either(
    committed_db: Any, company: Company, owner_connection: Any, sql: str
) -> None:
    with owner_connection.cursor() as cursor, pytest.raises(psycopg2.Error, match=r"append-only|book"):
        cursor.execute(sql)
    assert AuditEntry.objects.exists()

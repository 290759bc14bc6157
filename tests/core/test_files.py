"""Kept files stay as they are, and go out as they are."""

import hashlib

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from arap.core.files import NewFile, file_response, safe_name, store
from arap.core.models import Company, StoredFile, User

PDF = b"%PDF-1.7 something"


@pytest.fixture
def kept(company: Company, clerk: User) -> StoredFile:
    return store(company, [NewFile(name="S-1.pdf", media_type="application/pdf", content=PDF)], by=clerk)[0]


def test_a_file_is_kept_with_its_digest(kept: StoredFile, clerk: User) -> None:
    kept.refresh_from_db()
    assert bytes(kept.content) == PDF
    assert (kept.sha256, kept.size, kept.created_by) == (hashlib.sha256(PDF).hexdigest(), len(PDF), clerk)


@pytest.mark.parametrize(
    "sql",
    ["update core_storedfile set content = 'x'", "delete from core_storedfile", "truncate core_storedfile cascade"],
)
def test_the_application_cannot_change_it(kept: StoredFile, sql: str) -> None:
    refusal = pytest.raises(DatabaseError, match=r"permission denied|never changes|append-only|refused")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "etc passwd"),
        ('a"; filename=x\r\n.pdf', "a ; filename=x .pdf"),
        ("对账单 S-1.pdf", "对账单 S-1.pdf"),
        ("\x00", "file"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_it_is_handed_out_as_a_file_and_kept_by_nobody(kept: StoredFile) -> None:
    answer = file_response(kept)
    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="S-1.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert file_response(kept, inline=True)["Content-Disposition"] == 'inline; filename="S-1.pdf"'

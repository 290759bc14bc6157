"""Every door that takes a file: its size is judged before it is read, and what it is by its content."""

import ast
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arap.core import uploads
from arap.core.logos import LOGO_BYTES_MAX
from arap.core.models import Company, User
from tests.core.test_admin import picture
from tests.pages import text_of
from tests.test_house_rules import APPS, ROOT, calls, sources

# Where a file may come in. Whoever adds a door adds its tests: too large, not what it says it is, a bomb.
DOORS = {
    "arap/core/admin/companies.py",  # the logo: below
    "arap/desk/forms/set_up.py",  # the logo: tests/desk/views/test_guide.py and below
    "arap/desk/forms/files.py",  # files at a customer and of a contract: tests/desk/views
    "reconciliation/receipts/write_off_forms.py",  # evidence of a write-off: tests/receipts/views/test_write_offs.py
    "arap/desk/forms/imports.py",  # histories and rates: tests/desk/views/test_imports.py, tests/desk/mapping
}


def test_every_door_is_known() -> None:
    found = set()
    for path in sources(*APPS):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = ("FileField", "ImageField", "MultipleFileField", "FileUploadParser", "MultiPartParser")
        if any(list(calls(tree, name)) for name in names) or "request.FILES[" in path.read_text(encoding="utf-8"):
            found.add(str(path.relative_to(ROOT)))
    assert found == DOORS


def bomb() -> bytes:
    """A PNG of some kilobytes that says it has 30,000 by 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    side = (30_000).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000)) + chunk(b"IEND", b"")


@pytest.fixture
def as_boss(client: Client, company: Company) -> Client:
    client.force_login(User.objects.create(username="boss", is_superuser=True, is_staff=True))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00 a program that says it is logo.png", "neither PNG nor JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "neither PNG nor JPEG"),
        (b"\x89PNG\r\n\x1a\n and nothing that follows", "neither PNG nor JPEG"),
        (b"\xff" * (LOGO_BYTES_MAX + 1), "larger than 512 KB"),
        (picture(4001, 1), "more than 4,000 pixels"),
        (bomb(), "neither PNG nor JPEG"),
    ],
    ids=["program", "svg", "beginning only", "large", "wide", "bomb"],
)
def test_the_admin_takes_a_small_picture(as_boss: Client, company: Company, content: bytes, words: str) -> None:
    url = f"/admin/core/company/{company.pk}/change/"
    answer = as_boss.post(url, {"logo_file": SimpleUploadedFile("logo.png", content)})
    assert words in text_of(answer)
    company.refresh_from_db()
    assert not company.logo


@pytest.mark.django_db
def test_what_grows_too_large_is_not_stored(as_boss: Client, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_MB_MAX", 0)
    url = f"/admin/core/company/{company.pk}/change/"
    answer = as_boss.post(url, {"logo_file": SimpleUploadedFile("logo.png", picture(10, 10))})
    assert "larger than 512 KB" in text_of(answer)


@pytest.mark.django_db
def test_a_stranger_leaves_no_file_however_small(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.MemoryFileUploadHandler.receive_data_chunk",
        lambda self, raw, start: kept.append(raw),
    )
    data = {"username": "x", "password": "y", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}
    assert client.post("/sign-in/", data).status_code == 422
    assert kept == []

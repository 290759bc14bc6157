"""Files to bring to the pages of imports."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arap.desk.models import Import

HEADER = "customer_code,customer_name,document_type,document_number,issued_on,due_on,amount,currency"
GOOD = HEADER + "\nA,Alpha,invoice,1,2024-01-10,2024-02-09,100.00,CNY\nB,Beta,invoice,2,2024-01-11,,50.00,CNY\n"
BAD_ROW = "A,Alpha,invoice,3,2024-31-10,,5.00,CNY\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(2000)
HTML = b"<!DOCTYPE html><html><table><tr><td>customer_code</td></tr></table></html>"


def bomb() -> bytes:
    """A zip that promises to be a workbook and unpacks to two hundred times its size."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40 << 20))
    return content.getvalue()


def workbook(text: str) -> bytes:
    """The rows of `text` as an Excel workbook of texts."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    for line in text.splitlines():
        sheet.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bring(
    client: Client, content: bytes | str, name: str = "items.csv", *, key: str = "", url: str = "/import/"
) -> Any:
    """Send the form with a file."""
    raw = content.encode() if isinstance(content, str) else content
    return client.post(url, {"key": key or uuid4().hex, "file": SimpleUploadedFile(name, raw)})


def brought(client: Client, content: bytes | str, name: str = "items.csv") -> Import:
    """Bring a good file."""
    answer = bring(client, content, name)
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.get(pk=answer["Location"].strip("/").split("/")[-1])

"""What a file is, by its content."""

import io
import zipfile

import pytest

from arap.core.file_kinds import EXCEL, JPEG, OFD, PDF, PNG, TEXT, WORD, media_type_of


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return buffer.getvalue()


CASES = {
    "pdf": (b"%PDF-1.7 ...", PDF),
    "png": (b"\x89PNG\r\n\x1a\n...", PNG),
    "jpeg": (b"\xff\xd8\xff\xe0...", JPEG),
    "word": (archive("[Content_Types].xml", "word/document.xml"), WORD),
    "excel": (archive("xl/workbook.xml"), EXCEL),
    "ofd, the Chinese e-invoice": (archive("OFD.xml", "Doc_0/Document.xml"), OFD),
    "text in Chinese": ("合同第 3 条：逾期付款\r\n".encode(), TEXT),
    "text in GB 18030": ("合同".encode("gb18030"), TEXT),
    "a web page is text, and is given out as text": (b"<script>alert(1)</script>", TEXT),
    "word with macros": (archive("word/document.xml", "word/vbaProject.bin"), ""),
    "any archive": (archive("setup.exe"), ""),
    "a broken archive": (b"PK\x03\x04broken", ""),
    "a program": (b"MZ\x90\x00\x03", ""),
    "an old office file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
    "nothing": (b"", ""),
    "zero bytes": (b"a\x00b", ""),
}


@pytest.mark.parametrize("content, expected", CASES.values(), ids=CASES)
def test_media_type(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected

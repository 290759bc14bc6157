"""What a file is, judged by its content: a name or a browser can say anything."""

import io
import zipfile

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFD = "application/ofd"

BEGINNINGS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
# An entry that an archive of this kind always has.
ARCHIVES = (("word/document.xml", WORD), ("xl/workbook.xml", EXCEL), ("OFD.xml", OFD))
MACROS = "vbaProject.bin"
ENTRIES_MAX = 5000
SHOWN_INLINE = frozenset({PDF, PNG, JPEG})


def media_type_of(content: bytes) -> str:
    """The media type of PDF, PNG, JPEG, Word, Excel, OFD (电子发票) or plain text; "" for anything else.

    Office files with macros, old binary ones, programs, archives and web pages are anything else.
    """
    for beginning, media_type in BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    return TEXT if _is_text(content) else ""


def _archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist()[:ENTRIES_MAX])
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if any(name.endswith(MACROS) for name in names):
        return ""
    return next((media_type for entry, media_type in ARCHIVES if entry in names), "")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return False
    return bool(text.strip()) and all(letter >= " " or letter in "\t\r\n\f" for letter in text)

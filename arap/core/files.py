"""Keeping files, and handing them out as they were kept."""

import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from arap.core.models import Company, StoredFile, User

NAME_LENGTH_MAX = 200
# A large file goes to the database and comes from it in pieces, so that no process ever holds it whole.
PIECE_BYTES = 1 << 20
READ_BYTES = 4 << 20
COPY = "copy core_storedfile (company_id, name, media_type, sha256, size, created_by_id, content) from stdin"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to keep: `content` as it is, `media_type` as we judged it, never as somebody told us."""

    name: str
    media_type: str
    content: bytes


def safe_name(name: str) -> str:
    """A file name without path, control characters or what a file system refuses, at most 200 characters."""
    cleaned = _UNSAFE.sub(" ", name).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and len(cleaned) > NAME_LENGTH_MAX:
        return stem[: NAME_LENGTH_MAX - len(ending) - 1] + dot + ending
    return cleaned[:NAME_LENGTH_MAX] or "file"


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def store(company: Company, files: Sequence[NewFile], *, by: User | None) -> list[StoredFile]:
    """Keep the files, in order. One query however many. The act that makes them writes the audit row."""
    return StoredFile.objects.bulk_create(
        StoredFile(
            company=company,
            name=safe_name(new.name),
            media_type=new.media_type,
            sha256=digest(new.content),
            size=len(new.content),
            content=new.content,
            created_by=by,
        )
        for new in files
    )


@transaction.atomic
def store_path(company: Company, path: Path, *, name: str, media_type: str, by: User | None) -> StoredFile:
    """Keep the file at `path`, or find it where the same bytes are kept under that name. `content` is not loaded."""
    name = safe_name(name)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    known = StoredFile.objects.filter(company=company, sha256=sha256, name=name).defer("content").order_by("-pk")
    if found := known.first():
        return found
    # Names hold no control character and no backslash, so nothing needs to be escaped.
    fields = [str(company.pk), name, media_type, sha256, str(path.stat().st_size), str(by.pk) if by else "\\N"]
    with TemporaryFile() as row, path.open("rb") as file:
        row.write("\t".join(fields).encode() + b"\t\\\\x")
        while piece := file.read(PIECE_BYTES):
            row.write(binascii.hexlify(piece))
        row.write(b"\n")
        row.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(COPY, row, PIECE_BYTES)
    return known[0]


def pieces_of(file: StoredFile, *, limit: int | None = None) -> Iterator[bytes]:
    """The content of a kept file from its beginning, piece by piece: all of it, or `limit` bytes."""
    left = file.size if limit is None else min(limit, file.size)
    at = 1
    while left > 0:
        with connection.cursor() as cursor:
            cursor.execute(
                "select substring(content from %s for %s) from core_storedfile where id = %s",
                [at, min(left, READ_BYTES), file.pk],
            )
            piece = bytes(cursor.fetchone()[0])
        yield piece
        at += len(piece)
        left -= len(piece)


def file_response(file: StoredFile, *, inline: bool = False) -> HttpResponse:
    """The kept file as an answer: to show in the browser (`inline`) or to save. Never cached by others, never run."""
    response = HttpResponse(bytes(file.content), content_type=file.media_type)
    disposition = content_disposition_header(not inline, file.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that was just made and is not kept, to show in the browser."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, safe_name(name)) or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response

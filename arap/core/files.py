"""Keeping files, and handing them out as they were kept."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from arap.core.models import Company, StoredFile, User

NAME_LENGTH_MAX = 200
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

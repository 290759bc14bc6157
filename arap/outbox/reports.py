"""Delivery reports as mail servers send them back (RFC 3464, inside RFC 6522): whose message, to whom, and why.

Everything in such a mail was written by strangers. It is read as data: no part is decoded further than needed, nothing
in it is followed, and what cannot be understood is no report.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Mail
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime

# What is reported, and the headers of what came back, stand at the beginning; after them come its attachments.
BYTES_READ = 256 * 1024
PARTS_MAX = 10
RECIPIENTS_MAX = 100
WORDS_MAX = 400
MESSAGE_ID = re.compile(r"<[^<>\s]{1,198}>")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that was given up for one recipient. `addresses` are the names that the report has for that one;
    `written_to` and `written_at` are what the message that it quotes says of itself, where it says so.
    """

    message_id: str
    addresses: tuple[str, ...]
    status: str
    diagnostic: str
    written_to: str = ""
    written_at: datetime | None = None


def failures(content: bytes) -> list[Failure]:
    """What a mail reports as given up for good; nothing where it is no report, or one of a delay or of success.

    The message is known by its Message-ID, in the part that quotes it or, where nothing is quoted, in the answer's own
    In-Reply-To.
    """
    try:
        return list(_failures(BytesParser(policy=compat32).parsebytes(content)))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return []  # the parser of the standard library stumbles over some inventions


def _failures(mail: Mail) -> Iterator[Failure]:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return
    parts = _parts(mail)[:PARTS_MAX]
    quoted = next((found for part in parts if (found := _quoted(part)) and _id(found["Message-ID"])), None)
    message_id = _id(quoted["Message-ID"]) if quoted else _id(mail["In-Reply-To"])
    blocks = next((_parts(part) for part in parts if part.get_content_type() == "message/delivery-status"), [])
    if not message_id:
        return
    for block in blocks[: RECIPIENTS_MAX + 1]:
        if _text(block["Action"]).lower() != "failed":
            continue
        addresses = (_after_type(block["Original-Recipient"]), _after_type(block["Final-Recipient"]))
        status = STATUS.search(_text(block["Status"]))
        yield Failure(
            message_id=message_id,
            addresses=tuple(address.strip("<>") for address in addresses if address),
            status=status[0] if status else "",
            diagnostic=_after_type(block["Diagnostic-Code"]),
            written_to=parseaddr(_text(quoted["To"]))[1] if quoted else "",
            written_at=_moment(quoted["Date"]) if quoted else None,
        )


def _parts(mail: Mail) -> list[Mail]:
    payload = mail.get_payload()
    return [part for part in payload if isinstance(part, Mail)] if isinstance(payload, list) else []


def _quoted(part: Mail) -> Mail | None:
    """The message that a part quotes, whole or by its headers alone."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        return next(iter(_parts(part)), None)
    if kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        return HeaderParser().parsestr(text)
    return None


def _moment(value: object) -> datetime | None:
    """A Date header, to the second; None where it is none or names no time zone."""
    try:
        found = parsedate_to_datetime(_text(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else None


def _id(value: object) -> str:
    found = MESSAGE_ID.search(_text(value))
    return found[0] if found else ""


def _after_type(value: object) -> str:
    """ "rfc822; ap@haichen.example" without what kind of name it is."""
    kind, semicolon, rest = _text(value).partition(";")
    return (rest if semicolon else kind).strip()


def _text(value: object) -> str:
    """A header's value in one short line; "" where there is none."""
    return " ".join(UNPRINTABLE.sub(" ", str(value)).split())[:WORDS_MAX] if value is not None else ""

"""Writing messages, in the transaction that decides them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Model

from arap.core.jobs import enqueue
from arap.core.models import Company, StoredFile, User
from arap.outbox.models import Attachment, Message

SEND_TASK = "arap.outbox.tasks.send_due"
ROWS_AT_ONCE = 1000
WORTH_ANOTHER_SENDER = 20  # messages for which a second worker is woken


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What to say to whom. `dedupe_key` says what it is: "statement:17:1", "reminder:42:2026-11-01:2"."""

    kind: Message.Kind
    dedupe_key: str
    to_address: str
    subject: str
    body_text: str
    language: str
    body_html: str = ""
    to_name: str = ""
    customer_id: int | None = None
    about: Model | None = None
    files: Sequence[StoredFile] = ()
    guard: str = ""
    not_after: datetime | None = None


def queue(company: Company, messages: Sequence[NewMessage], *, by: User | None) -> list[Message]:
    """Write the messages and wake a worker on commit; returns the rows in order.

    Belongs inside the transaction of the act that decides to send, which writes the audit row. A key that was queued
    before gives the message it gave then, unchanged. A handful of queries per thousand messages.
    """
    assert connection.in_atomic_block, "a message and the decision to send it belong to one transaction"
    if not messages:
        return []
    wanted = {new.dedupe_key: new for new in messages}
    kept = {row.dedupe_key: row for row in _existing(company, list(wanted))}
    rows = {key: _row(company, new, by) for key, new in wanted.items() if key not in kept}
    Message.objects.bulk_create(rows.values(), batch_size=ROWS_AT_ONCE, ignore_conflicts=True)
    # Another transaction may have queued the same key meanwhile: what counts is what is stored now.
    stored = {row.dedupe_key: row for row in _existing(company, list(rows))}
    ours = {key: stored[key] for key, row in rows.items() if stored[key].message_id == row.message_id}
    Attachment.objects.bulk_create(
        (
            Attachment(company=company, message=row, file=file, line=line)
            for key, row in ours.items()
            for line, file in enumerate(wanted[key].files, start=1)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    for _nth in range(min(settings.OUTBOX_SENDERS, 1 + len(ours) // WORTH_ANOTHER_SENDER) if ours else 0):
        enqueue(SEND_TASK)
    return [(kept | stored)[new.dedupe_key] for new in messages]


def _existing(company: Company, keys: list[str]) -> list[Message]:
    return list(Message.objects.filter(company=company, dedupe_key__in=keys)) if keys else []


def _row(company: Company, new: NewMessage, by: User | None) -> Message:
    domain = parseaddr(str(settings.DEFAULT_FROM_EMAIL))[1].partition("@")[2] or "localhost"
    return Message(
        company=company,
        kind=new.kind,
        dedupe_key=new.dedupe_key,
        message_id=f"<{uuid4().hex}@{domain}>",
        customer_id=new.customer_id,
        about_type=new.about._meta.label_lower if new.about else "",
        about_id=new.about.pk if new.about else None,
        to_name=new.to_name,
        to_address=new.to_address,
        language=new.language,
        # A line break in a subject would begin a header of its own.
        subject=" ".join(new.subject.split())[:300],
        body_text=new.body_text,
        body_html=new.body_html,
        guard=new.guard,
        not_after=new.not_after,
        created_by=by,
    )

"""Messages to send, and the guards they may carry."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from arap.core.models import Company
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message

HERE = "tests.outbox.letters"


def new(key: str, **given: Any) -> NewMessage:
    """A plain message that `given` changes."""
    plain = {
        "kind": Message.Kind.STATEMENT,
        "to_address": "ap@haichen.example",
        "subject": "Statement",
        "body_text": "Dear customer",
        "language": "en",
    }
    return NewMessage(dedupe_key=key, **{**plain, **given})


@transaction.atomic
def queued(company: Company, key: str = "a", **given: Any) -> Message:
    """A message that waits."""
    return queue(company, [new(key, **given)], by=None)[0]


def due_now() -> None:
    """The pause before the next try is over, for all."""
    Message.objects.filter(state=Message.State.PENDING).update(next_attempt_at=Now())


def paid(message: Message) -> str:
    """A guard: no longer due."""
    return "Paid meanwhile."


def still_due(message: Message) -> str:
    """A guard: go on."""
    return ""


def broken(message: Message) -> str:
    """A guard that has a mistake in it."""
    raise ZeroDivisionError("a mistake")

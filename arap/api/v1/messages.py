"""What left the house, and what became of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import Choice, Id, Instant, Text, Whole
from arap.outbox.models import Attempt, Message

MESSAGE = Record(
    "Message",
    {
        "id": Id(),
        "kind": Choice(Message.Kind.values),
        "state": Choice(Message.State.values),
        "customer_id": Id(null=True),
        "about_type": Text(60),
        "about_id": Id(null=True),
        "to_name": Text(150),
        "to_address": Text(254),
        "subject": Text(300),
        "attempts": Whole(0, 32_767),
        "last_error": Text(500),
        "created_at": Instant(),
        "sent_at": Instant(null=True),
    },
)
MESSAGE_WHOLE = Record(
    "MessageWithAttempts",
    {
        **MESSAGE.fields,
        "text": Text(100_000),
        "tries": Many(
            Record(
                "Attempt",
                {
                    "number": Whole(0, 32_767),
                    "started_at": Instant(),
                    "finished_at": Instant(null=True),
                    "outcome": Choice(["", *Attempt.Outcome.values]),
                    "smtp_code": Whole(0, 999, null=True),
                    "detail": Text(500),
                },
            ),
            1000,
        ),
    },
)
FILTERS = Record(
    "MessageFilters",
    {**PAGING, "state": Choice(Message.State.values, default=""), "customer_id": Id(default=None)},
)


@operation(
    "GET", "messages/", "message.view", summary=_("Messages, newest first"), query=FILTERS, answer=page_of(MESSAGE)
)
def messages_list(call: Call) -> Answer:
    found = Message.objects.filter(company=call.company).defer("body_text", "body_html")
    for name in ("state", "customer_id"):
        if call.query[name]:
            found = found.filter(**{name: call.query[name]})
    return page(call, found, lambda rows: [_message(row) for row in rows])


@operation("GET", "messages/{id}/", "message.view", summary=_("One message with its tries"), answer=MESSAGE_WHOLE)
def messages_read(call: Call) -> Answer:
    message = call.row(Message)
    tries = message.tries.order_by("number")
    names = ("number", "started_at", "finished_at", "outcome", "smtp_code", "detail")
    return Answer(
        {
            **_message(message),
            "text": message.body_text,
            "tries": [{name: getattr(one, name) for name in names} for one in tries],
        }
    )


def _message(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in MESSAGE.fields}

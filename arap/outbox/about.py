"""What was sent about a thing: its messages, as its page lists them."""

from django.db.models import Model

from arap.core.models import Company
from arap.outbox.models import Message

STATE_CODES = {Message.State.PENDING: "waiting", Message.State.CANCELLED: "not_sent"}


def messages_about(company: Company, thing: Model) -> list[Message]:
    """The messages about `thing`, newest first, each with `state_code`, a key of STATES. One query."""
    found = Message.objects.filter(company=company, about_type=thing._meta.label_lower, about_id=thing.pk)
    rows = list(found.order_by("-pk")[:50])
    for row in rows:
        row.state_code = STATE_CODES.get(Message.State(row.state), row.state)  # type: ignore[attr-defined]
    return rows

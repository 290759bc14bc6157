"""What was sent about a thing: its messages, as its page lists them, and what their states are called."""

from collections.abc import Iterable

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from arap.core.models import Company
from arap.outbox.models import Attempt, Message

# Codes in core.states of our states and of the outcomes of a try; the others are called as they are.
STATE_CODES = {Message.State.PENDING.value: "waiting", Message.State.CANCELLED.value: "not_sent", "": "sending"}

# A message that its guard or its last day called off has a try that says so; one that a person cancelled has none.
CALLED_OFF_BY_ITSELF = Q(
    Exists(Attempt.objects.filter(message=OuterRef("pk"), outcome=Attempt.Outcome.CANCELLED)),
    state=Message.State.CANCELLED,
)
# The opposite as SQL, on a row `m` of outbox_message.
BY_PERSON_SQL = """(m.state = 'cancelled' and not exists (
          select from outbox_attempt t where t.message_id = m.id and t.outcome = 'cancelled'))"""


def state_code(state: str) -> str:
    """The code in core.states of a message's state or a try's outcome."""
    return STATE_CODES.get(state, state)


def messages_about_ids(company: Company, about: type[Model], ids: Iterable[int]) -> QuerySet[Message]:
    """The messages about the rows of `about` with these ids."""
    return Message.objects.filter(company=company, about_type=about._meta.label_lower, about_id__in=ids)


def messages_about(company: Company, thing: Model) -> list[Message]:
    """The messages about `thing`, newest first, each with `state_code`, a key of STATES. One query."""
    rows = list(messages_about_ids(company, type(thing), [thing.pk]).order_by("-pk")[:50])
    for row in rows:
        row.state_code = state_code(row.state)  # type: ignore[attr-defined]
    return rows

"""What the pages of the outbox show: the list by state, and one message with all that became of it."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from arap.core.models import Company, CompanyOwned
from arap.outbox.about import state_code
from arap.outbox.actions.resolving import CANCELLABLE, SENDABLE, suppression_of
from arap.outbox.models import Attachment, Attempt, Message, Suppression

State = Message.State

# The views of the list, and the states in each; "all" names none.
VIEWS: dict[str, tuple[str, ...]] = {
    "all": (),
    "attention": (State.FAILED, State.BOUNCED, State.UNKNOWN),
    "waiting": (State.PENDING, State.SENDING),
    "sent": (State.SENT,),
    "cancelled": (State.CANCELLED,),
}
# What was left without an answer.
NO_ANSWER = ("", Attempt.Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message in the list."""

    message: Message
    state: str


@dataclass(frozen=True, slots=True)
class Try:
    """A try with the code of its outcome."""

    attempt: Attempt
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """One message: its tries newest first, files, what it is about, and what may be decided about it."""

    message: Message
    state: str
    tries: list[Try]
    attachments: list[Attachment]
    about_name: str
    about_url: str
    suppression: Suppression | None
    was_handed_over: bool  # by the last try, without an answer
    was_taken: bool  # by the server that got it from us
    can_send_again: bool
    can_mark_sent: bool
    can_cancel: bool
    tries_left: int


def matching(company: Company, view: str, text: str) -> QuerySet[Message]:
    """The company's messages of a view whose address, recipient or subject contains `text`, newest first."""
    found = Message.objects.filter(company=company).order_by("-id")
    if states := VIEWS[view]:
        found = found.filter(state__in=states)
    if text:
        found = found.filter(Q(to_address__icontains=text) | Q(subject__icontains=text) | Q(to_name__icontains=text))
    return found


def counts(company: Company) -> dict[str, int]:
    """How many messages each view holds. One query."""
    rows = Message.objects.filter(company=company).order_by().values_list("state").annotate(Count("pk"))
    by_state = dict(rows)
    return {
        name: sum(count for state, count in by_state.items() if not states or state in states)
        for name, states in VIEWS.items()
    }


def message_page(message: Message) -> MessagePage:
    """Everything about one message. A handful of queries."""
    tries = list(Attempt.objects.filter(message=message).order_by("-number"))
    attachments = Attachment.objects.filter(message=message).select_related("file").defer("file__content")
    name, url = _about(message)
    return MessagePage(
        message=message,
        state=state_code(message.state),
        tries=[Try(attempt, state_code(attempt.outcome)) for attempt in tries],
        attachments=list(attachments.order_by("line")),
        about_name=name,
        about_url=url,
        suppression=suppression_of(message),
        was_handed_over=bool(tries and tries[0].handed_over_at and tries[0].outcome in NO_ANSWER),
        was_taken=bool(tries and tries[0].outcome == Attempt.Outcome.SENT),
        can_send_again=message.state in SENDABLE,
        can_mark_sent=message.state == State.UNKNOWN,
        can_cancel=message.state in CANCELLABLE,
        tries_left=max(message.attempts_max - message.attempts, 0),
    )


def _about(message: Message) -> tuple[str, str]:
    """Name and address of what the message is about. It belongs to a room above, so it is known by its label only."""
    if not message.about_type or message.about_id is None:
        return "", ""
    try:
        model: Any = apps.get_model(message.about_type)
    except LookupError:  # the room is gone; the message stays
        return "", ""
    if not issubclass(model, CompanyOwned):
        return "", ""
    found = model._default_manager.filter(pk=message.about_id, company_id=message.company_id).first()
    if found is None:
        return "", ""
    try:
        url = reverse(f"{model._meta.app_label}:detail", args=[found.pk])
    except NoReverseMatch:
        url = ""
    return f"{model._meta.verbose_name} {found}", url

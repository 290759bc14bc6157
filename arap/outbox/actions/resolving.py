"""What people decide about messages."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import F, Model
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.jobs import enqueue
from arap.core.models import Company, User
from arap.outbox.about import messages_about_ids
from arap.outbox.actions.queueing import SEND_TASK
from arap.outbox.models import ATTEMPTS_MAX, Message, Suppression

State = Message.State
SENDABLE = (State.FAILED, State.BOUNCED, State.UNKNOWN)
REASON_MAX = 500
CANCELLABLE = (State.PENDING, State.FAILED, State.BOUNCED, State.UNKNOWN)


@transaction.atomic
def send_again(message: Message, *, by: User, is_checked: bool = False, to_address: str = "") -> None:
    """Put a message that failed, bounced or is in doubt back into the queue, with as many tries as at first.

    About one in doubt the person says that it did not arrive (`is_checked`). `to_address` corrects the address.
    Raises, in this order, Invalid("not_checked"), Invalid("bad_address"), Refused("suppressed") and
    Refused("state_changed").
    """
    if message.state == State.UNKNOWN and not is_checked:
        raise Invalid(
            "not_checked", _("Find out first whether it arrived: nobody gets the same twice."), field="checked"
        )
    address = (to_address or message.to_address).strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("bad_address", _("Type an e-mail address."), field="to_address") from None
    if suppression_of(message, address):
        raise Refused("suppressed", _("Nothing is sent to this address until you allow it again."), field="to_address")
    before = {"state": message.state, "to_address": message.to_address}
    _move(
        message,
        SENDABLE,
        State.PENDING,
        to_address=address,
        attempts_max=F("attempts") + ATTEMPTS_MAX,
        next_attempt_at=Now(),
        last_error="",
    )
    old, new = audit.difference(before, {"state": message.state, "to_address": message.to_address})
    audit.record(by=by, verb="message.send_again", obj=message, before=old, after=new)
    enqueue(SEND_TASK)


@transaction.atomic
def mark_sent(message: Message, *, by: User) -> None:
    """The person has found out that a message in doubt arrived. Raises Refused("state_changed")."""
    attempt = message.tries.filter(number=message.attempts).first()
    sent_at: Any = attempt.handed_over_at if attempt and attempt.handed_over_at else Now()
    _decide(message, (State.UNKNOWN,), State.SENT, "message.mark_sent", by, sent_at=sent_at, last_error="")


@transaction.atomic
def cancel(message: Message, *, by: User) -> None:
    """Do not send it, or not again. One that is being sent cannot be stopped. Raises Refused("state_changed")."""
    _decide(message, CANCELLABLE, State.CANCELLED, "message.cancel", by)


def cancel_about(company: Company, about: type[Model], ids: Iterable[int]) -> int:
    """Do not send what waits about the rows of `about` with these ids (or a query of them); returns how many messages.

    Belongs inside the transaction of the act that withdraws them, which writes the audit row. What a worker holds at
    this moment is its guard's to refuse, also when it comes back to wait.
    """
    assert connection.in_atomic_block, "messages are withdrawn together with what they are about"
    waiting = messages_about_ids(company, about, ids).filter(state=State.PENDING)
    return waiting.update(state=State.CANCELLED)


def cancel_to(company: Company, addresses: Iterable[str]) -> int:
    """Do not send what waits for these addresses, whose people are forgotten; returns how many messages.

    Belongs inside the transaction of the act that forgets them, which writes the audit row.
    """
    assert connection.in_atomic_block, "messages are withdrawn together with those they are for"
    waiting = Message.objects.filter(company=company, state=State.PENDING).annotate(to=Lower("to_address"))
    return waiting.filter(to__in=[address.lower() for address in addresses]).update(state=State.CANCELLED)


def ask_again(company: Company, *, kind: Message.Kind, customer_id: int) -> None:
    """Ask the guards of what waits for a customer now, and not only when its next try is due."""
    waiting = Message.objects.filter(company=company, kind=kind, customer_id=customer_id, state=State.PENDING)
    if waiting.filter(next_attempt_at__gt=Now()).update(next_attempt_at=Now()):
        enqueue(SEND_TASK)


@transaction.atomic
def allow_address(suppression: Suppression, *, by: User) -> None:
    """Write to the address again from now on; messages that failed because of it are sent again one by one."""
    audit.record(
        by=by,
        verb="suppression.clear",
        obj=suppression,
        before={"address": suppression.address, "reason": suppression.reason},
    )
    suppression.delete()


def suppress(message: Message, said: str) -> None:
    """Write to the message's address no more, because it is no good: that is what was `said`."""
    address = message.to_address.strip().lower()
    row = Suppression(company_id=message.company_id, address=address, reason=said[:REASON_MAX], message=message)
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


def suppression_of(message: Message, address: str = "") -> Suppression | None:
    """Why nothing is sent to the message's address, or to `address`; None when it may be written to."""
    wanted = (address or message.to_address).strip()
    return Suppression.objects.filter(company_id=message.company_id, address__iexact=wanted).first()


def _decide(message: Message, before: tuple[str, ...], after: str, verb: str, by: User, **values: Any) -> None:
    was = message.state
    _move(message, before, after, **values)
    audit.record(by=by, verb=verb, obj=message, before={"state": was}, after={"state": message.state})


def _move(message: Message, before: tuple[str, ...], after: str, **values: Any) -> None:
    """Only from one of the states in `before`, as it is stored at this moment and as the person saw it."""
    seen = State(message.state)
    if seen in before:
        assert (seen, after) in Message.TRANSITIONS
        if Message.objects.filter(pk=message.pk, state=seen).update(state=after, **values):
            message.refresh_from_db()
            return
    raise Refused("state_changed", _("The message has moved on meanwhile; look at it again."))

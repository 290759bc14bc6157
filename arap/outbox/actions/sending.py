"""Handing messages over: one at a time, each step committed, so that whoever dies leaves behind how far it came.

Claim (lease, attempt row) · ask whether it is still due · transfer · note the hand-over · end it · note what was said.
"""

import logging
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from arap.core.jobs import enqueue
from arap.core.places import place
from arap.outbox.actions.queueing import SEND_TASK
from arap.outbox.actions.resolving import suppress
from arap.outbox.mime import build, recipient_address, sender_address
from arap.outbox.models import Attachment, Attempt, Message, Suppression
from arap.outbox.rules import Fate, wait_seconds
from arap.outbox.smtp import Carrier, LeaseLost

logger = logging.getLogger(__name__)

# Short enough that a worker that is asked to stop has ended before anybody loses patience.
DRAIN_SECONDS = 15
LOCK_CLASS = 0x6F7574  # the senders' places among PostgreSQL's advisory locks
TEXT_MAX = 500

State = Message.State

CLAIM = """
with due as (
    select id from outbox_message
    where state = 'pending' and next_attempt_at <= clock_timestamp()
    order by next_attempt_at, id
    limit 1
    for update skip locked
),
claimed as (
    update outbox_message set
        state = 'sending',
        attempts = attempts + 1,
        lease_owner = %(owner)s,
        lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
    where id in (select id from due)
    returning id, company_id, attempts, to_address, coalesce(not_after < clock_timestamp(), false) as is_late
)
insert into outbox_attempt (company_id, message_id, number, to_address, started_at)
select company_id, id, attempts, to_address, clock_timestamp() from claimed
returning message_id, number, started_at, (select is_late from claimed)
"""

# The lease is asked for and renewed in the same breath: a worker that was given up for dead hands nothing over. Nor is
# anything of a practice company handed over, whatever was asked before.
HAND_OVER = """
with mine as (
    update outbox_message set lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
    where id = %(message)s and state = 'sending' and lease_owner = %(owner)s and lease_until > clock_timestamp()
        and not exists (
            select from core_company c where c.id = outbox_message.company_id and c.practice_for_id is not null
        )
    returning id
)
update outbox_attempt set handed_over_at = clock_timestamp()
where message_id in (select id from mine) and number = %(number)s
"""


@dataclass(slots=True)
class _Claim:
    """A message in this worker's hands."""

    owner: UUID
    message: Message
    number: int
    started_at: datetime
    is_late: bool
    is_handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How one try ended: `detail` is for people, `code` the server's."""

    fate: Fate
    detail: str = ""
    code: int | None = None
    is_gone: bool = False
    is_away: bool = False


@dataclass(slots=True)
class Drained:
    """What one round did, by fate. `is_more`: there was still something due when the time was over."""

    counts: Counter[str] = field(default_factory=Counter)
    is_more: bool = False


def drain(*, seconds: float = DRAIN_SECONDS) -> Drained:
    """Hand over what is due, for at most `seconds`, over one connection; only so many workers do at a time.

    A server that cannot be reached ends the round: the other messages are not to blame and keep their tries.
    """
    done = Drained()
    with place(LOCK_CLASS, settings.OUTBOX_SENDERS) as is_free:
        if not is_free:
            return done
        carrier, deadline = Carrier(), time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                ending = send_next(carrier)
                if ending is None:
                    return done
                done.counts[ending.fate.value] += 1
                if ending.is_away:
                    return done
        finally:
            carrier.close()
        done.is_more = True
    return done


def send_due() -> Drained:
    """One round, and a wake-up for the next where more is due."""
    done = drain()
    if done.is_more:
        enqueue(SEND_TASK)
    return done


def send_next(carrier: Carrier) -> Ending | None:
    """Claim the next due message, try to hand it over and note how that ended; None when nothing is due."""
    claim = _claim(uuid4())
    if claim is None:
        return None
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        with translation.override(claim.message.company.language):
            ending = _try(claim, carrier)
            _settle(claim, ending)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    return ending


@transaction.atomic
def _claim(owner: UUID) -> _Claim | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"owner": owner, "lease_seconds": settings.OUTBOX_LEASE_SECONDS})
        row = cursor.fetchone()
    if row is None:
        return None
    pk, number, started_at, is_late = row
    return _Claim(owner, Message.objects.select_related("company").get(pk=pk), number, started_at, is_late)


def _try(claim: _Claim, carrier: Carrier) -> Ending:
    """Ask, build, hand over. What raises is one message's trouble, not the round's."""
    try:
        return _not_due(claim) or _hand_over(claim, carrier)
    except LeaseLost:
        return Ending(Fate.UNKNOWN if claim.is_handed_over else Fate.DEFERRED, _("Taken over by another worker."))
    except Exception as error:
        logger.exception("message %s", claim.message.pk)
        fate = Fate.UNKNOWN if claim.is_handed_over else Fate.DEFERRED
        return Ending(fate, f"{type(error).__name__}: {error}")


def _not_due(claim: _Claim) -> Ending | None:
    """Why the message is not to be sent (any more); None when it is."""
    message = claim.message
    if message.company.is_practice:
        return Ending(Fate.CANCELLED, _("A practice company sends nothing. In a real one this would have left now."))
    if claim.is_late:
        return Ending(Fate.CANCELLED, _("Not sent in time: it would have come too late."))
    if Suppression.objects.filter(company=message.company, address__iexact=message.to_address.strip()).exists():
        return Ending(Fate.FAILED, _("Nothing is sent to this address since a message to it came back."))
    if message.guard:
        with transaction.atomic():
            reason = import_string(message.guard)(message)
        if reason:
            return Ending(Fate.CANCELLED, str(reason))
    return None


def _hand_over(claim: _Claim, carrier: Carrier) -> Ending:
    message = claim.message
    files = list(Attachment.objects.filter(message=message).select_related("file").order_by("line"))
    content = build(message, message.company, files, at=claim.started_at).as_bytes()

    def before_end() -> None:
        # Whoever asks the worker to end, as Celery does when it loses its broker, waits until the answer is noted.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        _note_hand_over(claim)
        claim.is_handed_over = True

    reply = carrier.carry(content, sender=sender_address(), recipient=recipient_address(message), before_end=before_end)
    verdict = reply.verdict
    return Ending(verdict.fate, reply.text, reply.code, is_gone=verdict.is_gone, is_away=reply.is_away)


@transaction.atomic
def _note_hand_over(claim: _Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            HAND_OVER,
            {
                "message": claim.message.pk,
                "owner": claim.owner,
                "number": claim.number,
                "lease_seconds": settings.OUTBOX_LEASE_SECONDS,
            },
        )
        if cursor.rowcount != 1:
            raise LeaseLost(claim.message.pk)


@transaction.atomic
def _settle(claim: _Claim, ending: Ending) -> None:
    """Note how the try ended, unless the lease was lost and somebody else has decided meanwhile."""
    message = claim.message
    state = _state_after(ending.fate, claim.number >= message.attempts_max)
    pause = timedelta(seconds=wait_seconds(claim.number, settings.OUTBOX_RETRY_SECONDS))
    changed = Message.objects.filter(pk=message.pk, state=State.SENDING, lease_owner=claim.owner).update(
        state=state,
        lease_owner=None,
        lease_until=None,
        next_attempt_at=Now() + pause if ending.fate is Fate.DEFERRED else Now(),
        last_error="" if ending.fate is Fate.SENT else ending.detail[:TEXT_MAX],
        sent_at=Now() if ending.fate is Fate.SENT else None,
    )
    if not changed and not (ending.fate is Fate.SENT and _resolve_doubt(claim)):
        return
    Attempt.objects.filter(message=message, number=claim.number).update(
        finished_at=Now(), outcome=ending.fate.value, smtp_code=ending.code, detail=ending.detail[:TEXT_MAX]
    )
    if ending.is_gone:
        suppress(message, f"{ending.code} {ending.detail}" if ending.code else ending.detail)


def _state_after(fate: Fate, was_last: bool) -> Message.State:
    if fate is Fate.DEFERRED:
        return State.FAILED if was_last else State.PENDING
    return State(fate.value)


def _resolve_doubt(claim: _Claim) -> bool:
    """The answer came after all, when the message was in doubt already and nobody had decided."""
    changed = Message.objects.filter(pk=claim.message.pk, state=State.UNKNOWN, attempts=claim.number)
    return bool(changed.update(state=State.SENT, sent_at=Now(), last_error=""))

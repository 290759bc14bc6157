"""Delivering: one at a time, claimed with a lease, signed, tried again with growing pauses. At least once: whoever is
told takes the id of the event for what it is and forgets the second telling."""

import hashlib
import hmac
import http.client
import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.api.actions.finding import SEND_TASK
from arap.api.models import Delivery
from arap.api.models.webhooks import ATTEMPTS_MAX
from arap.api.webhooks.carrier import BadAddress, Reply, carry
from arap.core import audit
from arap.core.errors import Refused
from arap.core.jobs import enqueue
from arap.core.models import User
from arap.outbox.rules import wait_seconds

logger = logging.getLogger(__name__)

ROUND_SECONDS = 15
LEASE_SECONDS = 120
FIRST_PAUSE_SECONDS = 30
TEXT_MAX = 500
State = Delivery.State

CLAIM = """
update api_delivery set
    state = 'sending', attempts = attempts + 1, lease_owner = %(owner)s,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
where id = (
    select d.id from api_delivery d join api_webhook w on w.id = d.webhook_id and w.is_active
    where d.state = 'pending' and d.next_attempt_at <= clock_timestamp()
    order by d.next_attempt_at, d.id
    limit 1
    for update of d skip locked
)
returning id
"""

# What a dead worker left behind is due again, unless it was the last try.
REAP = """
update api_delivery set
    state = case when attempts >= attempts_max then 'failed' else 'pending' end,
    lease_owner = null, lease_until = null, next_attempt_at = clock_timestamp()
where id in (
    select id from api_delivery where state = 'sending' and lease_until < clock_timestamp() for update skip locked
)
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one try ended. `is_final`: there is no use in trying again."""

    status: int | None
    detail: str
    is_taken: bool = False
    is_final: bool = False


def deliver(*, seconds: float = ROUND_SECONDS) -> Counter[str]:
    """Deliver what is due, for at most about `seconds`; how many ended in which state. Wakes the next round."""
    counts: Counter[str] = Counter()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = deliver_next()
        if state is None:
            return counts
        counts[state] += 1
    enqueue(SEND_TASK)
    return counts


def deliver_next() -> str | None:
    """Deliver the next one that is due; the state it is in afterwards, None when nothing is due."""
    owner = uuid4()
    delivery = _claim(owner)
    if delivery is None:
        return None
    return _settle(delivery, owner, _try(delivery))


@transaction.atomic
def _claim(owner: UUID) -> Delivery | None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"owner": owner, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
    return Delivery.objects.select_related("webhook").get(pk=row[0]) if row else None


def _try(delivery: Delivery) -> Ending:
    body = json.dumps(delivery.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "arap",
        "Arap-Event": delivery.event,
        "Arap-Delivery": delivery.key,
        "Arap-Signature": signature(bytes(delivery.webhook.secret), body, int(time.time())),
    }
    try:
        reply = carry(delivery.webhook.url, body, headers)
    except BadAddress as error:
        return Ending(None, str(error), is_final=True)
    except (OSError, http.client.HTTPException) as error:
        return Ending(None, f"{type(error).__name__}: {error}")
    return _ending(reply)


def _ending(reply: Reply) -> Ending:
    # 410 Gone: the other side asks not to be told any more of this.
    return Ending(reply.status, "" if reply.is_taken else reply.text, reply.is_taken, is_final=reply.status == 410)


def _settle(delivery: Delivery, owner: UUID, ending: Ending) -> str:
    """Note how the try ended, unless the lease was lost to somebody else meanwhile."""
    state = State.DELIVERED if ending.is_taken else State.PENDING
    if not ending.is_taken and (ending.is_final or delivery.attempts >= delivery.attempts_max):
        state = State.FAILED
    pause = timedelta(seconds=wait_seconds(delivery.attempts, FIRST_PAUSE_SECONDS))
    Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, lease_owner=owner).update(
        state=state,
        lease_owner=None,
        lease_until=None,
        next_attempt_at=Now() + pause,
        last_status=ending.status,
        last_error=ending.detail[:TEXT_MAX],
        delivered_at=Now() if ending.is_taken else F("delivered_at"),
    )
    return state.value


def signature(secret: bytes, body: bytes, at: int) -> str:
    """`t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`: it says who sent the body, and when."""
    mark = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mark}"


@transaction.atomic
def reap() -> int:
    """Take deliveries back from workers whose lease ran out; how many."""
    with connection.cursor() as cursor:
        cursor.execute(REAP)
        return int(cursor.rowcount)


def sweep() -> int:
    """Take back what got stuck, and wake the delivery when anything is due; how many were stuck."""
    stuck = reap()
    if Delivery.objects.filter(state=State.PENDING, next_attempt_at__lte=Now(), webhook__is_active=True).exists():
        enqueue(SEND_TASK)
    return stuck


@transaction.atomic
def replay(delivery: Delivery, *, by: User) -> None:
    """Tell it again, with as many tries as at first. Raises Refused("state_changed") while it is on its way."""
    changed = Delivery.objects.filter(pk=delivery.pk, state__in=[State.DELIVERED, State.FAILED]).update(
        state=State.PENDING, attempts_max=F("attempts") + ATTEMPTS_MAX, next_attempt_at=Now(), last_error=""
    )
    if not changed:
        raise Refused("state_changed", _("It is on its way already."))
    audit.record(by=by, verb="webhook.replay", obj=delivery, after={"key": delivery.key})
    enqueue(SEND_TASK)

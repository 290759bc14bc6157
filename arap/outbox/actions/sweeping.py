"""What a dead worker or a lost wake-up left lying."""

from collections import Counter

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from arap.core.jobs import enqueue
from arap.outbox.actions.queueing import SEND_TASK
from arap.outbox.models import Message

# A worker that holds the row at this moment is alive: its row is skipped. What was not handed over is due again, unless
# it has killed its last worker; what was handed over without an answer is for a person to decide.
REAP = """
with stuck as (
    select id, attempts, attempts_max from outbox_message
    where state = 'sending' and lease_until < clock_timestamp()
    for update skip locked
),
judged as (
    select
        stuck.id, stuck.attempts,
        case
            when attempt.handed_over_at is not null then 'unknown'
            when stuck.attempts >= stuck.attempts_max then 'failed'
            else 'pending'
        end as state
    from stuck left join outbox_attempt attempt on attempt.message_id = stuck.id and attempt.number = stuck.attempts
),
moved as (
    update outbox_message set
        state = judged.state, lease_owner = null, lease_until = null, next_attempt_at = clock_timestamp(),
        last_error = ''
    from judged where outbox_message.id = judged.id
),
noted as (
    update outbox_attempt set
        finished_at = clock_timestamp(), outcome = case when judged.state = 'unknown' then 'unknown' else 'deferred' end
    from judged where message_id = judged.id and number = judged.attempts
)
select state, count(*) from judged group by state
"""


@transaction.atomic
def reap() -> Counter[str]:
    """Take messages back from workers whose lease ran out; how many went into which state."""
    with connection.cursor() as cursor:
        cursor.execute(REAP)
        return Counter(dict(cursor.fetchall()))


def sweep() -> Counter[str]:
    """Take back what got stuck, and wake the senders when anything is due."""
    reaped = reap()
    due = Message.objects.filter(state=Message.State.PENDING, next_attempt_at__lte=Now())
    for _nth in due[: settings.OUTBOX_SENDERS].values_list("pk"):
        enqueue(SEND_TASK)
    return reaped

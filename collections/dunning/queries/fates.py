"""What became of reminders, for lists and pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from arap.outbox.about import BY_PERSON_SQL, state_code
from arap.outbox.models import Message
from cases.models import Hold
from dunning.models import Notice
from dunning.refusals import Cause, hold_words, holds_of, read_refusal, words

# The one that needs attention comes first.
MESSAGE_ORDER = ("unknown", "bounced", "failed", "sending", "pending", "sent", "cancelled")
STATE_OF_CAUSE = {
    Cause.HELD: "on_hold",
    Cause.STOPPED: "cancelled",
    Cause.SUPERSEDED: "reminder_superseded",
    Cause.NO_ADDRESS: "reminder_no_address",
}


@dataclass(frozen=True, slots=True)
class Fate:
    """`state` is a key of STATES: its own until it is released, then what its messages say. `reason`: why not sent."""

    state: str
    reason: str = ""


def fates(notices: Sequence[Notice], *, today: date) -> dict[int, Fate]:
    """Notice id -> what became of it, in the language in use; one that waits of a customer on hold `today` says so.

    At most three queries.
    """
    if not notices:
        return {}
    sent: dict[int, set[str]] = defaultdict(set)
    by_person: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select about_id, state, {BY_PERSON_SQL} from outbox_message m"  # noqa: S608
            " where company_id = any(%s) and about_type = 'dunning.notice' and about_id = any(%s)",
            [list({notice.company_id for notice in notices}), [notice.pk for notice in notices]],
        )
        for notice_id, state, is_by_person in cursor.fetchall():
            sent[notice_id].add(state)
            if is_by_person:
                by_person.add(notice_id)
    refusals = {
        notice.pk: refusal
        for notice in notices
        if notice.state == Notice.State.CANCELLED and (refusal := read_refusal(notice.reason))
    }
    holds = holds_of(refusals.values())
    held = _held(notices, today)
    found = {}
    for notice in notices:
        if refusal := refusals.get(notice.pk):
            state = STATE_OF_CAUSE.get(refusal.cause, "reminder_cancelled")
            if refusal.cause is Cause.SUPERSEDED and notice.released_at is None:
                reason = _("Nobody released it, and a later run decided anew.")
            else:
                reason = words(refusal, holds.get(refusal))
            found[notice.pk] = Fate(state, reason)
        elif notice.pk in held:
            found[notice.pk] = Fate("on_hold", hold_words(held[notice.pk]))
        else:
            found[notice.pk] = _fate(notice, sent[notice.pk], notice.pk in by_person)
    return found


def _held(notices: Sequence[Notice], today: date) -> dict[int, Hold]:
    """Those that wait though their customer is on hold: nobody shall expect them to leave."""
    waiting = [notice for notice in notices if notice.state == Notice.State.PROPOSED]
    if not waiting:
        return {}
    holds = Hold.objects.in_force(as_of=today).filter(
        company__in={notice.company_id for notice in waiting},
        customer__in={notice.customer_id for notice in waiting},
        item__isnull=True,
    )
    of = {hold.customer_id: hold for hold in holds.select_related("set_by").order_by("pk")}
    return {notice.pk: of[notice.customer_id] for notice in waiting if notice.customer_id in of}


def _fate(notice: Notice, messages: set[str], is_by_person: bool) -> Fate:
    if notice.state == Notice.State.EXCLUDED:
        return Fate("reminder_excluded", notice.reason)
    if notice.state != Notice.State.RELEASED or not messages:
        return Fate(f"reminder_{notice.state}")
    message = next(each for each in MESSAGE_ORDER if each in messages)
    if message != Message.State.CANCELLED:
        return Fate(state_code(message))
    if is_by_person:
        return Fate("not_sent", _("Cancelled in the outbox: this step counts as done and is not proposed again."))
    return Fate("reminder_cancelled")

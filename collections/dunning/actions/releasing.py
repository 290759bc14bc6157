"""Sending what was decided: notices become messages, in chunks."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.models import User
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from dunning.actions.notices import call_off
from dunning.letters import Letter, letters_of
from dunning.models import DunningPolicy, DunningRun, Notice
from dunning.queries.truth import against
from dunning.refusals import Cause, Refusal

NOTICES_AT_ONCE = 200
GUARD = "dunning.guards.still_due"

State = DunningRun.State


class Released(NamedTuple):
    """How many notices were released now, and how many are not sent; each of these says why."""

    released: int
    not_sent: int


def release_run(
    run: DunningRun,
    *,
    by: User | None,
    as_of: date,
    only_automatic: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Released:
    """Queue a message for each contact of each notice that waits and is still true on `as_of`.

    With `only_automatic` only those whose policy releases by itself. Safe to run twice and to go on after a kill, or
    after `progress` raised: a notice and its messages change together. Raises Refused("run_undecided") while the run is
    being decided and Refused("run_stopped").
    """
    run.refresh_from_db()
    if run.state == State.DECIDING:
        raise Refused("run_undecided", _("This run is still being decided."))
    if run.state == State.STOPPED:
        raise Refused("run_stopped", _("This run was stopped."))
    notices = run.notices.all()
    if only_automatic:
        notices = notices.filter(policy__release=DunningPolicy.Release.AUTOMATIC)
    total, waiting = notices.count(), notices.filter(state=Notice.State.PROPOSED).order_by("pk")
    released = not_sent = 0
    while ids := list(waiting.values_list("pk", flat=True)[:NOTICES_AT_ONCE]):
        done = _release_chunk(run, ids, by, as_of)
        released, not_sent = released + done.released, not_sent + done.not_sent
        progress(total - waiting.count(), total)
    _close(run)
    return Released(released, not_sent)


def release_notice(notice: Notice, *, by: User, as_of: date) -> None:
    """Queue one reminder of a run. Raises Refused("notice_decided") when it waits no more.

    One that is not true any more on `as_of` is not sent; it says why.
    """
    done = _release_chunk(notice.run, [notice.pk], by, as_of)
    if done == Released(0, 0):
        raise Refused("notice_decided", _("This reminder does not wait any more."))
    notice.refresh_from_db()
    _close(notice.run)


def _release_chunk(run: DunningRun, ids: list[int], by: User | None, as_of: date) -> Released:
    """Release those of the notices `ids` that still wait; one that another worker is just releasing is waited for."""
    notices = list(Notice.objects.filter(pk__in=ids, state=Notice.State.PROPOSED).select_related("run").order_by("pk"))
    # Rendered before anything is locked: what a notice states never changes.
    letters = letters_of(run.company, notices)
    with transaction.atomic():
        if DunningRun.objects.select_for_update(no_key=True).get(pk=run.pk).state == State.STOPPED:
            return Released(0, 0)
        waiting = list(
            Notice.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=[notice.pk for notice in notices], state=Notice.State.PROPOSED)
            .order_by("pk")
        )
        refusals = against(run.company, waiting, as_of=as_of)
        # whoever received reminders when the run was decided may have gone since
        addressed = {letter.notice.pk for letter in letters}
        refusals |= {
            notice.pk: Refusal(Cause.NO_ADDRESS)
            for notice in waiting
            if notice.pk not in addressed and notice.pk not in refusals
        }
        call_off(refusals, by=by)
        going = {notice.pk for notice in waiting} - set(refusals)
        messages = [_message(letter) for letter in letters if letter.notice.pk in going]
        queue(run.company, messages, by=by)
        Notice.objects.filter(pk__in=going).update(state=Notice.State.RELEASED, released_at=Now(), decided_by=by)
        if waiting:
            audit.record(
                by=by,
                verb="reminder.release",
                obj=run,
                after={"notices": len(going), "messages": len(messages), "not_sent": len(refusals)},
            )
    return Released(len(going), len(refusals))


def _message(letter: Letter) -> NewMessage:
    return NewMessage(
        kind=Message.Kind.REMINDER,
        dedupe_key=f"reminder:{letter.notice.pk}:{letter.contact_id}",
        customer_id=letter.notice.customer_id,
        about=letter.notice,
        to_name=letter.to_name,
        to_address=letter.to_address,
        language=letter.notice.language,
        subject=letter.subject,
        body_text=letter.text,
        body_html=letter.html,
        guard=GUARD,
    )


@transaction.atomic
def _close(run: DunningRun) -> None:
    """A decided run in which nothing waits any more is released."""
    waiting = Notice.objects.filter(run=run, state=Notice.State.PROPOSED)
    open_run = DunningRun.objects.filter(pk=run.pk, state=State.PROPOSED)
    if not waiting.exists():
        open_run.update(state=State.RELEASED, released_at=Now())
    run.refresh_from_db()

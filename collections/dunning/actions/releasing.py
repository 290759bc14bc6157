"""Sending what was decided: notices become messages, in chunks."""

from collections.abc import Callable

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.models import User
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from dunning.letters import letters_of
from dunning.models import DunningPolicy, DunningRun, Notice

NOTICES_AT_ONCE = 200
GUARD = "dunning.guards.still_due"


def release_run(
    run: DunningRun,
    *,
    by: User | None,
    only_automatic: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Queue a message for each contact of each notice that waits; returns how many notices were released now.

    With `only_automatic` only those whose policy releases by itself. Safe to run twice and to go on after a kill: a
    notice and its messages change together. Raises Refused("run_undecided") while the run is being decided.
    """
    if run.state == DunningRun.State.DECIDING:
        raise Refused("run_undecided", _("This run is still being decided."))
    waiting = run.notices.filter(state=Notice.State.PROPOSED)
    if only_automatic:
        waiting = waiting.filter(policy__release=DunningPolicy.Release.AUTOMATIC)
    total, done = waiting.count(), 0
    while released := _release_chunk(run, list(waiting.values_list("pk", flat=True)[:NOTICES_AT_ONCE]), by):
        done += released
        progress(done, max(done, total))
    _close(run)
    return done


@transaction.atomic
def _release_chunk(run: DunningRun, ids: list[int], by: User | None) -> int:
    """Release those of the notices `ids` that still wait; one that another worker is just releasing is waited for."""
    locked = Notice.objects.select_for_update(of=("self",)).filter(pk__in=ids, state=Notice.State.PROPOSED)
    notices = list(locked.select_related("run").order_by("pk"))
    if not notices:
        return 0
    letters = letters_of(run.company, notices)
    messages = [
        NewMessage(
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
        for letter in letters
    ]
    queue(run.company, messages, by=by)
    addressed = {letter.notice.pk for letter in letters}
    Notice.objects.filter(pk__in=addressed).update(state=Notice.State.RELEASED, released_at=Now(), decided_by=by)
    # whoever received reminders when the run was decided may have gone since
    Notice.objects.filter(pk__in=[notice.pk for notice in notices if notice.pk not in addressed]).update(
        state=Notice.State.CANCELLED, reason="no_address"
    )
    audit.record(by=by, verb="reminder.release", obj=run, after={"notices": len(addressed), "messages": len(messages)})
    return len(notices)


@transaction.atomic
def _close(run: DunningRun) -> None:
    """A decided run in which nothing waits any more is released."""
    waiting = Notice.objects.filter(run=run, state=Notice.State.PROPOSED)
    open_run = DunningRun.objects.filter(pk=run.pk, state=DunningRun.State.PROPOSED)
    if not waiting.exists():
        open_run.update(state=DunningRun.State.RELEASED, released_at=Now())
    run.refresh_from_db()

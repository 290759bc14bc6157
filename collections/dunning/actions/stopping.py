"""Keeping back what has not left."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.models import User
from arap.outbox.about import messages_about_ids
from arap.outbox.actions import cancel_about
from arap.outbox.models import Message
from dunning.actions.notices import call_off
from dunning.models import DunningRun, Notice
from dunning.refusals import Cause, Refusal


@transaction.atomic
def stop_run(run: DunningRun, *, by: User) -> int:
    """Stop a run: what waits is not sent; returns how many reminders that keeps back. The next run decides them anew.

    What is being handed over at this moment goes, unless its guard is still to be asked. Raises Refused("run_ended").
    """
    locked = DunningRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if locked.state == DunningRun.State.STOPPED:
        raise Refused("run_ended", _("This run has been stopped already."))
    waiting = set(run.notices.filter(state=Notice.State.PROPOSED).values_list("pk", flat=True))
    released = run.notices.filter(state=Notice.State.RELEASED).values_list("pk", flat=True)
    queued = messages_about_ids(run.company, Notice, released).filter(state=Message.State.PENDING)
    touched = _notices(queued)
    cancelled = cancel_about(run.company, Notice, touched)
    # somebody else at the customer may have received it already
    reached = messages_about_ids(run.company, Notice, touched).exclude(state=Message.State.CANCELLED)
    kept_back = waiting | (touched - _notices(reached))
    call_off(dict.fromkeys(kept_back, Refusal(Cause.STOPPED)), by=by)
    DunningRun.objects.filter(pk=run.pk).update(state=DunningRun.State.STOPPED)
    run.refresh_from_db()
    audit.record(by=by, verb="reminder.stop", obj=run, after={"reminders": len(kept_back), "messages": cancelled})
    return len(kept_back)


def _notices(messages: QuerySet[Message]) -> set[int]:
    return {pk for pk in messages.values_list("about_id", flat=True) if pk is not None}

"""What a reviewer decides about single statements of a run: left out for a reason, put back, sent alone afterwards."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import User
from statements.actions.sending import queue_statements
from statements.models import Statement, StatementRun
from statements.models.choices import Unsent
from statements.queries.recipients import recipients


@transaction.atomic
def leave_out(statement: Statement, *, reason: str, by: User) -> None:
    """Keep a statement that waits for the release of its run from being sent with it.

    Raises Invalid("no_reason"), Refused("not_waiting").
    """
    reason = reason.strip()[:300]
    if not reason:
        raise Invalid("no_reason", _("Say why it is left out."), field="reason")
    _lock_run(statement)  # a release that is checking who goes waits, or is waited for
    row = _locked(statement)
    if row.run_id is None or row.released_at or row.unsent:
        raise Refused("not_waiting", _("This statement does not wait to be released."))
    Statement.objects.filter(pk=row.pk).update(unsent=Unsent.EXCLUDED, left_out_by=by, left_out_reason=reason)
    audit.record(by=by, verb="statement.leave_out", obj=row, after={"number": row.number, "reason": reason})


@transaction.atomic
def put_back(statement: Statement, *, by: User) -> None:
    """Let a statement that was left out go with its run after all.

    Raises Refused("not_left_out"), Refused("run_ended") once the run has been released or stopped.
    """
    run = _lock_run(statement)
    row = _locked(statement)
    if row.unsent != Unsent.EXCLUDED or run is None:
        raise Refused("not_left_out", _("This statement is not left out."))
    if run.state in StatementRun.ENDED:
        raise Refused("run_ended", _("Its run has ended; send this statement alone."))
    Statement.objects.filter(pk=row.pk).update(unsent="", left_out_by=None, left_out_reason="")
    audit.record(
        by=by, verb="statement.put_back", obj=row, before={"number": row.number, "reason": row.left_out_reason}
    )


def release_one(statement: Statement, *, by: User | None) -> None:
    """Send a statement that its released run left behind, for want of an address, say, now that there is one.

    Raises Refused("no_address"), Refused("inactive"), Refused("not_left_out"), and Refused("run_not_released") while
    its run waits or when it was stopped: what goes with a run is decided there.
    """
    contact = recipients(statement.company, [statement.customer_id]).get(statement.customer_id)
    if contact is None:
        raise Refused("no_address", _("Nobody at this customer receives statements. Type an address."))
    with transaction.atomic():
        run = _lock_run(statement)
        if run is None or run.state != StatementRun.State.RELEASED:
            raise Refused("run_not_released", _("Its run is not released; see there."))
        row = _locked(statement)
        if not row.customer.is_active:
            raise Refused("inactive", _("This customer is inactive."))
        if not row.unsent or row.unsent == Unsent.STOPPED:
            raise Refused("not_left_out", _("This statement has been released already."))
        Statement.objects.filter(pk=row.pk).update(
            unsent="", to_name=contact.name, to_address=contact.address, to_language=contact.language,
            released_at=Now(), released_by=by,
        )  # fmt: skip
        row.refresh_from_db()
        if row.file_id:
            queue_statements(row.company, [row])
        audit.record(by=by, verb="statement.send", obj=row, after={"to_address": contact.address})


def _lock_run(statement: Statement) -> StatementRun | None:
    """The statement's run, locked before the statement, in the order in which runs are released and stopped."""
    if statement.run_id is None:
        return None
    return StatementRun.objects.select_for_update(no_key=True).get(pk=statement.run_id)


def _locked(statement: Statement) -> Statement:
    rows = Statement.objects.select_for_update(of=("self",)).select_related("company", "customer")
    return rows.get(pk=statement.pk)

"""What a reviewer decides about single statements of a run: left out for a reason, put back, its PDF tried again."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.jobs import enqueue
from arap.core.models import User
from statements.models import Statement
from statements.models.choices import Unsent


@transaction.atomic
def leave_out(statement: Statement, *, reason: str, by: User) -> None:
    """Keep a statement that waits for the release of its run from being sent with it.

    Raises Invalid("no_reason"), Refused("not_waiting").
    """
    reason = reason.strip()[:300]
    if not reason:
        raise Invalid("no_reason", _("Say why it is left out."), field="reason")
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
    row = _locked(statement)
    if row.unsent != Unsent.EXCLUDED or row.run is None:
        raise Refused("not_left_out", _("This statement is not left out."))
    if row.run.state in (row.run.State.RELEASED, row.run.State.STOPPED):
        raise Refused("run_ended", _("Its run has ended; send this statement alone."))
    Statement.objects.filter(pk=row.pk).update(unsent="", left_out_by=None, left_out_reason="")
    audit.record(
        by=by, verb="statement.put_back", obj=row, before={"number": row.number, "reason": row.left_out_reason}
    )


@transaction.atomic
def retry_pdf(statement: Statement, *, by: User) -> None:
    """Try once more to make the PDF of a statement where that failed. Raises Refused("not_failed")."""
    changed = Statement.objects.filter(pk=statement.pk, pdf_state=Statement.Pdf.FAILED).update(
        pdf_state=Statement.Pdf.WAITING, pdf_error="", claimed_until=None
    )
    if not changed:
        raise Refused("not_failed", _("Its PDF has not failed."))
    audit.record(by=by, verb="statement.retry_pdf", obj=statement, after={"number": statement.number})
    enqueue("statements.tasks.render_one", statement.pk)


def _locked(statement: Statement) -> Statement:
    return Statement.objects.select_for_update(of=("self",)).select_related("run", "company").get(pk=statement.pk)

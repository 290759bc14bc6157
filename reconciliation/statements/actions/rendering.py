"""Making PDFs: workers claim statements one by one with a lease, render outside of any transaction, keep each once."""

import logging
import time
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import DomainError, Refused
from arap.core.files import NewFile, store
from arap.core.jobs import enqueue
from arap.core.models import User
from arap.core.pdf import render_pdf
from arap.core.places import place
from arap.outbox.about import messages_about_ids
from arap.outbox.models import Message
from statements.actions.sending import queue_statements
from statements.actions.starting import start_release
from statements.models import Statement, StatementRun
from statements.paper import file_name, html_of
from statements.queries.said import said_of

logger = logging.getLogger(__name__)

RENDER_TASK = "statements.tasks.render"
# Longer than one document can take: its turn, the start of a process that renders, and its own time.
LEASE_SECONDS = 180
ATTEMPTS_MAX = 5
# Short, so that what waits in the queue behind it, mail above all, does not wait long.
ROUND_SECONDS = 15
LOCK_CLASS = 0x737470  # the renderers' places among PostgreSQL's advisory locks

Render = Callable[[str], bytes]

_CLAIM = """
update statements_statement
   set claimed_until = clock_timestamp() + make_interval(secs => %(lease)s), pdf_attempts = pdf_attempts + 1
 where id = (
   select id from statements_statement
    where pdf_state = 'waiting' and (claimed_until is null or claimed_until < clock_timestamp())
      and (%(run)s::bigint is null or run_id = %(run)s) and (%(one)s::bigint is null or id = %(one)s)
    order by id limit 1 for update skip locked)
returning id
"""


def render_round() -> int:
    """Make the PDFs that wait for at most ROUND_SECONDS, where one of the places is free, and wake the next round.

    Returns how many. Whoever comes in vain need not come again: those who hold the places look for what is left.
    """
    with place(LOCK_CLASS, settings.STATEMENT_RENDERERS) as is_free:
        made = render_waiting(seconds=ROUND_SECONDS) if is_free else 0
    if made and _free().exists():
        enqueue(RENDER_TASK)
    return made


def wake_renderers() -> int:
    """Wake as many workers as may render at once and find something; returns how many PDFs wait that nobody holds."""
    lying = _free().count()
    for _nth in range(min(lying, settings.STATEMENT_RENDERERS)):
        enqueue(RENDER_TASK)
    return lying


def render_waiting(
    *,
    run_id: int | None = None,
    statement_id: int | None = None,
    seconds: float | None = None,
    render: Render = render_pdf,
) -> int:
    """Make the PDFs that wait, of a run or of all, for at most `seconds`; returns how many. Queues what was released.

    As many workers as there are may do so at once: each claims its own, and what a dead one held is free again when
    its lease has run out. The run whose last PDF it was becomes ready.
    """
    made, runs = 0, set[int]()
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        statement = _claim(run_id, statement_id)
        if statement is None:
            break
        _keep(statement, *_made(statement, render))
        made += 1
        if statement.run_id:
            runs.add(statement.run_id)
    for run in runs:
        settle(run)
    return made


def _free() -> QuerySet[Statement]:
    """What waits for its PDF and nobody holds."""
    waiting = Statement.objects.filter(pdf_state=Statement.Pdf.WAITING)
    return waiting.filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()))


def _claim(run_id: int | None, statement_id: int | None) -> Statement | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE_SECONDS, "run": run_id, "one": statement_id})
        row = cursor.fetchone()
    return Statement.objects.select_related("company").get(pk=row[0]) if row else None


def _made(statement: Statement, render: Render) -> tuple[bytes | None, str]:
    """The PDF, or None and why: one document that cannot be made holds up nobody else's."""
    with translation.override(statement.company.language):
        if statement.pdf_attempts > ATTEMPTS_MAX:
            return None, _("Gave up: the work was interrupted too many times.")
        try:
            return render(html_of(said_of(statement.company, [statement])[0])), ""
        except DomainError as error:
            return None, str(error)
        except (SoftTimeLimitExceeded, OperationalError):
            # The worker's time is over, or the database is away: not the document's fault. Its lease runs out and it
            # is tried again.
            raise
        except Exception:
            logger.exception("the PDF of statement %s could not be made", statement.pk)
            return None, _(
                "Something went wrong on our side; it was noted. If it fails again, tell your administrator."
            )


@transaction.atomic
def _keep(statement: Statement, content: bytes | None, error: str) -> None:
    """Keep the file, or why there is none. A worker that was given up for dead adds nothing to what another one kept.

    A statement that was released before is sent now: who comes last, its release or its PDF, queues it.
    """
    waiting = Statement.objects.select_for_update().filter(pk=statement.pk, pdf_state=Statement.Pdf.WAITING)
    row = waiting.first()
    if row is None:
        return
    file = None
    if content is not None:
        new = NewFile(name=file_name(row), media_type="application/pdf", content=content)
        file = store(statement.company, [new], by=None)[0]
    row.claimed_until, row.pdf_attempts = None, 0
    row.pdf_state = Statement.Pdf.MADE if file else Statement.Pdf.FAILED
    row.file, row.pdf_error = file, error[:300]
    row.save(update_fields=["claimed_until", "pdf_attempts", "pdf_state", "file", "pdf_error"])
    if file and row.released_at and not row.unsent:
        queue_statements(statement.company, [row])


def settle(run_id: int) -> None:
    """A run whose PDFs are all made is ready; one that releases itself gets a job that does so."""
    waiting = Statement.objects.filter(run=run_id, pdf_state=Statement.Pdf.WAITING)
    if waiting.exists():
        return
    with transaction.atomic():
        run = StatementRun.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=run_id)
        if run.state != StatementRun.State.RENDERING or waiting.exists():
            return
        run.state = StatementRun.State.READY
        run.save(update_fields=["state"])
        if run.releases_itself:
            start_release(run, by=None)


@transaction.atomic
def retry_failed(run: StatementRun, *, by: User | None) -> int:
    """Try the PDFs that could not be made once more; returns how many."""
    changed = _wait_anew(Statement.objects.filter(run=run))
    if changed:
        audit.record(by=by, verb="statement.retry_pdf", obj=run, after={"pdfs": changed})
        wake_renderers()
    return changed


@transaction.atomic
def retry_pdf(statement: Statement, *, by: User) -> None:
    """Try once more to make the PDF of a statement where that failed. Raises Refused("not_failed")."""
    if not _wait_anew(Statement.objects.filter(pk=statement.pk)):
        raise Refused("not_failed", _("Its PDF has not failed."))
    audit.record(by=by, verb="statement.retry_pdf", obj=statement, after={"number": statement.number})
    enqueue("statements.tasks.render_one", statement.pk)


def _wait_anew(rows: QuerySet[Statement]) -> int:
    return rows.filter(pdf_state=Statement.Pdf.FAILED).update(
        pdf_state=Statement.Pdf.WAITING, pdf_error="", claimed_until=None
    )


def message_of(statement: Statement) -> Message | None:
    """The latest message with this statement."""
    return messages_about_ids(statement.company, Statement, [statement.pk]).order_by("-pk").first()

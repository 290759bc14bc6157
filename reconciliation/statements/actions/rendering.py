"""Making PDFs: workers claim statements with a lease, render outside of any transaction, and keep the file once."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from arap.core.errors import DomainError
from arap.core.files import NewFile, store
from arap.core.jobs import enqueue
from arap.core.pdf import render_pdf
from arap.outbox.models import Message
from statements.actions.sending import queue_statements
from statements.models import Statement, StatementRun
from statements.paper import file_name, html_of
from statements.queries.said import Said, said_of

logger = logging.getLogger(__name__)

RENDER_TASK = "statements.tasks.render"
BATCH = 10
LEASE_SECONDS = 180

Render = Callable[[str], bytes]

_CLAIM = """
update statements_statement set claimed_until = clock_timestamp() + make_interval(secs => %(lease)s)
 where id in (
   select id from statements_statement
    where pdf_state = 'waiting' and (claimed_until is null or claimed_until < clock_timestamp())
      and (%(run)s::bigint is null or run_id = %(run)s) and (%(one)s::bigint is null or id = %(one)s)
    order by id limit %(batch)s for update skip locked)
returning id
"""


@dataclass(frozen=True, slots=True)
class _Made:
    statement: Statement
    file: NewFile | None
    error: str


def render_waiting(
    *,
    run_id: int | None = None,
    statement_id: int | None = None,
    seconds: float | None = None,
    render: Render = render_pdf,
    progress: Callable[[int], None] = lambda made: None,
) -> int:
    """Make the PDFs that wait, of a run or of all, for at most `seconds`; returns how many. Queues what was released.

    As many workers as there are may do so at once: each claims its own, and what a dead one held is free again when
    its lease has run out. The run whose last PDF it was becomes ready.
    """
    made, deadline = 0, time.monotonic() + seconds if seconds is not None else None
    while deadline is None or time.monotonic() < deadline:
        ids = _claim(run_id, statement_id)
        if not ids:
            break
        runs = _render_batch(ids, render)
        made += len(ids)
        for each in runs:
            settle(each)
        progress(made)
    return made


def _claim(run_id: int | None, statement_id: int | None) -> list[int]:
    parameters = {"lease": LEASE_SECONDS, "run": run_id, "one": statement_id, "batch": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        return [row[0] for row in cursor.fetchall()]


def _render_batch(ids: list[int], render: Render) -> set[int]:
    """Render and keep; returns the runs that they belong to."""
    rows = list(Statement.objects.filter(pk__in=ids).select_related("company").order_by("pk"))
    for company in {row.company for row in rows}:
        own = [row for row in rows if row.company_id == company.pk]
        _keep([_made(row, said, render) for row, said in zip(own, said_of(company, own), strict=True)])
    return {row.run_id for row in rows if row.run_id}


def _made(statement: Statement, said: Said, render: Render) -> _Made:
    """The PDF, or why there is none: one document that cannot be made holds up nobody else's."""
    try:
        content = render(html_of(said))
    except DomainError as error:
        return _Made(statement, None, str(error)[:300])
    except SoftTimeLimitExceeded:
        raise  # the worker's time is over, not the document's fault: its lease runs out and it is tried again
    except Exception as error:
        logger.exception("the PDF of statement %s could not be made", statement.pk)
        return _Made(statement, None, type(error).__name__)
    return _Made(statement, NewFile(name=file_name(statement), media_type="application/pdf", content=content), "")


@transaction.atomic
def _keep(made: list[_Made]) -> None:
    """Keep the files of those that still wait: a worker that was given up for dead adds nothing."""
    locked = Statement.objects.select_for_update(of=("self",)).filter(
        pk__in=[each.statement.pk for each in made], pdf_state=Statement.Pdf.WAITING
    )
    waiting = {row.pk: row for row in locked.select_related("company", "released_by").order_by("pk")}
    ours = [each for each in made if each.statement.pk in waiting]
    if not ours:
        return
    company = ours[0].statement.company
    files = iter(store(company, [each.file for each in ours if each.file], by=None))
    changed = []
    for each in ours:
        row = waiting[each.statement.pk]
        row.claimed_until = None
        row.file = next(files) if each.file else None
        row.pdf_state = Statement.Pdf.MADE if each.file else Statement.Pdf.FAILED
        row.pdf_error = each.error
        changed.append(row)
    Statement.objects.bulk_update(changed, ["claimed_until", "file", "pdf_state", "pdf_error"])
    queue_statements(company, [row for row in changed if row.file and row.released_at and not row.unsent])


def settle(run_id: int) -> None:
    """A run whose PDFs are all made is ready; one that releases itself is woken to do so."""
    with transaction.atomic():
        run = StatementRun.objects.select_for_update().get(pk=run_id)
        waiting = Statement.objects.filter(run=run, pdf_state=Statement.Pdf.WAITING).exists()
        if run.state != StatementRun.State.RENDERING or waiting:
            return
        StatementRun.objects.filter(pk=run.pk).update(state=StatementRun.State.READY)
        if run.releases_itself:
            enqueue("statements.tasks.release_by_itself", run.pk)


def retry_failed(run: StatementRun) -> int:
    """Try the PDFs that could not be made once more; returns how many."""
    changed = Statement.objects.filter(run=run, pdf_state=Statement.Pdf.FAILED).update(
        pdf_state=Statement.Pdf.WAITING, pdf_error="", claimed_until=None
    )
    if changed:
        enqueue(RENDER_TASK, run.pk)
    return changed


def message_of(statement: Statement) -> Message | None:
    """The latest message with this statement."""
    return (
        Message.objects.filter(
            company=statement.company_id, about_type=Statement._meta.label_lower, about_id=statement.pk
        )
        .order_by("-pk")
        .first()
    )

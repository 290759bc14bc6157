"""Runs: statements for all customers or a segment, made once however often the run is begun, then released."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.jobs import enqueue
from arap.core.models import Company, User
from arap.outbox.models import Message
from customers.models import Customer
from statements.actions.making import Wanted, make_batch, wanted
from statements.actions.rendering import RENDER_TASK, settle
from statements.actions.sending import queue_statements
from statements.models import Statement, StatementRun, StatementSkipped
from statements.models.choices import Unsent
from statements.queries.recipients import recipients
from statements.rules import reply_by

CUSTOMERS_AT_ONCE = 1000
MESSAGES_AT_ONCE = 200

Progress = Callable[[int, int], None]
State = StatementRun.State


def begin_run(
    company: Company,
    *,
    as_of: date,
    kind: str,
    language: str,
    segment: str = "",
    from_on: date | None = None,
    releases_itself: bool = False,
    at: datetime,
    today: date,
    by: User | None,
) -> StatementRun:
    """The run of that day, kind, language and segment: a new one at the book's position now, or the one there is.

    Raises Invalid("future") and Invalid("period").
    """
    key = {"company": company, "as_of": as_of, "kind": kind, "language": language, "segment": segment}
    found = StatementRun.objects.filter(**key).first()
    if found is not None:
        return found
    want = wanted(company, kind=kind, as_of=as_of, from_on=from_on, language=language, at=at, today=today)
    try:
        with transaction.atomic():
            run = StatementRun.objects.create(
                **key,
                from_on=want.from_on,
                position=want.position,
                known_at=at,
                reply_by_on=reply_by(today),
                releases_itself=releases_itself,
                created_by=by,
            )
            audit.record(
                by=by,
                verb="statement.run",
                obj=run,
                after={"as_of": as_of, "kind": kind, "language": language, "segment": segment},
            )
            return run
    except IntegrityError:
        return StatementRun.objects.get(**key)  # begun by somebody else at this moment


def make_records(run: StatementRun, *, today: date, progress: Progress = lambda done, total: None) -> None:
    """Make the run's statements with their numbers, a thousand customers in a transaction; PDFs come afterwards.

    Safe to call twice, at once, and after a kill: a chunk and how far the run is are committed together.
    """
    customers = Customer.objects.filter(company=run.company)
    if run.segment:
        customers = customers.filter(segment=run.segment)
    total = customers.count()
    done = customers.filter(pk__lte=run.made_through).count()
    while count := _make_chunk(run, today):
        done += count
        progress(done, total)
    run.refresh_from_db()
    settle(run.pk)


@transaction.atomic
def _make_chunk(run: StatementRun, today: date) -> int:
    """The next customers; 0 when there are none left or the run has moved on."""
    locked = StatementRun.objects.select_for_update(of=("self",)).select_related("company", "created_by").get(pk=run.pk)
    if locked.state != State.MAKING:
        return 0
    customers = Customer.objects.filter(company=locked.company, pk__gt=locked.made_through)
    if locked.segment:
        customers = customers.filter(segment=locked.segment)
    chunk = list(customers.select_related("terms").order_by("pk")[:CUSTOMERS_AT_ONCE])
    if not chunk:
        StatementRun.objects.filter(pk=run.pk).update(state=State.RENDERING)
        enqueue(RENDER_TASK, run.pk)
        enqueue(RENDER_TASK, run.pk)  # two workers, where there are two
        return 0
    want = Wanted(
        kind=locked.kind,
        as_of=locked.as_of,
        from_on=locked.from_on,
        language=locked.language,
        position=locked.position,
        known_at=locked.known_at,
        made_on=today,
    )
    made = make_batch(locked.company, chunk, want, run=locked, by=locked.created_by)
    speaking = {row.customer_id for row in made}
    StatementSkipped.objects.bulk_create(
        StatementSkipped(company=locked.company, run=locked, customer=customer, reason=Unsent.NOTHING)
        for customer in chunk
        if customer.pk not in speaking
    )
    StatementRun.objects.filter(pk=run.pk).update(made_through=chunk[-1].pk)
    return len(chunk)


def release_run(run: StatementRun, *, by: User | None, progress: Progress = lambda done, total: None) -> int:
    """Send the run: one message for each customer who has an address; returns how many were released now.

    Safe to call twice and after a kill. A customer without an address, or inactive, keeps the statement and is noted.
    Raises Refused("run_not_ready") while it is being made, Refused("run_stopped").
    """
    run.refresh_from_db()
    if run.state == State.STOPPED:
        raise Refused("run_stopped", _("This run was stopped."))
    if run.state not in (State.READY, State.RELEASED):
        raise Refused("run_not_ready", _("This run is still being made."))
    waiting = Statement.objects.filter(run=run, released_at=None, unsent="")
    total, done, released = waiting.count(), 0, 0
    while True:
        with transaction.atomic():
            count, sent = _release_chunk(run, by)
        done, released = done + count, released + sent
        if not count:
            break
        progress(done, total)
    with transaction.atomic():
        changed = StatementRun.objects.filter(pk=run.pk, state=State.READY).update(
            state=State.RELEASED, released_at=Now(), released_by=by
        )
        run.refresh_from_db()
        if changed or released:
            audit.record(by=by, verb="statement.release", obj=run, after={"released": released})
    return released


def _release_chunk(run: StatementRun, by: User | None) -> tuple[int, int]:
    """(statements decided about, of them to be sent)."""
    rows = list(
        Statement.objects.select_for_update(of=("self",))
        .filter(run=run, released_at=None, unsent="")
        .select_related("company", "customer", "file")
        .order_by("pk")[:MESSAGES_AT_ONCE]
    )
    contacts = recipients(run.company, [row.customer_id for row in rows])
    at = Now()
    for row in rows:
        contact = contacts.get(row.customer_id)
        if not row.customer.is_active:
            row.unsent = Unsent.INACTIVE
        elif contact is None:
            row.unsent = Unsent.NO_ADDRESS
        else:
            row.to_name, row.to_address, row.to_language = contact.name, contact.address, contact.language
            row.released_at, row.released_by = at, by
    fields = ["unsent", "to_name", "to_address", "to_language", "released_at", "released_by"]
    Statement.objects.bulk_update(rows, fields)
    sent = [row for row in rows if not row.unsent]
    queue_statements(run.company, [row for row in sent if row.file])
    # One whose PDF failed is sent as soon as somebody has it made, and does not count as on its way until then.
    return len(rows), sum(row.file is not None for row in sent)


def release_one(statement: Statement, *, by: User | None) -> None:
    """Send a statement of a run that was left out for want of an address, now that there is one.

    Raises Refused("no_address"), Refused("not_left_out").
    """
    contact = recipients(statement.company, [statement.customer_id]).get(statement.customer_id)
    if contact is None:
        raise Refused("no_address", _("Nobody at this customer receives statements. Type an address."))
    with transaction.atomic():
        row = Statement.objects.select_for_update(of=("self",)).select_related("file", "company").get(pk=statement.pk)
        if not row.unsent or row.unsent == Unsent.STOPPED:
            raise Refused("not_left_out", _("This statement has been released already."))
        Statement.objects.filter(pk=row.pk).update(
            unsent="", to_name=contact.name, to_address=contact.address, to_language=contact.language,
            released_at=Now(), released_by=by,
        )  # fmt: skip
        row.refresh_from_db()
        if row.file:
            queue_statements(row.company, [row])
        audit.record(by=by, verb="statement.send", obj=row, after={"to_address": contact.address})


@transaction.atomic
def stop_run(run: StatementRun, *, by: User) -> int:
    """Stop what has not been sent: messages that wait are cancelled; returns how many statements that keeps back.

    What is being handed over at this moment goes. Statements and PDFs stay. Raises Refused("run_ended").
    """
    locked = StatementRun.objects.select_for_update().get(pk=run.pk)
    if locked.state == State.STOPPED:
        raise Refused("run_ended", _("This run has been stopped already."))
    own = Statement.objects.filter(run=run)
    unsent = own.filter(released_at=None, unsent="").update(unsent=Unsent.STOPPED)
    pending = Message.objects.select_for_update(skip_locked=True).filter(
        company=locked.company_id,
        about_type=Statement._meta.label_lower,
        about_id__in=own.values("pk"),
        state=Message.State.PENDING,
    )
    cancelled = Message.objects.filter(pk__in=[row.pk for row in pending]).update(state=Message.State.CANCELLED)
    # released, but its PDF was still to come
    unsent += own.filter(pdf_state=Statement.Pdf.WAITING, unsent="").update(unsent=Unsent.STOPPED)
    StatementRun.objects.filter(pk=run.pk).update(state=State.STOPPED)
    run.refresh_from_db()
    audit.record(by=by, verb="statement.stop", obj=run, after={"statements": unsent, "messages": cancelled})
    return unsent + cancelled

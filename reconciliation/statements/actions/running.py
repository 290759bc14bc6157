"""Runs: statements for all customers or a segment, made once however often the run is begun, then released."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.core.wording import prose_day
from arap.ledger.queries import first_booked_on
from arap.outbox.about import messages_about_ids
from arap.outbox.actions import cancel_about
from arap.outbox.models import Message
from customers.models import Customer
from statements.actions.making import Wanted, make_batch, wanted
from statements.actions.rendering import settle, wake_renderers
from statements.actions.sending import queue_statements
from statements.models import Statement, StatementRun, StatementRunTotal, StatementSkipped
from statements.models.choices import Unsent
from statements.queries.book import book_totals
from statements.queries.recipients import recipients
from statements.queries.releasing import plan_of
from statements.rules import reply_by

CUSTOMERS_AT_ONCE = 500
MESSAGES_AT_ONCE = 200

Progress = Callable[[int, int], None]
State = StatementRun.State
CHANGED = _("Meanwhile it has changed who would get a statement, or at which address. Nothing was sent; look again.")


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

    Raises Invalid("future"), Invalid("period"), and Invalid("before_book") for a day before anything was booked.
    """
    key = {"company": company, "as_of": as_of, "kind": kind, "language": language, "segment": segment}
    known = StatementRun.objects.filter(**key).exclude(state=State.DISCARDED)
    found = known.first()
    if found is not None:
        return found
    want = wanted(company, kind=kind, as_of=as_of, from_on=from_on, language=language, at=at, today=today)
    refuse_before_book(company, as_of)
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
        return known.get()  # begun by somebody else at this moment


def refuse_before_book(company: Company, as_of: date) -> None:
    """Raises Invalid("before_book") for a day on which nothing was booked yet: the run would be empty."""
    first = first_booked_on(company)
    if first is not None and as_of < first:
        text = _("The book begins on %(day)s; choose that day or a later one.") % {"day": prose_day(first)}
        raise Invalid("before_book", text, field="as_of")


def make_records(run: StatementRun, *, today: date, progress: Progress = lambda done, total: None) -> None:
    """Make the run's statements with their numbers, 500 customers in a transaction; PDFs come afterwards.

    Safe to call twice, at once, and after a kill: a chunk and how far the run is are committed together.
    """
    customers = Customer.objects.filter(company=run.company)
    if run.segment:
        customers = customers.filter(segment=run.segment)
    total = customers.count()
    done = customers.filter(pk__lte=run.made_through).count()
    _keep_totals(run)
    while count := _make_chunk(run, today):
        done += count
        progress(done, total)
    run.refresh_from_db()
    settle(run.pk)


@transaction.atomic
def _make_chunk(run: StatementRun, today: date) -> int:
    """The next customers; 0 when there are none left or the run has moved on."""
    rows = StatementRun.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "created_by")
    locked = rows.get(pk=run.pk)
    if locked.state != State.MAKING:
        return 0
    customers = Customer.objects.filter(company=locked.company, pk__gt=locked.made_through)
    if locked.segment:
        customers = customers.filter(segment=locked.segment)
    chunk = list(customers.select_related("terms").order_by("pk")[:CUSTOMERS_AT_ONCE])
    if not chunk:
        StatementRun.objects.filter(pk=run.pk).update(state=State.RENDERING)
        wake_renderers()
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


def _keep_totals(run: StatementRun) -> None:
    """What the run must come to, read once: the position stays, and the page that shows it is looked at often."""
    if StatementRunTotal.objects.filter(run=run).exists():
        return
    rows = [
        StatementRunTotal(
            company=run.company, run=run, currency=total.currency, aging=total.aging, unidentified=total.unidentified,
            control=total.control,
        )
        for total in book_totals(run)
    ]  # fmt: skip
    StatementRunTotal.objects.bulk_create(rows, ignore_conflicts=True)  # two at once read the same


def release_run(
    run: StatementRun,
    *,
    by: User | None,
    expected: str | None = None,
    begins: Callable[[], object] | None = None,
    progress: Progress = lambda done, total: None,
) -> int:
    """Send the run: one message for each customer who has an address; returns how many were queued now.

    Safe to call twice, at once, and after a kill. A customer without an address, or inactive, keeps the statement and
    is noted. A statement whose PDF could not be made is released, too, and queued when it is made after all.
    `expected` is the digest of the plan that somebody saw: while it is another one, nothing is sent. `begins` is called
    once that is so, in the transaction of the first chunk. Raises Refused("run_not_ready") while it is being made,
    Refused("run_stopped"), Refused("changed").
    """
    run.refresh_from_db()
    _refuse_unready(run)
    total = Statement.objects.filter(run=run).count()
    queued = 0
    while (sent := _release_chunk(run, by, expected, begins)) is not None:
        expected, begins = None, None
        queued += sent
        progress(total - _undecided(run).count(), total)
    run.refresh_from_db()
    return queued


def _refuse_unready(run: StatementRun) -> None:
    if run.state == State.STOPPED:
        raise Refused("run_stopped", _("This run was stopped."))
    if run.state == State.DISCARDED:
        raise Refused("run_stopped", _("This run was discarded."))
    if run.state not in (State.READY, State.RELEASED):
        raise Refused("run_not_ready", _("This run is still being made."))


def _undecided(run: StatementRun) -> QuerySet[Statement]:
    return Statement.objects.filter(run=run, released_at=None, unsent="")


@transaction.atomic
def _release_chunk(
    run: StatementRun, by: User | None, expected: str | None, begins: Callable[[], object] | None
) -> int | None:
    """Decide about the next statements; how many messages were queued, or None when there was nothing left to decide.

    The run's row is the lock: who stops it or releases it at the same time waits. It is released with its last chunk.
    """
    locked = StatementRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    _refuse_unready(locked)
    if expected is not None and plan_of(locked).digest != expected:
        raise Refused("changed", CHANGED)
    if begins is not None:
        begins()
    undecided = _undecided(run).select_for_update(of=("self",)).select_related("customer").order_by("pk")
    rows = list(undecided[:MESSAGES_AT_ONCE])
    if not rows and locked.state == State.RELEASED:
        return None
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
    released = [row for row in rows if not row.unsent]
    queued = queue_statements(run.company, [row for row in released if row.file_id])
    if locked.state == State.READY and not _undecided(run).exists():
        StatementRun.objects.filter(pk=run.pk).update(state=State.RELEASED, released_at=at, released_by=by)
    audit.record(by=by, verb="statement.release", obj=run, after={"released": len(released)})
    return len(queued) if rows else None


@transaction.atomic
def stop_run(run: StatementRun, *, by: User) -> int:
    """Stop what has not been sent: messages that wait are cancelled; returns how many statements that keeps back.

    What a worker holds at this moment is refused by its guard, unless it is being handed over: that goes. Statements
    and PDFs stay. Raises Refused("run_ended").
    """
    locked = StatementRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if locked.state == State.STOPPED:
        raise Refused("run_ended", _("This run has been stopped already."))
    if locked.state == State.DISCARDED:
        raise Refused("run_ended", _("This run was discarded."))
    own = Statement.objects.filter(run=run)
    unsent = own.filter(unsent="")
    messages = messages_about_ids(run.company, Statement, own.values_list("pk", flat=True))
    ended = messages.exclude(state__in=[Message.State.PENDING, Message.State.SENDING, Message.State.CANCELLED])
    cancelled = cancel_about(run.company, Statement, own.values_list("pk", flat=True))
    stopped = unsent.exclude(pk__in=messages.values("about_id")).update(unsent=Unsent.STOPPED)
    unsent.exclude(pk__in=ended.values("about_id")).update(unsent=Unsent.STOPPED)  # what the guard reads
    StatementRun.objects.filter(pk=run.pk).update(state=State.STOPPED)
    run.refresh_from_db()
    audit.record(by=by, verb="statement.stop", obj=run, after={"statements": stopped, "messages": cancelled})
    return stopped + cancelled


@transaction.atomic
def discard_run(run: StatementRun, *, reason: str, by: User) -> None:
    """Put aside a run of which nothing was released, so that lists do not show it and another can be begun.

    Its statements stay, stopped. Raises Invalid("no_reason"), Refused("run_ended"), Refused("run_released").
    """
    reason = reason.strip()[:300]
    if not reason:
        raise Invalid("no_reason", _("Say why it is discarded."), field="reason")
    locked = StatementRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if locked.state == State.DISCARDED:
        raise Refused("run_ended", _("This run was discarded."))
    own = Statement.objects.filter(run=run)
    if locked.released_at or own.exclude(released_at=None).exists():
        raise Refused("run_released", _("Statements of this run were released, so it stays."))
    own.filter(unsent="").update(unsent=Unsent.STOPPED)
    StatementRun.objects.filter(pk=run.pk).update(
        state=State.DISCARDED, discarded_by=by, discarded_at=Now(), discarded_reason=reason
    )
    run.refresh_from_db()
    audit.record(by=by, verb="statement.discard", obj=run, after={"reason": reason, "statements": own.count()})

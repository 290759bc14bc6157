"""What a run decided, read for tables, pages and programs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core import wording
from arap.core.models import Company
from arap.outbox.about import messages_about_ids
from arap.outbox.models import Message
from customers.models import Contact, Customer
from customers.recipients import receives_sql
from dunning.models import DunningRun, Notice, NoticeItem, Skipped
from dunning.queries.fates import fates
from dunning.refusals import Cause


@dataclass(frozen=True, slots=True)
class Asked:
    """An item of a reminder: what is open of it, and how many days it is over (negative: before due)."""

    number: str
    currency: str
    open_amount: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A reminder as decided: to which customer (code), at which step, for what, and why."""

    customer: str
    step: int
    items: tuple[Asked, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """The table of a run. `messages`: how many e-mails it is, one for each contact that receives reminders."""

    run_id: int
    as_of: date
    customers: int
    messages: int
    by_step: dict[int, int]
    skipped: tuple[tuple[str, str], ...]
    decisions: tuple[Decision, ...]


def table_of(run: DunningRun) -> Decided:
    """The whole run in order of customer codes. Five queries; what is left out is a code of dunning.rules.Reason."""
    notices = list(Notice.objects.filter(run=run).select_related("cycle"))
    lines: dict[int, list[Asked]] = defaultdict(list)
    rows = NoticeItem.objects.filter(notice__run=run).order_by("due_on", "number", "line")
    for notice_id, number, currency, left, days in rows.values_list(
        "notice_id", "number", "currency", "open_amount", "days"
    ):
        lines[notice_id].append(Asked(number, currency, left, days))
    skipped = list(Skipped.objects.filter(run=run).values_list("customer_id", "reason"))
    ids = {notice.customer_id for notice in notices} | {pk for pk, _reason in skipped}
    codes = dict(Customer.objects.filter(company=run.company_id, pk__in=ids).values_list("pk", "code"))
    decisions = [
        Decision(codes[notice.customer_id], notice.step, tuple(lines[notice.pk]), why(notice, run.as_of))
        for notice in notices
    ]
    return Decided(
        run_id=run.pk,
        as_of=run.as_of,
        customers=len(decisions),
        messages=_messages(run),
        by_step=dict(sorted(Counter(notice.step for notice in notices).items())),
        skipped=tuple(sorted((codes[pk], reason) for pk, reason in skipped)),
        decisions=tuple(sorted(decisions, key=lambda decision: decision.customer)),
    )


def _messages(run: DunningRun) -> int:
    """Messages of what was released, and those that what still waits will become."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select (select count(*) from outbox_message m join dunning_notice n on n.id = m.about_id
                     where m.company_id = %(company)s and m.about_type = 'dunning.notice' and n.run_id = %(run)s)
                 + (select count(*) from dunning_notice n join customers_contact k on k.customer_id = n.customer_id
                     where n.run_id = %(run)s and n.state = 'proposed'
                       and {receives_sql(Contact.Paper.REMINDER)})
            """,  # noqa: S608
            {"company": run.company_id, "run": run.pk},
        )
        return int(cursor.fetchone()[0])


def why(notice: Notice, as_of: date) -> str:
    """One sentence in the language in use: whose age decided, and since when the cycle runs."""
    words = {"number": notice.why_number, "days": f"{abs(notice.why_days):,}"}
    if notice.cycle is None:
        if notice.why_days == 0:
            return _("%(number)s is due today and was not announced yet.") % words
        return (
            ngettext(
                "%(number)s is due in %(days)s day and was not announced yet.",
                "%(number)s is due in %(days)s days and was not announced yet.",
                -notice.why_days,
            )
            % words
        )
    step = ngettext("the reminder at %(days)s day", "the reminder at %(days)s days", notice.step_days) % {
        "days": f"{notice.step_days:,}"
    }
    words |= {"step": step, "since": wording.prose_day(notice.cycle.started_on)}
    if notice.age_step is not None:
        return (
            ngettext(
                "%(number)s is %(days)s day overdue; never reminded before, so %(step)s is next.",
                "%(number)s is %(days)s days overdue; never reminded before, so %(step)s is next.",
                notice.why_days,
            )
            % words
        )
    return (
        ngettext(
            "%(number)s is %(days)s day overdue; %(step)s was not sent yet in the cycle since %(since)s.",
            "%(number)s is %(days)s days overdue; %(step)s was not sent yet in the cycle since %(since)s.",
            notice.why_days,
        )
        % words
    )


@dataclass(frozen=True, slots=True)
class RunCount:
    """A run in the list: how many it reminds, of which so many wait, did not leave or were left out by hand, which is
    `excluded`; and how many customers it leaves out itself.
    """

    run: DunningRun
    notices: int
    waiting: int
    not_sent: int
    excluded: int
    skipped: int


_COUNTS = """
select run_id, step, min(step_days), count(*), count(*) filter (where state = 'proposed'),
       count(*) filter (where state = 'cancelled'), count(*) filter (where state = 'excluded')
  from dunning_notice where run_id = any(%(runs)s) group by 1, 2
union all
select run_id, null, null, count(*), 0, 0, 0 from dunning_skipped where run_id = any(%(runs)s) group by 1
order by 1, 2
"""


def counts_of(runs: Sequence[DunningRun]) -> list[RunCount]:
    """One query for a page of runs."""
    rows = _counted(runs)
    return [_sum_of(run, [row for row in rows if row.run_id == run.pk]) for run in runs]


@dataclass(frozen=True, slots=True)
class StepCount:
    """A step of a run: how many it reminds."""

    step: int
    days: int
    count: int


def steps_of(run: DunningRun) -> tuple[RunCount, list[StepCount]]:
    """The same for one run, and how many by step. One query."""
    rows = _counted([run])
    return _sum_of(run, rows), [StepCount(row.step, row.days, row.number) for row in rows if row.step is not None]


class _Counted(NamedTuple):
    """A step of a run; without a step, those it leaves out."""

    run_id: int
    step: int | None
    days: int
    number: int
    waiting: int
    not_sent: int
    excluded: int


def _counted(runs: Sequence[DunningRun]) -> list[_Counted]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"runs": [run.pk for run in runs]})
        return [_Counted(*row) for row in cursor.fetchall()]


def _sum_of(run: DunningRun, rows: Sequence[_Counted]) -> RunCount:
    return RunCount(
        run=run,
        notices=sum(row.number for row in rows if row.step is not None),
        waiting=sum(row.waiting for row in rows),
        not_sent=sum(row.not_sent for row in rows),
        excluded=sum(row.excluded for row in rows),
        skipped=sum(row.number for row in rows if row.step is None),
    )


def unsent_of(run: DunningRun) -> int:
    """How many reminders of a run could still be kept back: they wait, or a message of theirs does. One query."""
    queued = messages_about_ids(run.company, Notice, run.notices.values_list("pk", flat=True))
    queued = queued.filter(state=Message.State.PENDING)
    own = run.notices.filter(Q(state=Notice.State.PROPOSED) | Q(pk__in=queued.values("about_id")))
    return own.count()


def latest_reminders(company: Company, customer_id: int, *, today: date, limit: int) -> list[tuple[Notice, str]]:
    """The latest reminders of a customer with what became of them; those that a later run replaced are left out."""
    rows = Notice.objects.filter(company=company, customer=customer_id)
    rows = rows.exclude(reason=Cause.SUPERSEDED, released_at__isnull=True)
    notices = list(rows.select_related("run").order_by("-pk")[:limit])
    found = fates(notices, today=today)
    return [(notice, found[notice.pk].state) for notice in notices]

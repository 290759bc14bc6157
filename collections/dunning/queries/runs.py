"""What a run decided, read for tables, pages and programs."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core import wording
from arap.core.models import Company
from arap.outbox.about import STATE_CODES
from arap.outbox.models import Message
from customers.models import Customer
from dunning.models import DunningRun, Notice, NoticeItem, Skipped


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
            """
            select (select count(*) from outbox_message m join dunning_notice n on n.id = m.about_id
                     where m.company_id = %(company)s and m.about_type = 'dunning.notice' and n.run_id = %(run)s)
                 + (select count(*) from dunning_notice n join customers_contact k on k.customer_id = n.customer_id
                     where n.run_id = %(run)s and n.state = 'proposed' and k.email <> ''
                       and 'reminder' = any(k.receives))
            """,
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
    return ngettext(
        "%(number)s is %(days)s day overdue; %(step)s was not sent yet in the cycle since %(since)s.",
        "%(number)s is %(days)s days overdue; %(step)s was not sent yet in the cycle since %(since)s.",
        notice.why_days,
    ) % {**words, "step": step, "since": wording.prose_day(notice.cycle.started_on)}


@dataclass(frozen=True, slots=True)
class RunCount:
    """A run in the list: how many it reminds, in which states, and how many it leaves out."""

    run: DunningRun
    notices: int
    waiting: int
    skipped: int


def counts_of(runs: Sequence[DunningRun]) -> list[RunCount]:
    """Two queries for a page of runs."""
    ids = [run.pk for run in runs]
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for run_id, state in Notice.objects.filter(run__in=ids).values_list("run_id", "state"):
        found[run_id][state] += 1
    left_out = Counter(Skipped.objects.filter(run__in=ids).values_list("run_id", flat=True))
    return [
        RunCount(run, found[run.pk].total(), found[run.pk][Notice.State.PROPOSED], left_out[run.pk]) for run in runs
    ]


# What became of a notice: its own state until it is released, then what its messages say, the one that needs
# attention first.
MESSAGE_ORDER = ("unknown", "bounced", "failed", "sending", "pending", "sent", "cancelled")


def fates(notices: Sequence[Notice]) -> dict[int, str]:
    """Notice id -> the state to show. One query."""
    found: dict[int, set[str]] = defaultdict(set)
    if not notices:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select about_id, state from outbox_message"
            " where company_id = any(%s) and about_type = 'dunning.notice' and about_id = any(%s)",
            [list({notice.company_id for notice in notices}), [notice.pk for notice in notices]],
        )
        for notice_id, state in cursor.fetchall():
            found[notice_id].add(state)
    return {notice.pk: _fate(notice.state, found[notice.pk]) for notice in notices}


def _fate(state: str, messages: set[str]) -> str:
    if state != Notice.State.RELEASED or not messages:
        return f"reminder_{state}"
    message = next(each for each in MESSAGE_ORDER if each in messages)
    # A message that its guard called off: what it asked for is no longer due.
    return (
        "reminder_cancelled" if message == Message.State.CANCELLED else STATE_CODES.get(Message.State(message), message)
    )


def totals_by_step(run: DunningRun) -> list[dict[str, Any]]:
    """For the tabs of a run: step, days, and how many. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select step, min(step_days), count(*) from dunning_notice where run_id = %s group by step order by step",
            [run.pk],
        )
        return [{"step": step, "days": days, "count": count} for step, days, count in cursor.fetchall()]


def latest_reminders(company: Company, customer_id: int, *, limit: int) -> list[tuple[Notice, str]]:
    """The latest reminders of a customer with what became of them; those that a later run replaced are left out."""
    rows = Notice.objects.filter(company=company, customer=customer_id).exclude(reason="superseded")
    notices = list(rows.select_related("run").order_by("-pk")[:limit])
    states = fates(notices)
    return [(notice, states[notice.pk]) for notice in notices]

"""What the pages of reminders show: rows with recipients and what became of them. Each page is a handful of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from arap.core import wording
from arap.core.models import Company, Membership
from arap.core.permissions import PERMISSIONS
from arap.outbox.about import messages_about_ids
from cases.models import Hold
from customers.models import Contact
from customers.recipients import recipients
from dunning.models import DunningRun, Notice, NoticeTotal, Skipped
from dunning.queries.fates import Fate, fates
from dunning.queries.runs import why
from dunning.refusals import hold_words

PAGE = 20
RELEASERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in a list."""

    notice: Notice
    totals: Sequence[NoticeTotal]
    recipients: str
    fate: Fate
    why: str


def rows_of(company: Company, notices: Sequence[Notice], as_of: date, *, today: date) -> list[Row]:
    """The notices of a run of `as_of`, with recipients and what became of each by `today`. At most six queries."""
    ids = [notice.pk for notice in notices]
    totals: dict[int, list[NoticeTotal]] = defaultdict(list)
    for total in NoticeTotal.objects.filter(notice__in=ids).order_by("currency"):
        totals[total.notice_id].append(total)
    sent: dict[int, list[str]] = defaultdict(list)
    messages = messages_about_ids(company, Notice, ids).order_by("pk")
    for about_id, address in messages.values_list("about_id", "to_address"):
        sent[about_id or 0].append(address)
    contacts = recipients(company, [notice.customer_id for notice in notices], Contact.Paper.REMINDER)
    found = fates(notices, today=today)
    return [
        Row(
            notice=notice,
            totals=totals[notice.pk],
            recipients=", ".join(sent[notice.pk] or [each.email for each in contacts.get(notice.customer_id, [])]),
            fate=found[notice.pk],
            why=why(notice, as_of),
        )
        for notice in notices
    ]


def page_of(
    run: DunningRun, *, today: date, step: int | None, state: Notice.State | None = None, after: int | None, limit: int
) -> tuple[list[Row], bool]:
    """A page of a run's notices behind the customer `after`, of one step or all, in one state or any, and whether more
    follow.
    """
    found = Notice.objects.filter(run=run).select_related("customer", "cycle").order_by("customer_id")
    if step is not None:
        found = found.filter(step=step)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(customer_id__gt=after)
    page = list(found[: limit + 1])
    return rows_of(run.company, page[:limit], run.as_of, today=today), len(page) > limit


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer who was left out, and why; for a hold by whom, until when and for what."""

    skipped: Skipped
    hold: str


def left_out_of(run: DunningRun, *, after: int | None, limit: int) -> tuple[list[LeftOut], bool]:
    """A page of those left out behind the customer `after`, and whether more follow. Two queries."""
    found = Skipped.objects.filter(run=run).select_related("customer").order_by("customer_id")
    page = list((found.filter(customer_id__gt=after) if after is not None else found)[: limit + 1])
    held = [each.customer_id for each in page if each.reason == Skipped.Why.HOLD]
    holds = Hold.objects.in_force(as_of=run.as_of).filter(company=run.company, customer__in=held)
    # of several, the one on the whole customer
    holds = holds.select_related("set_by").order_by(F("item_id").asc(nulls_last=True), "pk")
    words = {hold.customer_id: hold_words(hold) for hold in holds}
    return [LeftOut(each, words.get(each.customer_id, "")) for each in page[:limit]], len(page) > limit


def releasers(company: Company) -> str:
    """Names and roles of those who may release a run; where nobody does, the roles that may. One query."""
    allowed = sorted(PERMISSIONS["reminder.run"])
    held = Membership.objects.filter(company=company, role__in=allowed, user__is_active=True).select_related("user")
    form, separator = ("{}（{}）", "、") if wording.in_chinese() else ("{} ({})", ", ")
    people = [
        form.format(row.user.get_full_name() or row.user.username, row.get_role_display())
        for row in held.order_by("pk")[:RELEASERS_SHOWN]
    ]
    return separator.join(people or [str(role.label) for role in allowed])

"""What the pages of reminders show: rows with recipients and what became of them. Each page is a handful of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from arap.outbox.models import Message
from customers.models import Contact
from dunning.models import DunningRun, Notice, NoticeTotal, Skipped
from dunning.queries.runs import fates, why

PAGE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in a list."""

    notice: Notice
    totals: Sequence[NoticeTotal]
    recipients: str
    fate: str
    why: str


def rows_of(notices: Sequence[Notice], as_of: date) -> list[Row]:
    """The notices with amounts, recipients, states and reasons. Four queries."""
    ids = [notice.pk for notice in notices]
    totals: dict[int, list[NoticeTotal]] = defaultdict(list)
    for total in NoticeTotal.objects.filter(notice__in=ids).order_by("currency"):
        totals[total.notice_id].append(total)
    sent: dict[int, list[str]] = defaultdict(list)
    messages = Message.objects.filter(company__in={n.company_id for n in notices}, about_type="dunning.notice")
    for about_id, address in messages.filter(about_id__in=ids).order_by("pk").values_list("about_id", "to_address"):
        sent[about_id or 0].append(address)
    known: dict[int, list[str]] = defaultdict(list)
    contacts = Contact.objects.filter(customer__in=[n.customer_id for n in notices], receives__contains=["reminder"])
    for customer_id, address in contacts.exclude(email="").order_by("pk").values_list("customer_id", "email"):
        known[customer_id].append(address)
    states = fates(notices)
    return [
        Row(
            notice, totals[notice.pk], ", ".join(sent[notice.pk] or known[notice.customer_id]), states[notice.pk],
            why(notice, as_of),
        )
        for notice in notices
    ]  # fmt: skip


def page_of(run: DunningRun, *, step: int | None, after: int | None, limit: int) -> tuple[list[Row], bool]:
    """A page of a run's notices, of one step or all, and whether more follow."""
    found = Notice.objects.filter(run=run).select_related("customer", "cycle").order_by("pk")
    if step is not None:
        found = found.filter(step=step)
    if after is not None:
        found = found.filter(pk__gt=after)
    page = list(found[: limit + 1])
    return rows_of(page[:limit], run.as_of), len(page) > limit


def skipped_of(run: DunningRun, *, after: int | None, limit: int) -> tuple[list[Skipped], bool]:
    """A page of those left out, and whether more follow."""
    found = Skipped.objects.filter(run=run).select_related("customer").order_by("pk")
    page = list((found.filter(pk__gt=after) if after is not None else found)[: limit + 1])
    return page[:limit], len(page) > limit

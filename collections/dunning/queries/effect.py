"""What releasing a run would do now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from arap.core.models.companies import LANGUAGES
from customers.models import Contact, Customer
from customers.recipients import receives_sql
from dunning.models import DunningRun, Notice
from dunning.queries.truth import against
from dunning.refusals import Cause, Refusal, holds_of, words

KEPT_BACK_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Reminders of one step in one language, and how many e-mails they are."""

    step: int
    days: int
    language: str
    count: int
    messages: int

    @property
    def language_name(self) -> str:
        """What the language is called."""
        return dict(LANGUAGES)[self.language]


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A reminder that waits and would not be sent, and why."""

    notice: Notice
    customer: Customer
    why: str


@dataclass(frozen=True, slots=True)
class Effect:
    """`count` reminders would go as `messages` e-mails, asking for `totals` by currency; `kept_back` would not.
    `excluded_count` were left out by hand.
    """

    groups: Sequence[Group]
    totals: Sequence[tuple[str, Decimal]]
    kept_back_count: int
    excluded_count: int
    kept_back: Sequence[KeptBack] = field(default=())

    @property
    def count(self) -> int:
        """Reminders that would go."""
        return sum(group.count for group in self.groups)

    @property
    def messages(self) -> int:
        """E-mails that would go."""
        return sum(group.messages for group in self.groups)


_ADDRESSES = f"""
select n.id, count(k.id) from dunning_notice n
  left join customers_contact k on k.customer_id = n.customer_id and {receives_sql(Contact.Paper.REMINDER)}
 where n.id = any(%(ids)s) group by n.id
"""  # noqa: S608

_GROUPS = """
select n.step, n.step_days, n.language, count(*), sum(w.messages)::bigint
  from dunning_notice n join unnest(%(ids)s::bigint[], %(messages)s::bigint[]) as w (id, messages) on w.id = n.id
 group by 1, 2, 3 order by 1, 3
"""

_TOTALS = """
select currency, sum(overdue + soon + credit) from dunning_noticetotal
 where notice_id = any(%(ids)s) group by 1 order by 1
"""


def effect_of(run: DunningRun, *, as_of: date) -> Effect:
    """What would go if the run were released on `as_of`, and what would not. A handful of queries, however large."""
    waiting = list(run.notices.filter(state=Notice.State.PROPOSED).order_by("customer_id"))
    refusals = against(run.company, waiting, as_of=as_of)
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, {"ids": [notice.pk for notice in waiting]})
        addresses: dict[int, int] = dict(cursor.fetchall())
        for notice_id, count in addresses.items():
            if not count:
                refusals.setdefault(notice_id, Refusal(Cause.NO_ADDRESS))
        going = [notice.pk for notice in waiting if notice.pk not in refusals]
        cursor.execute(_GROUPS, {"ids": going, "messages": [addresses[pk] for pk in going]})
        groups = [Group(*row) for row in cursor.fetchall()]
        cursor.execute(_TOTALS, {"ids": going})
        totals = cursor.fetchall()
    excluded = run.notices.filter(state=Notice.State.EXCLUDED).count()
    return Effect(groups, totals, len(refusals), excluded, _kept_back(run, waiting, refusals))


def _kept_back(run: DunningRun, waiting: Sequence[Notice], refusals: dict[int, Refusal]) -> list[KeptBack]:
    shown = [notice for notice in waiting if notice.pk in refusals][:KEPT_BACK_SHOWN]
    customers = Customer.objects.filter(company=run.company_id).in_bulk([notice.customer_id for notice in shown])
    holds = holds_of(refusals[notice.pk] for notice in shown)
    return [
        KeptBack(notice, customers[notice.customer_id], words(refusals[notice.pk], holds.get(refusals[notice.pk])))
        for notice in shown
    ]

"""Whether what reminders state is still true: asked before a run is released, and just before each message leaves."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.ledger.queries import open_items_sql, position_at
from arap.outbox.about import messages_about_ids
from arap.outbox.models import Message
from dunning.models import DunningRun, Notice
from dunning.refusals import Cause, Refusal

# Of the notices `ids`: the hold in force, the first item that is not open as stated, the first one announced as due
# soon that is overdue, and whether credits have moved. Only those against which something stands.
_AGAINST = f"""
with {open_items_sql(where="and i.customer_id = any(%(customers)s)")}
, own as (
  select id, customer_id from dunning_notice where company_id = %(company)s and id = any(%(ids)s)
), held as (
  select distinct on (o.id) o.id, h.id as hold_id
    from own o join cases_hold h on h.company_id = %(company)s and h.customer_id = o.customer_id
   where h.starts_on <= %(as_of)s and coalesce(h.ends_on, 'infinity') >= %(as_of)s
     and coalesce(h.released_on, 'infinity') > %(as_of)s
     and (h.item_id is null
          or exists (select from dunning_noticeitem ni where ni.notice_id = o.id and ni.item_id = h.item_id))
   order by o.id, h.item_id nulls first, h.id desc
), stated as (
  select ni.notice_id as id, ni.number, ni.line, ni.due_on, x.open_amount as left_over,
         coalesce(x.open_amount, 0) <> ni.open_amount as is_other,
         ni.announces is not null and ni.due_on < %(as_of)s as fell_due
    from own o join dunning_noticeitem ni on ni.notice_id = o.id left join open_items x on x.id = ni.item_id
), other as (
  select distinct on (id) id, number, left_over from stated where is_other order by id, due_on, number, line
), fallen as (
  select distinct on (id) id, number from stated where fell_due order by id, due_on, number, line
), credits as (
  select x.customer_id, x.currency, sum(x.open_amount) as credit
    from open_items x join ledger_account a on a.id = x.account_id
   where x.open_amount < 0 and a.role in ('receivable', 'advances') group by 1, 2
), moved as (
  select distinct t.notice_id as id
    from own o
    join dunning_noticetotal t on t.notice_id = o.id
    left join credits c on c.customer_id = o.customer_id and c.currency = t.currency
   where coalesce(c.credit, 0) <> t.credit
)
select o.id, held.hold_id, other.number, other.left_over, fallen.number
  from own o
  left join held on held.id = o.id
  left join other on other.id = o.id
  left join fallen on fallen.id = o.id
  left join moved on moved.id = o.id
 where held.id is not null or other.id is not null or fallen.id is not null or moved.id is not null
"""  # noqa: S608


def against(company: Company, notices: Collection[Notice], *, as_of: date) -> dict[int, Refusal]:
    """Notice id -> what makes its words untrue on `as_of`, as the book and the holds stand now. Two queries."""
    if not notices:
        return {}
    parameters: dict[str, Any] = {
        "company": company.pk,
        "as_of": as_of,
        "position": position_at(company, known_at=None),
        "ids": [notice.pk for notice in notices],
        "customers": [notice.customer_id for notice in notices],
    }
    found: dict[int, Refusal] = {}
    with connection.cursor() as cursor:
        cursor.execute(_AGAINST, parameters)
        for notice_id, hold_id, other, left_over, fallen in cursor.fetchall():
            if hold_id is not None:
                found[notice_id] = Refusal(Cause.HELD, str(hold_id))
            elif other is not None:
                found[notice_id] = Refusal(Cause.CHANGED if left_over else Cause.SETTLED, other)
            elif fallen is not None:
                found[notice_id] = Refusal(Cause.FELL_DUE, fallen)
            else:
                found[notice_id] = Refusal(Cause.CREDIT)
    return found


def why_not_due(notice: Notice, *, as_of: date) -> Refusal | None:
    """Why a released notice is not to be sent on `as_of`; None when it is. At most a handful of queries."""
    if DunningRun.objects.filter(pk=notice.run_id, state=DunningRun.State.STOPPED).exists():
        return Refusal(Cause.STOPPED)
    if notice.state != Notice.State.RELEASED:
        return Refusal(Cause.WITHDRAWN)
    if notice.run.as_of > as_of:
        return Refusal(Cause.TOO_EARLY)
    if refusal := against(notice.company, [notice], as_of=as_of).get(notice.pk):
        return refusal
    return Refusal(Cause.SUPERSEDED) if _is_superseded(notice, as_of) else None


def _is_superseded(notice: Notice, as_of: date) -> bool:
    """Whether a later reminder says the same and more: of what waited together, the last that is true leaves alone.

    An overdue reminder gives way to a later overdue one; one before due to a later one before due that lists all that
    it announces. One that left, or may have left, counts whether it is still true or not.
    """
    later = Notice.objects.filter(
        company=notice.company_id, customer=notice.customer_id, state=Notice.State.RELEASED,
        run__as_of__gt=notice.run.as_of, run__as_of__lte=as_of,
    )  # fmt: skip
    later = later.filter(step_days__lte=0) if notice.is_before_due else later.filter(step_days__gt=0)
    announced = set(notice.items.filter(announces__isnull=False).values_list("item_id", flat=True))
    for other in later.select_related("run", "company").order_by("-run__as_of"):
        if notice.is_before_due and not announced <= set(other.items.values_list("item_id", flat=True)):
            continue
        messages = messages_about_ids(notice.company, Notice, [other.pk]).exclude(state=Message.State.CANCELLED)
        states = set(messages.values_list("state", flat=True))
        if states & {Message.State.SENDING, Message.State.SENT, Message.State.UNKNOWN}:
            return True
        if states and not against(notice.company, [other], as_of=as_of):
            return True
    return False

"""The facts that reminders are decided on: one staging of the open items of a range of customers, then sums of it.

Only receivables are asked for: bills fall due at a bank, not by a reminder. Credits are what lies unapplied on
receivables and advances. Ages count from the day from which the book counts them, as in the aging report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from arap.core.models import Company
from arap.ledger.queries import open_items_sql
from arap.outbox.about import BY_PERSON_SQL
from customers.models import Contact
from customers.recipients import receives_sql
from dunning.models import DunningMinimum, DunningPolicy, DunningStep
from dunning.rules import Balance, Opening, Span, Step, spans


@dataclass(frozen=True, slots=True)
class Policies:
    """The active policies of a company: steps, minimums, spans in which a step is the last one reached."""

    default_id: int | None
    by_id: dict[int, DunningPolicy]
    steps: dict[tuple[int, int], DunningStep]
    minimums: dict[int, dict[str, Decimal]]
    spans: list[tuple[int, Span]]

    def steps_of(self, policy_id: int) -> list[Step]:
        """The steps of one policy."""
        return [Step(step.number, step.days) for step in self.steps.values() if step.policy_id == policy_id]


def policies_of(company: Company) -> Policies:
    """Three queries."""
    policies = {policy.pk: policy for policy in DunningPolicy.objects.filter(company=company, is_active=True)}
    steps = {
        (step.policy_id, step.number): step
        for step in DunningStep.objects.filter(company=company, policy_id__in=list(policies))
    }
    minimums: dict[int, dict[str, Decimal]] = {}
    for minimum in DunningMinimum.objects.filter(company=company, policy_id__in=list(policies)):
        minimums.setdefault(minimum.policy_id, {})[minimum.currency] = minimum.amount
    found = [
        (pk, span)
        for pk in policies
        for span in spans(Step(step.number, step.days) for step in steps.values() if step.policy_id == pk)
    ]
    default = next((pk for pk, policy in policies.items() if policy.is_default), None)
    return Policies(default, policies, steps, minimums, found)


# Whether a notice `n` of run `r` counts as said: released unless none of its messages is to leave any more, left out or
# cancelled in the outbox by a person, or proposed by a run of a later day.
SAID = f"""(
  n.state = 'excluded'
  or (n.state = 'proposed' and r.as_of > %(as_of)s)
  or (n.state = 'released' and exists (
        select from outbox_message m
         where m.company_id = n.company_id and m.about_type = 'dunning.notice' and m.about_id = n.id
           and (m.state <> 'cancelled' or {BY_PERSON_SQL})))
)"""

_STAGE = f"""
create temporary table dunning_due on commit drop as
with {open_items_sql(where="and i.customer_id > %(after)s and i.customer_id <= %(until)s")}
, aged as (
  select o.id as item_id, o.customer_id, o.currency, o.open_amount, o.aged_from_on as due_on,
         %(as_of)s::date - o.aged_from_on as days, o.open_amount < 0 as is_credit,
         case when p.id is null then %(default)s::bigint else p.policy_id end as policy_id
    from open_items o
    join ledger_account a on a.id = o.account_id
    left join dunning_customerpolicy p on p.company_id = %(company)s and p.customer_id = o.customer_id
   where a.role = 'receivable' or (a.role = 'advances' and o.open_amount < 0)
)
select a.*, s.number as step,
       not a.is_credit and exists (
         select from cases_hold h
          where h.company_id = %(company)s and h.customer_id = a.customer_id and h.item_id = a.item_id
            and h.starts_on <= %(as_of)s and coalesce(h.ends_on, 'infinity') >= %(as_of)s
            and coalesce(h.released_on, 'infinity') > %(as_of)s) as is_held,
       a.days <= 0 and s.number is not null and exists (
         select from dunning_noticeitem ni
           join dunning_notice n on n.id = ni.notice_id
           join dunning_dunningrun r on r.id = n.run_id
          where ni.company_id = %(company)s and ni.item_id = a.item_id and ni.due_on = a.due_on
            and n.step_days <= 0 and ni.days between s.first_days and 0 and {SAID}) as is_announced
  from aged a
  left join unnest(%(policies)s::bigint[], %(numbers)s::int[], %(firsts)s::int[], %(lasts)s::int[])
       as s (policy_id, number, first_days, last_days)
    on not a.is_credit and s.policy_id = a.policy_id and a.days between s.first_days and s.last_days
"""  # noqa: S608


def stage(company: Company, policies: Policies, *, as_of: date, position: int, after: int, until: int) -> None:
    """Fill the temporary table `dunning_due` with what is open of the customers with ids in (after, until]."""
    parameters: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "after": after, "until": until,
        "default": policies.default_id,
        "policies": [pk for pk, _span in policies.spans],
        "numbers": [span.number for _pk, span in policies.spans],
        "firsts": [span.first for _pk, span in policies.spans],
        "lasts": [span.last for _pk, span in policies.spans],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.dunning_due")
        cursor.execute(_STAGE, parameters)
        cursor.execute("analyze dunning_due")


_SUMS = """
select customer_id, policy_id, currency,
       coalesce(sum(open_amount) filter (where not is_credit and days > 0 and not is_held), 0),
       coalesce(sum(open_amount) filter (where not is_credit and days <= 0 and step is not null and not is_held), 0),
       coalesce(sum(open_amount) filter (where is_credit), 0),
       max(step) filter (where days > 0 and not is_held),
       max(step) filter (where days <= 0 and not is_held and not is_announced),
       max(step) filter (where days > 0),
       max(step) filter (where days <= 0 and not is_announced),
       min(due_on) filter (where not is_credit and days > 0)
  from dunning_due group by 1, 2, 3 order by 1, 3
"""


@dataclass(slots=True)
class Facts:
    """A customer's balances; `late_from` is the earliest due date among what is overdue, None when nothing is."""

    customer_id: int
    policy_id: int | None
    balances: list[Balance]
    late_from: date | None = None


def sums() -> dict[int, Facts]:
    """By customer, in order of id, from what was staged. One query."""
    found: dict[int, Facts] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS)
        for customer, policy, currency, overdue, soon, credit, step, soon_step, with_held, soon_held, late in cursor:
            facts = found.setdefault(customer, Facts(customer, policy, []))
            facts.balances.append(
                Balance(
                    currency=currency, overdue=overdue, soon=soon, credit=credit, step=step, soon_step=soon_step,
                    step_with_held=with_held, soon_step_with_held=soon_held,
                )
            )  # fmt: skip
            if late and (facts.late_from is None or late < facts.late_from):
                facts.late_from = late
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What else counts for a customer. The cycle is the one that covers the day, if any; `said` the highest step in it.

    `opening_days`, `opened_on`: the reminder that began it, where that was gentler than the age; `was_reminded`: on an
    earlier day, of anything overdue. `free_from`: the day from which no cycle known so far covers the customer; None
    where one begins after the day.
    """

    customer_id: int
    language: str
    is_held: bool
    has_address: bool
    cycle_id: int | None
    started_on: date | None
    seen_on: date | None
    said: int | None
    opening_days: int | None
    opened_on: date | None
    was_reminded: bool
    free_from: date | None
    next_on: date | None

    @property
    def opening(self) -> Opening | None:
        """How the cycle that covers the day began, where that was gentle."""
        if self.opening_days is None or self.opened_on is None:
            return None
        return Opening(self.opening_days, self.opened_on)


_STANDINGS = f"""
select c.id, c.language,
       exists (select from cases_hold h
                where h.company_id = c.company_id and h.customer_id = c.id and h.item_id is null
                  and h.starts_on <= %(as_of)s and coalesce(h.ends_on, 'infinity') >= %(as_of)s
                  and coalesce(h.released_on, 'infinity') > %(as_of)s),
       exists (select from customers_contact k where k.customer_id = c.id and {receives_sql(Contact.Paper.REMINDER)}),
       cy.id, cy.started_on, cy.seen_on,
       (select max(n.step) from dunning_notice n join dunning_dunningrun r on r.id = n.run_id
         where n.cycle_id = cy.id and {SAID}),
       opened.step_days, opened.as_of,
       exists (select from dunning_notice n join dunning_dunningrun r on r.id = n.run_id
                where n.company_id = c.company_id and n.customer_id = c.id and n.step_days > 0
                  and r.as_of < %(as_of)s and {SAID}),
       (select max(e.ended_on) from dunning_cycle e
         where e.company_id = c.company_id and e.customer_id = c.id and e.ended_on <= %(as_of)s),
       (select min(l.started_on) from dunning_cycle l
         where l.company_id = c.company_id and l.customer_id = c.id and l.started_on > %(as_of)s)
  from customers_customer c
  left join dunning_cycle cy on cy.company_id = c.company_id and cy.customer_id = c.id
        and cy.started_on <= %(as_of)s and (cy.ended_on is null or cy.ended_on > %(as_of)s)
  left join lateral (
    select n.step_days, r.as_of from dunning_notice n join dunning_dunningrun r on r.id = n.run_id
     where n.cycle_id = cy.id and n.age_step is not null and {SAID} order by r.as_of limit 1) opened on true
 where c.company_id = %(company)s and c.id > %(after)s and c.id <= %(until)s
   and (cy.id is not null or c.id = any(%(ids)s))
"""  # noqa: S608


def standings(company: Company, ids: Sequence[int], *, as_of: date, after: int, until: int) -> dict[int, Standing]:
    """Of the customers `ids` and of those in (after, until] whose cycle covers the day. One query."""
    parameters: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "after": after, "until": until, "ids": list(ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, parameters)
        return {row[0]: Standing(*row) for row in cursor.fetchall()}


# The stretches of days on whose evenings something was overdue, from the items that were not settled when the customer
# was last seen; of these the one that holds the day, and where the one before it ended.
_STRETCH = """
with late as (
  select i.customer_id, greatest(i.aged_from_on + 1, i.posted_on) as first_on, i.settled_on as until_on
    from unnest(%(ids)s::bigint[], %(seen)s::date[]) as w (customer_id, seen_on)
    join ledger_item i on i.company_id = %(company)s and i.customer_id = w.customer_id and i.settled_on > w.seen_on
    join ledger_account a on a.id = i.account_id
   where a.role = 'receivable' and i.amount > 0 and i.position <= %(position)s
     and greatest(i.aged_from_on + 1, i.posted_on) <= %(as_of)s
     and i.settled_on > greatest(i.aged_from_on + 1, i.posted_on)
), marked as (
  select *, max(until_on) over (partition by customer_id order by first_on, until_on
                                rows between unbounded preceding and 1 preceding) as before_on
    from late
), begun as (
  select customer_id, first_on, before_on from marked where before_on is null or before_on < first_on
)
select distinct on (customer_id) customer_id, first_on, before_on from begun order by customer_id, first_on desc
"""


def stretches(
    company: Company, seen: dict[int, date], *, as_of: date, position: int
) -> dict[int, tuple[date, date | None]]:
    """Customer -> (first day of the stretch that holds `as_of`, first evening without anything overdue before it).

    Looks back no further than the day on which each customer was `seen`. One query.
    """
    if not seen:
        return {}
    parameters: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "ids": list(seen), "seen": list(seen.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_STRETCH, parameters)
        return {customer: (first_on, before_on) for customer, first_on, before_on in cursor.fetchall()}

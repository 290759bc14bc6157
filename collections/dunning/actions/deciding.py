"""Deciding a day's reminders, chunk by chunk: safe to run twice, at once, and after having been killed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.dates import Calendar
from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.core.queries import calendar_of
from arap.ledger.queries import position_at
from customers.models import Customer
from dunning.actions.policies import ensure_policy
from dunning.models import Cycle, DunningPolicy, DunningRun, Notice, NoticeTotal, Skipped
from dunning.queries.due import SAID, Facts, Policies, Standing, policies_of, stage, standings, stretches, sums
from dunning.rules import Debtor, Reason, Reminder, ceiling, decide, is_day_off

CUSTOMERS_AT_ONCE = 2000
ROWS_AT_ONCE = 1000
ONE_DAY = timedelta(days=1)


def decide_run(
    company: Company,
    *,
    as_of: date,
    today: date,
    by: User | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    at_once: int = CUSTOMERS_AT_ONCE,
) -> DunningRun:
    """Decide who is reminded of what on `as_of`, on what the book holds now. A date keeps the run it has.

    Each chunk of customers is one transaction; a run that was killed, or whose `progress` raised, goes on after its
    last chunk, at the position it began with. `progress` is told customers done and in all, between transactions.
    Raises Invalid("future") for a day after the company's `today`: what is open then, nobody knows yet.
    """
    if as_of > today:
        raise Invalid("future", _("Reminders are decided for today or a day before."), field="as_of")
    ensure_policy(company)
    run, _is_new = DunningRun.objects.get_or_create(
        company=company, as_of=as_of, defaults={"position": position_at(company, known_at=None), "created_by": by}
    )
    if run.state != DunningRun.State.DECIDING:
        return run
    customers = Customer.objects.filter(company=company)
    total, done = customers.count(), customers.filter(pk__lte=run.decided_through).count()
    while run.state == DunningRun.State.DECIDING:
        run = _decide_chunk(run.pk, at_once)
        done = min(done + at_once, total)
        progress(done, total)
    return run


@transaction.atomic
def _decide_chunk(run_id: int, at_once: int) -> DunningRun:
    """Decide the next `at_once` customers, or close the run when none is left."""
    run = DunningRun.objects.select_related("company").select_for_update(of=("self",)).get(pk=run_id)
    if run.state != DunningRun.State.DECIDING:
        return run
    with connection.cursor() as cursor:
        # runs of two days would take the same cycles forward
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [0xD0CE, run.company_id])
    ids = Customer.objects.filter(company=run.company, pk__gt=run.decided_through).order_by("pk")
    until = ids.filter(pk__in=ids.values("pk")[:at_once]).aggregate(last=Max("pk"))["last"]
    if until is None:
        run.state = DunningRun.State.PROPOSED
        DunningRun.objects.filter(pk=run.pk).update(state=run.state, decided_at=Now())
        run.refresh_from_db()
        return run
    _Chunk(run, until).decide()
    run.decided_through = until
    run.save(update_fields=["decided_through"])
    return run


@dataclass(frozen=True, slots=True)
class _Decided:
    """A reminder that is due to a customer."""

    customer_id: int
    policy_id: int
    language: str
    cycle_id: int | None
    reminder: Reminder


class _Chunk:
    """The customers with ids in (after, until] of one run, within one transaction."""

    def __init__(self, run: DunningRun, until: int) -> None:
        self.run, self.company, self.as_of = run, run.company, run.as_of
        self.after, self.until = run.decided_through, until
        self.policies: Policies = policies_of(run.company)
        self.calendar: Calendar = calendar_of(run.company)

    def decide(self) -> None:
        """Read the facts, carry the cycles forward, decide, write."""
        self._withdraw()
        stage(
            self.company, self.policies, as_of=self.as_of, position=self.run.position, after=self.after,
            until=self.until,
        )  # fmt: skip
        facts = sums()
        known = standings(self.company, list(facts), as_of=self.as_of, after=self.after, until=self.until)
        cycles = self._carry_cycles(facts, known)
        decided: list[_Decided] = []
        skipped: list[Skipped] = []
        for customer_id, each in facts.items():
            standing = known[customer_id]
            cycle_id = cycles.get(customer_id)
            answer = decide(self._debtor(each, standing, goes_on=cycle_id == standing.cycle_id))
            if isinstance(answer, Reason):
                skipped.append(
                    Skipped(company=self.company, run=self.run, customer_id=customer_id, reason=answer.value)
                )
            elif answer is not None and each.policy_id is not None:
                cycle = None if answer.is_before_due else cycle_id
                decided.append(_Decided(customer_id, each.policy_id, standing.language, cycle, answer))
        Skipped.objects.bulk_create(skipped, batch_size=ROWS_AT_ONCE)
        self._write(decided)

    def _debtor(self, facts: Facts, standing: Standing, *, goes_on: bool) -> Debtor:
        """`goes_on`: the cycle in `standing` is the one that runs on this day."""
        policy = self.policies.by_id.get(facts.policy_id) if facts.policy_id else None
        waits = policy is not None and policy.business_days == DunningPolicy.BusinessDays.WAIT
        return Debtor(
            balances=facts.balances,
            said=standing.said if goes_on else None,
            ceiling=ceiling(
                self.policies.steps_of(policy.pk),
                policy.opening_step,
                was_reminded=standing.was_reminded,
                opening=standing.opening if goes_on else None,
                as_of=self.as_of,
            )
            if policy
            else None,
            minimums=self.policies.minimums.get(policy.pk, {}) if policy else {},
            has_policy=policy is not None,
            is_overdue=facts.late_from is not None,
            is_held=standing.is_held,
            has_address=standing.has_address,
            is_day_off=is_day_off(self.as_of, waits=waits, calendar=self.calendar),
        )

    def _withdraw(self) -> None:
        """What earlier runs proposed and nobody released gives way to this run; what was not sent after all, too."""
        with connection.cursor() as cursor:
            cursor.execute(_WITHDRAW, {
                "company": self.company.pk, "as_of": self.as_of, "after": self.after, "until": self.until,
            })  # fmt: skip

    def _carry_cycles(self, facts: dict[int, Facts], known: dict[int, Standing]) -> dict[int, int]:
        """End cycles that are over, carry on those that run, begin those that began; customer -> cycle of the day."""
        late = {pk: each.late_from for pk, each in facts.items() if each.late_from is not None}
        seen_before = {
            pk: standing.seen_on
            for pk, standing in known.items()
            if pk in late and standing.seen_on is not None and standing.seen_on < self.as_of - ONE_DAY
        }
        found = stretches(self.company, seen_before, as_of=self.as_of, position=self.run.position)
        running: dict[int, int] = {}
        carried: list[int] = []
        ended: dict[int, date] = {}
        begun: list[Cycle] = []
        for pk, standing in known.items():
            if standing.cycle_id is not None and standing.seen_on is not None and standing.started_on is not None:
                first_on, gap_on = found.get(pk, (standing.started_on, None))
                if standing.seen_on >= self.as_of or (pk in late and first_on <= standing.seen_on + ONE_DAY):
                    running[pk] = standing.cycle_id
                    carried.append(standing.cycle_id)
                    continue
                over_on = (gap_on or standing.seen_on + ONE_DAY) if pk in late else self.as_of
                ended[standing.cycle_id] = max(over_on, standing.started_on + ONE_DAY)
                begun += [self._begin(pk, max(first_on, ended[standing.cycle_id]), standing)] if pk in late else []
            elif pk in late:
                begun.append(self._begin(pk, max(late[pk] + ONE_DAY, standing.free_from or date.min), standing))
        self._end_cycles(ended)
        Cycle.objects.filter(pk__in=carried, seen_on__lt=self.as_of).update(seen_on=self.as_of)
        for cycle in Cycle.objects.bulk_create(begun, batch_size=ROWS_AT_ONCE):
            running[cycle.customer_id] = cycle.pk
        return running

    def _begin(self, customer_id: int, started_on: date, standing: Standing) -> Cycle:
        # a day before a cycle that is known already: what lies between is known only as far as this day
        ended_on = None if standing.next_on is None else self.as_of + ONE_DAY
        return Cycle(
            company=self.company, customer_id=customer_id, started_on=min(started_on, self.as_of), seen_on=self.as_of,
            ended_on=ended_on,
        )  # fmt: skip

    def _end_cycles(self, ended: dict[int, date]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "update dunning_cycle c set ended_on = w.ended_on"
                " from unnest(%s::bigint[], %s::date[]) as w (id, ended_on) where c.id = w.id and c.ended_on is null",
                [list(ended), list(ended.values())],
            )

    def _write(self, decided: Iterable[_Decided]) -> None:
        """The notices with their totals, then their items in one statement, from what was staged."""
        notices, totals = [], []
        for each in decided:
            step = self.policies.steps[each.policy_id, each.reminder.number]
            notice = Notice(
                company=self.company, run=self.run, customer_id=each.customer_id, policy_id=each.policy_id,
                cycle_id=each.cycle_id, step=step.number, step_days=step.days, tone=step.tone, language=each.language,
                age_step=each.reminder.age_step,
            )  # fmt: skip
            notices.append(notice)
            totals += [
                NoticeTotal(
                    company=self.company, notice=notice, currency=balance.currency, overdue=balance.overdue,
                    soon=balance.soon if each.reminder.is_before_due else 0, credit=balance.credit,
                )
                for balance in each.reminder.balances
            ]  # fmt: skip
        Notice.objects.bulk_create(notices, batch_size=ROWS_AT_ONCE)
        NoticeTotal.objects.bulk_create(totals, batch_size=ROWS_AT_ONCE)
        if notices:
            with connection.cursor() as cursor:
                cursor.execute(_ITEMS, {"run": self.run.pk, "after": self.after, "until": self.until})
                cursor.execute(_WHY, {"run": self.run.pk, "after": self.after, "until": self.until})


_WITHDRAW = f"""
with gone as (
  update dunning_notice n
     set state = 'cancelled', reason = case when n.state = 'proposed' then 'superseded' else 'not_sent' end
    from dunning_dunningrun r
   where r.id = n.run_id and n.company_id = %(company)s and n.customer_id > %(after)s and n.customer_id <= %(until)s
     and ((n.state = 'proposed' and r.company_id = %(company)s and r.as_of < %(as_of)s)
          or (n.state = 'released'
              and n.id in (select about_id from outbox_message
                            where company_id = %(company)s and state = 'cancelled' and about_type = 'dunning.notice')
              and not {SAID}))
  returning n.id
)
update dunning_noticeitem i set announces = null from gone where i.notice_id = gone.id and i.announces is not null
"""  # noqa: S608

_ITEMS = """
insert into dunning_noticeitem
       (company_id, notice_id, item_id, document_id, number, line, currency, open_amount, due_on, days, announces)
select n.company_id, n.id, d.item_id, i.document_id, t.number, i.line, d.currency, d.open_amount, d.due_on, d.days,
       case when d.days <= 0 and not d.is_announced then d.step end
  from dunning_notice n
  join dunning_noticetotal w on w.notice_id = n.id
  join dunning_due d on d.customer_id = n.customer_id and d.currency = w.currency
  join ledger_item i on i.id = d.item_id
  join ledger_document t on t.id = i.document_id
 where n.run_id = %(run)s and n.customer_id > %(after)s and n.customer_id <= %(until)s
   and not d.is_credit and not d.is_held
   and (d.days > 0 or (n.step_days <= 0 and d.step is not null))
"""

# The document whose age decided: the oldest overdue, or before due the first one that this step is said for.
_WHY = """
update dunning_notice n set item_count = w.items, why_number = w.number, why_days = w.days
  from (select i.notice_id, count(*) over (partition by i.notice_id) as items, i.number, i.days,
               row_number() over (
                 partition by i.notice_id
                 order by (m.step_days <= 0 and i.announces is null), i.due_on, i.number, i.line) as place
          from dunning_noticeitem i join dunning_notice m on m.id = i.notice_id
         where m.run_id = %(run)s and m.customer_id > %(after)s and m.customer_id <= %(until)s) w
 where n.id = w.notice_id and w.place = 1
"""

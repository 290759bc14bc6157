"""The nightly snapshot, and the standings that pages read from: safe to run twice, whole or not at all."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Func
from django.db.models.functions import Now

from aging.models import (
    SnapshotRow,
    SnapshotRun,
    Standing,
    StandingControl,
    StandingGroup,
    StandingRow,
    StandingTotal,
)
from aging.queries import aging, aging_sql, bucket_parameters
from aging.rules import DEFAULT_EDGES, buckets_at, month_ends_before
from aging.standings import CLUSTER, MERGES, kept_totals, standing_at
from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.ledger.queries import position_at
from customers.models import Customer

ROWS_AT_ONCE = 5000
MONTHS_KEPT = 11
# Of so many customers something may have been recorded since before a standing is made anew.
STALE_CUSTOMERS = 200
# What somebody asked for is kept so long, and of the latest so many.
ASKED_DAYS = 7
ASKED_KEPT = 8
KIND = "aging.report"
TASK = "aging.tasks.keep_report"
SUPERSEDED_KEPT = 1  # a page that has just begun may still read from it


class Clock(Func):
    """The instant it is, not the instant the transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


@transaction.atomic
def run_aging_snapshot(company: Company, *, as_of: date) -> SnapshotRun:
    """Keep the aging at the end of `as_of` as known now. A date that has its snapshot keeps it.

    One transaction: a killed run leaves nothing behind, and two at once make one snapshot.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [0xA91E, company.pk])
    kept = SnapshotRun.objects.filter(company=company, as_of=as_of).first()
    if kept is not None:
        return kept
    position = position_at(company, known_at=None)
    report = aging(company, as_of=as_of, position=position, base=True)
    masters = {
        pk: (owner, segment, root)
        for pk, owner, segment, root in Customer.objects.filter(company=company).values_list(
            "pk", "owner_id", "segment", "root_id"
        )
    }
    run = SnapshotRun.objects.create(
        company=company,
        as_of=as_of,
        position=position,
        edges=list(DEFAULT_EDGES),
        row_count=len(report.rows),
        started_at=Now(),
        finished_at=Clock(),
    )
    SnapshotRow.objects.bulk_create(
        (
            SnapshotRow(
                run=run, customer_id=row.key, currency=row.currency, buckets=list(row.buckets),
                  unapplied=row.unapplied, total=row.total,
                base_buckets=list(row.base_buckets), base_unapplied=row.base_unapplied, base_total=row.base_total,
                owner_id=masters[row.key][0] if row.key else None, segment=masters[row.key][1] if row.key else "",
                root_id=masters[row.key][2] if row.key else None,
            )
            for row in report.rows
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    SnapshotRun.objects.filter(pk=run.pk).update(finished_at=Clock())
    run.refresh_from_db()
    return run


@transaction.atomic
def refresh_standings(company: Company, *, as_of: date) -> int:
    """See to it that pages find a standing of `as_of` and the totals of the month ends before it. How many were made.

    What is new enough or still true is left alone, so running often costs next to nothing.
    """
    _one_at_a_time(company)
    position = position_at(company, known_at=None)
    made = 0
    standing = standing_at(company, as_of=as_of, position=position, grouped=True)
    if standing is None or len(standing.touched) > STALE_CUSTOMERS:
        _keep(company, as_of, position, with_rows=True)
        made += 1
    days = month_ends_before(as_of, MONTHS_KEPT)
    for on in sorted(set(days) - kept_totals(company, days, position=position).keys()):
        _keep(company, on, position, with_rows=False)
        made += 1
    if made:
        _throw_away(company, as_of, days)
    return made


@transaction.atomic
def begin_keeping(
    company: Company, *, as_of: date, basis: str, edges: Sequence[int], position: int | None, by: User
) -> Job:
    """The job that adds a report up and keeps it, as known at `position` (None: when it is made): the one under way, or
    a new one."""
    # Whoever asks at the same moment waits here, and then finds the job.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    params = {"as_of": as_of.isoformat(), "basis": basis, "edges": list(edges), "position": position}
    at_work = Job.objects.filter(company=company, kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return at_work.filter(params=params).first() or jobs.create(company, KIND, task=TASK, by=by, params=params)


def keep_report(job: Job) -> dict[str, Any]:
    """The work of such a job. What is kept already and near enough to the book is left alone."""
    asked, company = job.params, job.company
    as_of, basis, edges = date.fromisoformat(asked["as_of"]), asked["basis"], tuple(asked["edges"])
    jobs.progress(job, 0, 1)
    with transaction.atomic():
        _one_at_a_time(company)
        position = position_at(company, known_at=None) if asked["position"] is None else asked["position"]
        standing = standing_at(company, as_of=as_of, position=position, basis=basis, edges=edges, grouped=True)
        if standing is None or len(standing.touched) > STALE_CUSTOMERS:
            _keep(company, as_of, position, with_rows=True, basis=basis, edges=edges, is_asked=True)
        _forget_asked(company)
    jobs.progress(job, 1, 1)
    return {"position": position}


def _one_at_a_time(company: Company) -> None:
    """Until the transaction ends, nobody else makes standings of the company."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [0xA91F, company.pk])


KEEP_ROWS = """
insert into aging_standingrow (standing_id, customer_id, currency, buckets, unapplied, total, base_buckets,
  base_unapplied, base_total, base_overdue, items, owner_id, segment, root_id)
select %(standing)s, key, report.currency, array[{buckets}], unapplied, total, array[{base}], base_unapplied,
       base_total, {overdue}, items, c.owner_id, c.segment, c.root_id
  from ({report}) as report (key, currency, {buckets}, unapplied, total, {base}, base_unapplied, base_total, items)
  left join customers_customer c on c.id = report.key
"""
KEEP_TOTALS = """
insert into aging_standingtotal (standing_id, currency, buckets, unapplied, total, base_buckets, base_unapplied,
  base_total, items, rows)
select %(standing)s, currency, array[{sums}], sum(unapplied), sum(total), array[{base_sums}], sum(base_unapplied),
       sum(base_total), sum(items), count(*)
  from aging_standingrow where standing_id = %(standing)s group by currency
"""
KEEP_GROUPS = """
insert into aging_standinggroup (standing_id, by, key, currency, buckets, unapplied, total, base_buckets,
  base_unapplied, base_total, items)
select %(standing)s, g.by, g.key, currency, array[{sums}], sum(unapplied), sum(total), array[{base_sums}],
       sum(base_unapplied), sum(base_total), sum(items)
  from aging_standingrow
 cross join lateral (values ('owner', owner_id::text), ('segment', segment), ('parent', root_id::text)) as g (by, key)
 where standing_id = %(standing)s group by g.by, g.key, currency
"""
KEEP_CONTROLS = """
insert into aging_standingcontrol (standing_id, currency, amount)
select %(standing)s, l.currency, sum(l.amount)
  from ledger_journalline l join ledger_account a on a.id = l.account_id and a.is_control
 where l.company_id = %(company)s and l.posted_on <= %(as_of)s and l.position <= %(position)s
 group by l.currency
"""
# The transaction has its number already: none that is at work is older than the horizon.
KEEP_HEAD = f"""
insert into aging_standing (company_id, as_of, position, with_rows, customers, merges, basis, edges, is_asked, cluster,
  horizon)
values (%(company)s, %(as_of)s, %(position)s, %(with_rows)s, 0, {MERGES}, %(basis)s, %(edges)s, %(is_asked)s, {CLUSTER},
        least(pg_current_xact_id(), pg_snapshot_xmin(pg_current_snapshot()))::text::bigint)
returning id
"""  # noqa: S608


def _keep(
    company: Company,
    as_of: date,
    position: int,
    *,
    with_rows: bool,
    basis: str = "due",
    edges: Sequence[int] = DEFAULT_EDGES,
    is_asked: bool = False,
) -> None:
    """Add up the report, and keep it; of a month end only the totals stay."""
    buckets = buckets_at(as_of, basis=basis, edges=edges)
    columns = [f"b{at}" for at in range(len(buckets))]
    parts = {
        "buckets": ", ".join(columns),
        "base": ", ".join(f"base_{name}" for name in columns),
        "overdue": " + ".join(f"base_{name}" for name in columns[1:]),
        "sums": ", ".join(f"sum(buckets[{at + 1}])" for at in range(len(buckets))),
        "base_sums": ", ".join(f"sum(base_buckets[{at + 1}])" for at in range(len(buckets))),
        "report": aging_sql(buckets, basis=basis, by="customer" if with_rows else "currency", where="", base=True),
    }
    asked: dict[str, Any] = {
        "company": company.pk, "as_of": as_of, "position": position, "with_rows": with_rows, "basis": basis,
        "edges": list(edges), "is_asked": is_asked,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(KEEP_HEAD, asked)
        asked |= {"standing": cursor.fetchone()[0], **bucket_parameters(buckets)}
        cursor.execute(KEEP_ROWS.format(**parts), asked)
        cursor.execute(KEEP_TOTALS.format(**parts), asked)
        if with_rows:
            cursor.execute(KEEP_GROUPS.format(**parts), asked)
            cursor.execute(KEEP_CONTROLS, asked)
            cursor.execute(
                "update aging_standing set customers = (select count(distinct customer_id) from aging_standingrow"
                " where standing_id = %(standing)s) where id = %(standing)s",
                asked,
            )
        else:
            cursor.execute("delete from aging_standingrow where standing_id = %(standing)s", asked)


SUPERSEDED = """
select id from (
  select id, as_of, with_rows, row_number() over (partition by as_of, with_rows order by position desc, id desc) as nth
    from aging_standing where company_id = %(company)s and not is_asked) as s
 where not case when with_rows then as_of = %(as_of)s and nth <= 1 + %(kept)s else as_of = any(%(days)s) and nth = 1 end
"""


OLD_ASKED = """
select id from (
  select id, made_at, row_number() over (order by id desc) as nth
    from aging_standing where company_id = %(company)s and is_asked) as s
 where nth > %(most)s or made_at < now() - make_interval(days => %(days)s)
"""


def _throw_away(company: Company, as_of: date, days: Sequence[date]) -> None:
    """What a newer standing has taken the place of, but for the one that a page may be reading from."""
    _drop(SUPERSEDED, {"company": company.pk, "as_of": as_of, "days": list(days), "kept": SUPERSEDED_KEPT})


def _forget_asked(company: Company) -> None:
    """What somebody asked for long ago."""
    _drop(OLD_ASKED, {"company": company.pk, "most": ASKED_KEPT, "days": ASKED_DAYS})


def _drop(chosen: str, asked: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(chosen, asked)
        old = [pk for (pk,) in cursor.fetchall()]
    for part in (StandingRow, StandingGroup, StandingTotal, StandingControl):
        part._default_manager.filter(standing__in=old).delete()
    Standing.objects.filter(pk__in=old).delete()

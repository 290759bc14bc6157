"""Monthly plans: the run of last month's end, once."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from arap.core.dates import day_of_month, end_of_month, start_of_month
from arap.core.models import Company
from arap.ledger.queries import first_booked_on
from statements.actions.running import begin_run
from statements.actions.starting import start_job
from statements.models import StatementPlan, StatementRun
from statements.rules import ACTIVITY, MONTH_BACK


def due_plans(company: Company, today: date) -> Iterable[StatementPlan]:
    """The plans whose day of this month has come; the 31st is the last day of a shorter month."""
    for plan in StatementPlan.objects.filter(company=company, is_active=True):
        if today >= day_of_month(today.year, today.month, plan.day):
            yield plan


@transaction.atomic
def run_plan(plan: StatementPlan, *, today: date, at: datetime) -> StatementRun | None:
    """Begin the plan's run of the end of last month, or None where there is one already, or the book began later."""
    as_of = end_of_month(start_of_month(today) - MONTH_BACK)
    known = StatementRun.objects.filter(
        company=plan.company_id, as_of=as_of, kind=plan.kind, language=plan.language, segment=plan.segment
    )
    first = first_booked_on(plan.company)
    if (first is not None and as_of < first) or known.exists():
        return None
    run = begin_run(
        plan.company,
        as_of=as_of,
        kind=plan.kind,
        language=plan.language,
        segment=plan.segment,
        from_on=start_of_month(as_of) if plan.kind == ACTIVITY else None,
        releases_itself=plan.releases_itself,
        at=at,
        today=today,
        by=None,
    )
    start_job(run, by=None)
    return run

"""Revaluation as a job: begun by a controller, or at night for the months that lack it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.core.money import ZERO, format_amount
from arap.ledger.actions import revalue
from arap.ledger.queries import position_at
from arap.ledger.revaluation import is_due, open_month_ends, revaluation

KIND = "revaluation"
TASK = "arap.desk.tasks.revalue_month"


@transaction.atomic
def begin_revaluation(company: Company, *, month_end: date, by: User | None) -> Job:
    """The job that revalues at `month_end`: the one under way, or a new one."""
    # Whoever asks at the same moment waits here, and then finds the job.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    at_work = Job.objects.filter(
        company=company,
        kind=KIND,
        state__in=(Job.State.QUEUED, Job.State.RUNNING),
        params__month_end=month_end.isoformat(),
    ).first()
    params = {"month_end": month_end.isoformat()}
    return at_work or jobs.create(company, KIND, task=TASK, by=by, params=params)


def revalue_month(job: Job) -> dict[str, Any]:
    """The work of such a job. Doing it again posts nothing more, so a killed worker's job is simply done again."""
    month_end = date.fromisoformat(job.params["month_end"])
    posted = revalue(job.company, month_end=month_end, by=job.created_by)
    base = job.company.base_currency
    return {
        "documents": [{"number": each.number, "id": each.document_id, "items": each.items} for each in posted],
        "difference": format_amount(sum((each.difference for each in posted), ZERO), base),
        "currency": base,
    }


def result_context(job: Job) -> dict[str, Any]:
    """What the page of such a job shows besides its result: the difference as an amount."""
    return {"difference": Decimal(job.result["difference"])} if job.result else {}


def run_revaluations(company: Company, *, as_of: date) -> list[Job]:
    """Begin a job for each month that ended before `as_of`, takes postings, and is not what its rates say.

    Only from the day on that the company names. A month whose rates are missing gets a job that says so.
    """
    if company.revalue_from is None:
        return []
    position = position_at(company, known_at=None)
    return [
        begin_revaluation(company, month_end=month_end, by=None)
        for month_end in reversed(open_month_ends(company, before=as_of, from_on=company.revalue_from))
        if is_due(revaluation(company, month_end=month_end, position=position))
    ]

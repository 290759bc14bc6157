"""Closing a month: its checks run as a job, and what they found decides whether it can be closed for everybody."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import jobs
from arap.core.actions import close_period, explain_check
from arap.core.close_checks import checks
from arap.core.errors import NotFound, Refused
from arap.core.models import CloseExplanation, Company, Job, Period, User
from arap.ledger.closing import check_lines, is_stale, latest_check
from arap.ledger.queries import position_at

KIND = "close_check"
TASK = "arap.desk.tasks.check_close"


@transaction.atomic
def begin_check(company: Company, period: Period, *, by: User) -> Job:
    """The job that runs the checks of a period: the one under way, or a new one."""
    # Whoever asks at the same moment waits here, and then finds the job.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    at_work = Job.objects.filter(
        company=company, kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING), params__period=period.pk
    ).first()
    return at_work or jobs.create(company, KIND, task=TASK, by=by, params={"period": period.pk})


def run_checks(job: Job) -> dict[str, Any]:
    """The work of such a job: every check, as the book was at the position that is kept with the findings."""
    period = Period.objects.get(company=job.company, pk=job.params["period"])
    position, registered = position_at(job.company, known_at=None), checks()
    findings = []
    for number, each in enumerate(registered, 1):
        outcome = each.run(job.company, period)
        findings.append({"key": each.key, "is_met": outcome.is_met, "facts": dict(outcome.facts), "url": outcome.url})
        jobs.progress(job, number, len(registered))
    return {"position": position, "findings": findings}


@transaction.atomic
def explain_finding(company: Company, period: Period, check_key: str, *, text: str, by: User) -> CloseExplanation:
    """Say why the period may be closed although this check found something. Holds until it finds something else.

    Raises NotFound, Invalid("explanation_missing").
    """
    lines = check_lines(company, period, latest_check(company, period))
    line = next((each for each in lines if each.check.key == check_key and each.may_be_explained), None)
    if line is None:
        raise NotFound("not_found", _("There is nothing to explain."))
    return explain_check(company, period, check_key, line.facts, text=text, by=by)


@transaction.atomic
def close_month(company: Company, period: Period, *, by: User) -> Period:
    """Close a period for everybody, if its checks were run since the last posting into it, and say that it is ready.

    Raises NotFound, Refused (not_checked, checks_stale, checks_failed, unexplained, period_closed).
    """
    # Waits for postings under way: what is read from here on is all there will be.
    locked = Period.objects.select_for_update(no_key=True, of=("self",)).filter(company=company, pk=period.pk).first()
    if locked is None:
        raise NotFound("not_found", _("There is no such period."))
    run = latest_check(company, locked)
    if run is None:
        raise Refused("not_checked", _("Run the checks first."))
    if is_stale(company, locked, position=run.position):
        raise Refused("checks_stale", _("Something was posted into the month since the checks ran. Run them again."))
    lines = check_lines(company, locked, run)
    if any(not line.is_met and line.check.must for line in lines):
        raise Refused("checks_failed", _("A check failed that no explanation can replace."))
    if any(not line.is_settled for line in lines):
        raise Refused("unexplained", _("Explain each check that is not met."))
    return close_period(company, locked, by=by)

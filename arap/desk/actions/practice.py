"""A company to practise in: made of a sample for one person, who has the same roles there; made afresh at will.

The book is never emptied, so a reset makes another company and retires the one before.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arap.core import audit, jobs
from arap.core.actions import grant_role
from arap.core.errors import Refused
from arap.core.models import Company, Job, Role, User
from arap.desk.actions.make_sample import make_sample
from arap.desk.queries.practice import own_roles, practice_of

KIND = "practice"
TASK = "arap.desk.tasks.make_practice"
CUSTOMERS, ITEMS = 60, 1_200
UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)


@transaction.atomic
def begin_practice(company: Company, *, by: User) -> Job:
    """The job that makes a fresh practice company for `by`: the one under way, or a new one.

    The job is one of `company`, which is where they really work. Raises Refused("practice").
    """
    if company.is_practice:
        raise Refused("practice", _("A practice company is made from a real one."))
    # Whoever asks at the same moment waits here, and then finds the job.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    at_work = Job.objects.filter(created_by=by, kind=KIND, state__in=UNDER_WAY).first()
    return at_work or jobs.create(company, KIND, task=TASK, by=by)


def make_practice(job: Job, *, until: date) -> dict[str, Any]:
    """The work of such a job. What a killed worker left half-made is never opened: the next one begins anew."""
    person = job.created_by
    assert person is not None
    sample = make_sample(
        _code(job),
        customers=CUSTOMERS,
        items=ITEMS,
        until=until,
        seed=job.pk,
        practice_for=person,
        progress=lambda done, total: jobs.progress(job, done, total),
    )
    _open(sample.company, person)
    return {"company": sample.company.pk}


def _code(job: Job) -> str:
    return f"PRACTICE-{job.pk}" if job.attempts <= 1 else f"PRACTICE-{job.pk}.{job.attempts}"


@transaction.atomic
def _open(company: Company, person: User) -> None:
    """From now on `person` practises here, and no longer where they did before."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    before = practice_of(person)
    if before is not None:
        before.is_active = False
        before.save(update_fields=["is_active"])
        audit.record(by=person, verb="practice.retire", obj=before)
    for role in sorted(own_roles(person)):
        grant_role(company, person, Role(role), by=None)
    company.is_active = True
    company.save(update_fields=["is_active"])
    audit.record(by=person, verb="practice.open", obj=company, after={"code": company.code})


def result_context(job: Job) -> dict[str, Any]:
    """What the page of such a job shows besides its result: the company, while it is the one to practise in."""
    if not job.result:
        return {}
    return {"practice": Company.objects.filter(pk=int(job.result["company"]), is_active=True).first()}

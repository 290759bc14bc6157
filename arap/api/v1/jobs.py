"""Long work: how far it is, and stopping it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Record
from arap.api.shapes import ID_MAX, Choice, Free, Id, Instant, Text, Whole
from arap.core import jobs
from arap.core.job_kinds import title_of
from arap.core.models import Job

JOB = Record(
    "Job",
    {
        "id": Id(),
        "kind": Text(60),
        "title": Text(200),
        "state": Choice(Job.State.values),
        "done": Whole(0, ID_MAX),
        "total": Whole(0, ID_MAX, null=True, about=_("Null while nobody knows.")),
        "message": Text(500),
        "result": Free(null=True),
        "created_by": Text(150, null=True),
        "created_at": Instant(),
        "started_at": Instant(null=True),
        "finished_at": Instant(null=True),
    },
)
FILTERS = Record("JobFilters", {**PAGING, "state": Choice(Job.State.values, default="")})
ROWS = Job.objects.select_related("created_by", "company")


@operation("GET", "jobs/", "job.view", summary=_("Jobs, newest first"), query=FILTERS, answer=page_of(JOB))
def jobs_list(call: Call) -> Answer:
    found = ROWS.filter(company=call.company)
    if call.query["state"]:
        found = found.filter(state=call.query["state"])
    return page(call, found, lambda rows: [_job(row) for row in rows])


@operation("GET", "jobs/{id}/", "job.view", summary=_("One job"), answer=JOB)
def jobs_read(call: Call) -> Answer:
    return Answer(_job(call.row(ROWS)))


@operation(
    "POST",
    "jobs/{id}/cancel/",
    "job.cancel",
    summary=_("Stop a job; what it has written by then stays"),
    answer=JOB,
)
def jobs_cancel(call: Call) -> Answer:
    job = call.row(ROWS)
    jobs.cancel(job, by=call.user)
    return Answer(_job(job))


def _job(job: Job) -> dict[str, Any]:
    result = job.result
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": title_of(job.kind),
        "state": job.state,
        "done": job.progress_done,
        "total": job.progress_total,
        "message": job.message,
        "result": result if result is None or isinstance(result, dict) else {"value": result},
        "created_by": job.created_by.username if job.created_by else None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }

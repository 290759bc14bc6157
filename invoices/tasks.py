"""Long work of invoices."""

from typing import Any

from celery import shared_task

from arap.core import jobs
from arap.core.models import Job
from invoices.actions.batches import send_invoices


@shared_task(name="invoices.tasks.send_many")  # type: ignore[untyped-decorator]
def send_many(job_id: int) -> None:
    """Send the invoices of a job, one message for each; safe to run again after a kill."""
    jobs.run(job_id, _send)


def _send(job: Job) -> dict[str, Any]:
    ids = job.params["invoices"]
    count, skipped = send_invoices(
        job.company,
        ids,
        key=job.params.get("key") or f"job{job.pk}",  # two clicks make two jobs, and one message each
        by=job.created_by,
        report=lambda done: jobs.progress(job, done, len(ids)),
    )
    return {"messages": count, "skipped": [{"invoice": each.number, "reason": each.reason} for each in skipped]}

"""Periodic work of the foundation."""

from celery import shared_task

from arap.core import jobs


@shared_task(name="arap.core.tasks.sweep_jobs", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_jobs() -> int:
    """Wake jobs whose message was lost or whose worker died."""
    return jobs.sweep()

"""Our Celery application with a task that takes as long as a test wants, for workers that are stopped at it."""

import time
from typing import Any

import django

from arap.celery import app

django.setup()

from arap.core import jobs  # noqa: E402 - after the set-up
from arap.core.models import Job  # noqa: E402

app.conf.worker_soft_shutdown_timeout = 2


@app.task(name="tests.slow_job")  # type: ignore[untyped-decorator]
def slow_job(job_id: int) -> None:
    """Report progress ten times a second for as long as the job's parameters say."""

    def work(job: Job) -> dict[str, Any]:
        steps = int(job.params["seconds"] * 10)
        for step in range(steps):
            jobs.progress(job, step, steps)
            time.sleep(0.1)
        return {"steps": steps}

    jobs.run(job_id, work)
